// Writes the trace of every program in golden/, or with --check compares them with those there.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs'

import { runProgram } from './program.mjs'

const FOLDER = new URL('golden/', import.meta.url)
const check = process.argv.includes('--check')

const all = readdirSync(FOLDER)
const programs = all.filter((name) => name.endsWith('.json') && !name.endsWith('.trace.json'))
const different = []

for (const name of programs.sort()) {
  const id = name.slice(0, -'.json'.length)
  const program = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))
  if (program.id !== id) throw new Error(`golden/${name} has the id ${program.id}`)
  const trace = asText(await runProgram(program))
  const file = new URL(`${id}.trace.json`, FOLDER)
  if (trace === contentOf(file)) continue
  different.push(id)
  if (!check) writeFileSync(file, trace)
}

console.log(`${programs.length} programs, ${different.length} ${check ? 'differ' : 'written anew'}`)
for (const id of different) console.log(`  ${id}`)
if (check && different.length > 0) process.exitCode = 1

// One record a line, so that a difference is a line.
function asText(trace) {
  return `[\n${trace.map((record) => JSON.stringify(record)).join(',\n')}\n]\n`
}

function contentOf(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
