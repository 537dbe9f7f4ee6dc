// A dashboard without optimistic updates: it shows rows, looks again, and sends what is asked.
import { createInterface } from 'node:readline'
const views = {}, sent = {}
let me, out, cause, frame // the next frame: when it is due, and what led to it
const note = (kind, facts) => out.push({ do: 'note', kind, cause, ...facts })
const noteChanges = (kind, view, old = {}, rows = {}) => {
  for (const [entity, { version, fields }] of Object.entries(rows))
    if (old[entity]?.version !== version) note(kind, { view, entity, version, data: { fields } })
  for (const entity in old) if (!rows[entity]) note(kind, { view, entity })
}
const paint = (view, shown) => {
  noteChanges('paint', view, shown.painted, shown.rows)
  if (shown.rows && !shown.painted) note('ready', { view })
  shown.painted = shown.rows
}
const lookAgain = (trigger, origin) => Object.keys(views).forEach((view) => {
  let message = `${me}:${view}@${origin}`
  while (sent[message]) message += '+'
  sent[message] = { view, message }
  note('fetch', { view, message, data: { trigger } })
  out.push({ do: 'query', query: view, name: message })
})
const on = {
  hello: ({ client }) => { me = client },
  start: (message) => {
    for (const view of message.views) views[view] = { lsn: 0 }
    for (const view in views) note('mount', { view, data: { query: view } })
    out.push({ do: 'connect' })
    lookAgain('mount', 'start')
  },
  rows: ({ request, lsn, rows, at_us }) => {
    const { view } = sent[request], shown = views[view], { rows: old } = shown
    note('fetched', { ...sent[request], lsn, data: { fresh: true } })
    if (lsn >= shown.lsn) shown.rows = Object.fromEntries(rows.map((row) => [row.entity, row]))
    shown.lsn = Math.max(lsn, shown.lsn)
    noteChanges('base', view, old, shown.rows)
    frame ??= { at: at_us + 16_000, cause }
  },
  event: ({ origin, action, intent, lsn, rows }) => {
    for (const row of rows) note('event', { ...row, intent, lsn, data: { action } })
    lookAgain('event', origin)
  },
  ask: ({ intent, action, row, with: args }) => {
    const seen = Object.values(views).flatMap(({ painted = {} }) => Object.values(painted))
    const { entity } = seen.find(({ fields }) => fields.id === row) ?? {}
    note('intent', { intent, entity, data: { action, args, entities: [entity] } })
    if (!entity) return note('outcome', { intent, data: { result: 'withheld' } })
    sent[`${intent}/1`] = { intent, entity }
    out.push({ do: 'mutate', action, rows: [entity], with: args, intent, name: `${intent}/1` })
  },
  result: ({ request, lsn, items: [{ result, reason, version }] }) => {
    note('outcome', { ...sent[request], version, lsn, data: { result, reason } })
    lookAgain('settle', sent[request].intent)
  },
  failed: ({ request, reason }) =>
    sent[request].intent
      ? note('outcome', { ...sent[request], data: { result: 'unknown', reason } })
      : note('fetch_failed', { ...sent[request], data: { reason } }),
  refresh: ({ step }) => lookAgain('refresh', step),
  online: () => lookAgain('online', 'online'),
  'socket-opened': () => lookAgain('reconnect', 'open'),
}
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line)
  out = []
  if (frame?.at <= message.at_us) {
    cause = frame.cause
    frame = undefined
    for (const view in views) paint(view, views[view])
  }
  cause = message.cause
  if (!message.request || sent[message.request]) on[message.do]?.(message)
  const answer = message.do === 'hello' ? { protocol: 1 } : { out, wake_us: frame?.at ?? null }
  console.log(JSON.stringify({ id: message.id, ...answer }))
}
