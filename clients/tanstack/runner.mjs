// Reads one program a line from standard input and writes one trace a line to standard output,
// until standard input ends.

import { runProgram } from './program.mjs'

let rest = ''

process.stdin.setEncoding('utf8')
for await (const chunk of process.stdin) {
  const lines = (rest + chunk).split('\n')
  rest = lines.pop()
  for (const line of lines) await answer(line)
}
if (rest !== '') await answer(rest)

async function answer(line) {
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
