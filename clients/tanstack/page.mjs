// Makes Node look like one browser tab whose time is brought in from outside. Import this before
// any package. Between two inputs time stands still; each timer remembers what led to it.

import FakeTimers from '@sinonjs/fake-timers'

// Not 0, since query-core reads a time of 0 as "never".
const EPOCH_MS = 1_000_000
const MS = 1_000
const DELAY_MAX_MS = 2 ** 31 - 1
const MOST_TURNS = 100_000

const clock = FakeTimers.createClock(EPOCH_MS)
const afterMicrotasks = setImmediate
const nothing = () => {}

// When each timer that is set is due, in milliseconds of the page.
const timers = new Map()

// What the timer just taken wants done. It is done after clock.next() has returned: within that
// call fake-timers would turn each new timer of 0 ms into one of 1 ms.
let due = nothing

export const page = {
  // The record of the history that led to what runs now.
  cause: -1,

  // When the next timer is due, in microseconds of the run; null if there is none.
  get wakeUs() {
    const first = firstTimer()
    return first === Infinity ? null : (first - EPOCH_MS) * MS
  },

  // Lets the time be `nowUs`: runs the timers that are due, then the task, then what both set off.
  async run(nowUs, task, cause) {
    await runTimers(nowUs)
    const nowMs = EPOCH_MS + Math.floor(nowUs / MS)
    if (nowMs > clock.now) clock.tick(nowMs - clock.now)
    if (task === undefined) return
    page.cause = cause
    task()
    await new Promise(afterMicrotasks)
    await runTimers(nowUs)
  },
}

async function runTimers(nowUs) {
  const nowMs = EPOCH_MS + Math.floor(nowUs / MS)
  for (let turns = 0; firstTimer() <= nowMs; turns += 1) {
    if (turns === MOST_TURNS) throw new Error('timers set one another for ever')
    due = nothing
    clock.next()
    due()
    await new Promise(afterMicrotasks)
  }
}

function firstTimer() {
  let first = Infinity
  for (const at of timers.values()) if (at < first) first = at
  return first
}

function setPageTimeout(task, delay = 0) {
  const { cause } = page
  const wait = delay <= DELAY_MAX_MS ? Math.max(0, Math.floor(delay)) : 0
  const timer = clock.setTimeout(() => {
    timers.delete(timer)
    due = () => {
      page.cause = cause
      task()
    }
  }, wait)
  timers.set(timer, clock.now + wait)
  return timer
}

function clearPageTimeout(timer) {
  timers.delete(timer)
  clock.clearTimeout(timer)
}

function notHere() {
  throw new Error('a page of syncsim has setTimeout and no other clock')
}

// Without a window query-core takes itself for a server: no retries, no stale timers.
globalThis.window = { addEventListener() {}, removeEventListener() {} }
globalThis.document = { visibilityState: 'visible' }

// The packages' warnings to developers go to the console, whose standard output is the protocol's.
process.env.NODE_ENV = 'production'

Object.assign(globalThis, {
  Date: clock.Date,
  setTimeout: setPageTimeout,
  clearTimeout: clearPageTimeout,
  setInterval: notHere,
})

// Every cancelled fetch makes an error, and nobody reads where.
Error.stackTraceLimit = 0

// A query that fails leaves a rejection to nobody. A browser would log it.
process.on('unhandledRejection', nothing)
