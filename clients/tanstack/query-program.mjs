// Sets up a program of queries and mutations: one server, one page.

import { Mutations } from './mutations.mjs'
import { Queries } from './queries.mjs'
import { Server } from './server.mjs'

const QUERY_STEPS = [
  'mount', 'unmount', 'options', 'invalidate', 'refetch', 'cancel', 'remove', 'reset', 'fetch',
  'prefetch', 'ensure', 'setData', 'serverWrite', 'answers', 'online', 'offline', 'focus', 'blur',
  'count', 'resume', 'store', 'restore', 'reload',
]

export function startQueryProgram(program, trace) {
  const server = new Server(program, trace)
  const mutations = new Mutations(server, trace)
  const queries = new Queries(server, trace, (client) => mutations.openPage(client))
  const steps = {
    mutate: (step) => mutations.mutate(step),
    unmountMutation: (step) => mutations.unmount(step),
  }
  for (const name of QUERY_STEPS) steps[name] = (step) => queries[name](step)
  return {
    steps,
    dump: () => [queries.dump(), mutations.dump()],
    close: () => queries.close(),
  }
}
