// Makes Node look like a browser page with a virtual clock. Import this before any package.

import { pageTimers } from './clock.mjs'

// Without a window query-core takes itself for a server: no retries, no stale timers.
globalThis.window = { addEventListener() {}, removeEventListener() {} }
globalThis.document = { visibilityState: 'visible' }

// The packages' warnings to developers go to the console, which belongs to the traces.
process.env.NODE_ENV = 'production'

Object.assign(globalThis, pageTimers)

// A mutation that goes on by itself after a reload has nobody who waits for it. A browser logs that.
process.on('unhandledRejection', () => {})
