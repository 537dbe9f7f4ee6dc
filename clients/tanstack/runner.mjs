// Reads one program a line from standard input and writes one trace a line to standard output,
// until standard input ends.

import { createInterface } from 'node:readline'

import { runProgram } from './program.mjs'

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answerTo(line))}\n`)
}

async function answerTo(line) {
  let id = null
  try {
    const program = JSON.parse(line)
    id = program.id
    return { id, trace: await runProgram(program) }
  } catch (error) {
    return { id, error: error.message }
  }
}
