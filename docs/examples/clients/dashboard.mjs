// A small dashboard: it paints what it is told, sends what is asked, and looks again after changes.
import { createInterface } from 'node:readline'
const views = {}, asked = {} // what each view shows; what each request is about
const looks = { start: 'mount', event: 'event', result: 'settle', 'socket-opened': 'reconnect' }
let me, out, count = 0
const note = (kind, facts) => out.push({ do: 'note', kind, ...facts })
const send = (what, about, facts, name = `${me}/${(count += 1)}`) =>
  out.push({ do: what, name, ...facts }) && (asked[name] = about) && name
const on = {
  start: (message) => {
    out.push({ do: 'connect' })
    for (const view of message.views) views[view] = {}
    for (const view in views) note('mount', { view, data: { query: view } })
  },
  rows: ({ request, lsn, rows }) => {
    const { view } = asked[request], old = views[view]
    views[view] = Object.fromEntries(rows.map((row) => [row.entity, row]))
    note('fetched', { view, message: request, lsn, data: { fresh: true } })
    for (const kind of ['base', 'paint']) {
      for (const { fields, ...row } of rows) note(kind, { view, ...row, data: { fields } })
      for (const entity in old) if (!views[view][entity]) note(kind, { view, entity })
    }
    note('ready', { view })
  },
  ask: ({ intent, action, row, with: args }) => {
    const entity = Object.values(views).flatMap(Object.keys).find((name) => name.endsWith(row))
    if (entity) note('intent', { intent, entity, data: { action, args, entities: [entity] } })
    if (entity) send('mutate', { intent, entity }, { intent, action, rows: [entity], with: args })
  },
  result: ({ request, items: [item] }) =>
    note('outcome', { ...asked[request], data: { result: item.result, reason: item.reason } }),
}
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line)
  ;[me, out] = [me ?? message.client, []]
  if (!message.request || asked[message.request]) on[message.do]?.(message)
  for (const view in looks[message.do] ? views : {}) {
    const data = { trigger: looks[message.do] }
    note('fetch', { view, data, message: send('query', { view }, { query: view }) })
  }
  console.log(JSON.stringify({ id: message.id, protocol: 1, out }))
}
