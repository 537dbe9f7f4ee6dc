// Makes Node look like one browser tab whose time is brought in from outside. Import this before
// any package. Between two inputs time stands still; each timer remembers what led to it.

// Not 0, since query-core reads a time of 0 as "never".
const EPOCH_MS = 1_000_000
const MS = 1_000
const DELAY_MAX_MS = 2 ** 31 - 1
const TURNS_MAX = 100_000

// Node runs what was put off to its next tick once no microtask is left, and the loop of its own
// events need not go round for that.
const afterMicrotasks = (resolve) => process.nextTick(resolve)

// What the page's clock shows, in milliseconds.
let time = EPOCH_MS

// The next timer is the last; of one time, the one set first comes first.
const timers = []

export const page = {
  // The record of the history that led to what runs now.
  cause: -1,

  // When the next timer is due, in microseconds of the run; null if there is none.
  get wakeUs() {
    return timers.length === 0 ? null : (timers.at(-1).at - EPOCH_MS) * MS
  },

  // Lets the time be `nowUs`: runs the timers that are due, then the task, then what both set off.
  async run(nowUs, task, cause) {
    const nowMs = EPOCH_MS + Math.floor(nowUs / MS)
    await runTimers(nowMs)
    time = nowMs
    if (task === undefined) return
    page.cause = cause
    task()
    await new Promise(afterMicrotasks)
    await runTimers(nowMs)
  },
}

async function runTimers(untilMs) {
  for (let turns = 0; timers.length > 0 && timers.at(-1).at <= untilMs; turns += 1) {
    if (turns === TURNS_MAX) throw new Error('timers set one another for ever')
    const { at, cause, task } = timers.pop()
    time = at
    page.cause = cause
    task()
    await new Promise(afterMicrotasks)
  }
}

function setPageTimeout(task, delay = 0) {
  const wait = delay <= DELAY_MAX_MS ? Math.max(0, Math.floor(delay)) : 0
  const timer = { at: time + wait, cause: page.cause, task }
  let place = timers.length
  while (place > 0 && timers[place - 1].at <= timer.at) place -= 1
  timers.splice(place, 0, timer)
  return timer
}

function clearPageTimeout(timer) {
  const place = timers.indexOf(timer)
  if (place >= 0) timers.splice(place, 1)
}

function notHere() {
  throw new Error('a page of syncsim has setTimeout and no other clock')
}

class PageDate extends Date {
  constructor(...parts) {
    super(...(parts.length === 0 ? [time] : parts))
  }

  static now() {
    return time
  }
}

// Without a window query-core takes itself for a server: no retries, no stale timers.
globalThis.window = { addEventListener() {}, removeEventListener() {} }
globalThis.document = { visibilityState: 'visible' }

// The packages' warnings to developers go to the console, whose standard output is the protocol's.
// They ask at every turn, and Node's own environment is slow to answer.
process.env = { NODE_ENV: 'production' }

Object.assign(globalThis, {
  Date: PageDate,
  setTimeout: setPageTimeout,
  clearTimeout: clearPageTimeout,
  setInterval: notHere,
})

// Every cancelled fetch makes an error, and nobody reads where.
Error.stackTraceLimit = 0

// A query that fails leaves a rejection to nobody, which a browser would log. A mistake of the
// app's own must not go unheard like that.
process.on('unhandledRejection', (error) => {
  if (error instanceof TypeError || error instanceof ReferenceError) throw error
})
