// Makes Node look like a browser page with a virtual clock. Import this before any package.

import { pageTimers } from './clock.mjs'

// Without a window query-core takes itself for a server: no retries, no stale timers.
globalThis.window = { addEventListener() {}, removeEventListener() {} }
globalThis.document = { visibilityState: 'visible' }

// The packages' warnings to developers go to the console, which belongs to the traces.
process.env = { NODE_ENV: 'production' }

Object.assign(globalThis, pageTimers)

// Every cancelled fetch makes an error, and nobody reads where.
Error.stackTraceLimit = 0

// A hook that throws after a failure leaves a rejection to nobody. A browser would log it.
process.on('unhandledRejection', () => {})
