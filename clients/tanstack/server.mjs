// The server of a program: one JSON value per query key, and an answer for every request.

import { later } from './clock.mjs'

const USUAL_ANSWER = { latency: 100 }

export class Server {
  #trace
  // As text, so that no two answers share an object, as with real responses.
  #values = new Map()
  #answers = new Map()
  #asked = new Map()
  #listening = new Set()

  constructor(program, trace) {
    this.#trace = trace
    for (const [key, query] of Object.entries(program.queries ?? {})) {
      if ('initial' in query) this.write(key, query.initial)
      if (query.signal) this.#listening.add(key)
    }
  }

  value(key) {
    return JSON.parse(this.#values.get(key) ?? 'null')
  }

  write(key, value) {
    this.#values.set(key, JSON.stringify(value))
  }

  patch(key, fields) {
    this.write(key, { ...this.value(key), ...fields })
  }

  answersOf(key, list) {
    this.#answers.set(key, [...(this.#answers.get(key) ?? []), ...list])
  }

  // Does the request function of this key read its AbortSignal?
  listens(key) {
    return this.#listening.has(key)
  }

  // One request for the value of a key. `signal` is watched; it cuts the request only if the
  // page's request function listens to it.
  read(key, signal) {
    const n = (this.#asked.get(key) ?? 0) + 1
    this.#asked.set(key, n)
    const answer = this.#answers.get(key)?.shift() ?? USUAL_ANSWER
    this.#trace.add('request', key, n)
    return new Promise((resolve, reject) => {
      const request = { open: true, value: undefined }
      signal.addEventListener('abort', () => {
        if (!request.open) return
        this.#trace.add('abort', key, n)
        if (!this.listens(key)) return
        request.open = false
        reject(new Error('AbortError'))
      })
      later(pointOf(answer), () => {
        request.value = this.value(key)
        this.#trace.add('read', key, n, request.value)
      })
      if (answer.hang) return
      setTimeout(() => {
        if (!request.open) return
        request.open = false
        this.#trace.add('answer', key, n, answer.fail === undefined ? 'ok' : 'fail')
        if (answer.fail === undefined) resolve(request.value)
        else reject(new Error(answer.fail))
      }, answer.latency)
    })
  }

  // One attempt of a mutation: the server writes at the write point, the page hears at the end.
  mutate(mutation, n, answer = USUAL_ANSWER) {
    return new Promise((resolve, reject) => {
      later(pointOf(answer), () => {
        for (const [key, value] of Object.entries(answer.write ?? {})) this.write(key, value)
        for (const [key, fields] of Object.entries(answer.patch ?? {})) this.patch(key, fields)
        this.#trace.add('write', mutation, n)
      })
      if (answer.hang) return
      setTimeout(() => {
        this.#trace.add('reply', mutation, n, answer.fail === undefined ? 'ok' : 'fail')
        if (answer.fail === undefined) resolve(answer.value ?? null)
        else reject(new Error(answer.fail))
      }, answer.latency)
    })
  }
}

// When, after the request, the server reads or writes.
function pointOf(answer) {
  return answer.read ?? Math.floor((answer.latency ?? 0) / 2)
}
