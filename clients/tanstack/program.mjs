// Runs one program to its end and gives its trace. PROGRAMS.md says what both look like.

import './environment.mjs'

import { later, startClock, turn } from './clock.mjs'
import { startQueryProgram } from './query-program.mjs'
import { startReduxProgram } from './redux-program.mjs'
import { Trace, text } from './trace.mjs'

// No sensible program needs so many; one that does would never end.
const MOST_TURNS = 100_000

export async function runProgram(program) {
  startClock()
  const trace = new Trace()
  const start = program.kind === 'redux' ? startReduxProgram : startQueryProgram
  const page = start(program, trace)
  let ended = false
  program.steps.forEach((step, index) => {
    later(step.at, () => takeStep(page, step, index, trace))
  })
  later(program.until, () => {
    ended = true
  })
  try {
    for (let turns = 0; !ended; turns += 1) {
      if (turns === MOST_TURNS) throw new Error(`more than ${MOST_TURNS} turns`)
      await turn()
      trace.endTurn()
    }
    trace.add('final', ...page.dump())
  } finally {
    page.close()
  }
  return trace.records
}

function takeStep(page, step, index, trace) {
  try {
    const take = page.steps[step.do]
    if (take === undefined) throw new Error(`no such step: ${step.do}`)
    const promise = take(step)
    if (promise) trace.settles(promise, `${step.do}:${index}`, index, page.show)
  } catch (error) {
    trace.add('error', `${step.do}:${index}`, text(error))
  }
}
