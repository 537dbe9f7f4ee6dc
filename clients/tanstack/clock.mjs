// The virtual clock: time stands still until the next timer is taken, then jumps to it.
// One turn is one macrotask: one timer, then every microtask that follows from it.

// Not 0, since query-core reads a time of 0 as "never". Traces count from here.
const START = 1_000_000

// A browser takes a longer delay for 1 ms.
const LONGEST_DELAY = 2 ** 31 - 1

const nothing = () => {}

// Node runs what was put off to its next tick once no microtask is left, and the loop of its own
// events need not go round for that.
const afterMicrotasks = (resolve) => process.nextTick(resolve)

let time = START

// The next timer is the last; of one time, the one set first comes first. A timer that was cleared
// stays until it is due, without a task.
let timers = []

// Timers of a page die with it.
let page = 0

export function startClock() {
  time = START
  timers = []
  page += 1
}

export function now() {
  return time - START
}

// A moment of the packages on the scale of the traces; they write 0 for "never".
export function sinceStart(moment) {
  return moment === 0 ? null : moment - START
}

// The same, the other way round.
export function moment(ms) {
  return START + ms
}

// A timer of the world outside the page; a reload leaves it alone.
export function later(ms, task) {
  return wait({ at: 0, task, page: null }, ms)
}

export function endPage() {
  page += 1
}

// Takes the next timer that has not been cleared.
export async function turn() {
  let timer
  do {
    timer = timers.pop()
  } while (timer.task === nothing)
  time = timer.at
  if (timer.page === null || timer.page === page) timer.task()
  await new Promise(afterMicrotasks)
}

function wait(timer, ms) {
  const at = time + ms
  let place = timers.length
  while (place > 0 && timers[place - 1].at <= at) place -= 1
  timer.at = at
  timers.splice(place, 0, timer)
  return timer
}

function delay(ms) {
  return ms > LONGEST_DELAY ? 1 : Math.max(Math.trunc(ms), 0)
}

function setPageTimeout(task, ms) {
  return wait({ at: 0, task, page }, delay(ms))
}

function setPageInterval(task, ms) {
  const timer = setPageTimeout(() => {
    wait(timer, delay(ms))
    task()
  }, ms)
  return timer
}

function clearPageTimer(timer) {
  if (timer !== undefined) timer.task = nothing
}

class PageDate extends Date {
  constructor(...parts) {
    super(...(parts.length === 0 ? [time] : parts))
  }

  static now() {
    return time
  }
}

// What takes the place of the globals of the same names.
export const pageTimers = {
  Date: PageDate,
  setTimeout: setPageTimeout,
  clearTimeout: clearPageTimer,
  setInterval: setPageInterval,
  clearInterval: clearPageTimer,
}
