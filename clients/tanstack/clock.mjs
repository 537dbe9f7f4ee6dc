// The virtual clock: time stands still until the next timer is taken, then jumps to it.
// One turn is one macrotask: one timer, then every microtask that follows from it.

import FakeTimers from '@sinonjs/fake-timers'

// Not 0, since query-core reads a time of 0 as "never". Traces count from here.
const START = 1_000_000

const clock = FakeTimers.createClock(START)
const afterMicrotasks = setImmediate
const nothing = () => {}

// What the timer just taken wants done. It is done after clock.next() has returned: within that
// call fake-timers would turn each new timer of 0 ms into one of 1 ms.
let due = nothing

// Timers of a page die with it.
let page = 0

export function startClock() {
  clock.reset()
  page += 1
}

export function now() {
  return clock.now - START
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
  clock.setTimeout(() => {
    due = task
  }, ms)
}

export function endPage() {
  page += 1
}

export async function turn() {
  due = nothing
  clock.next()
  due()
  await new Promise(afterMicrotasks)
}

function ofThisPage(task) {
  const born = page
  return () => {
    if (born === page) {
      due = task
    }
  }
}

// What takes the place of the globals of the same names.
export const pageTimers = {
  Date: clock.Date,
  setTimeout: (task, ms) => clock.setTimeout(ofThisPage(task), ms),
  clearTimeout: (id) => clock.clearTimeout(id),
  setInterval: (task, ms) => clock.setInterval(ofThisPage(task), ms),
  clearInterval: (id) => clock.clearInterval(id),
}
