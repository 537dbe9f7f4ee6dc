// A small front end as many are: a list from a query, optimistic changes, events over a WebSocket.
import { QueryClient, QueryObserver, MutationObserver } from '@tanstack/query-core'

import { record } from '/recorder.mjs'

const asked = new URLSearchParams(location.search)
const client = asked.get('client') ?? `op-${crypto.randomUUID().slice(0, 8)}`
const key = ['appointments', 'list']
const list = document.getElementById('appointments')
const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: 300_000 } } })
queryClient.mount()

const recorder = record({
  client,
  role: 'operator',
  user: client,
  url: '/recording',
  queryClient,
  view: ([name]) => (name === 'appointments' ? { query: 'appointments' } : null),
  rows: ({ rows }) => rows.map((row) => ({ entity: `appointment/${row.id}`, ...split(row) })),
  lsn: (data) => data.lsn,
  intent: ({ intent, action, id }) =>
    ({ id: intent, action, entities: [`appointment/${id}`], args: {} }),
  events: (text) => [JSON.parse(text)],
})
const split = ({ version, ...fields }) => ({ version, fields })

new QueryObserver(queryClient, {
  queryKey: key,
  queryFn: async () => (await fetch('/appointments')).json(),
}).subscribe(({ data }) => {
  const button = (id) => (action) =>
    `<button data-id="${id}" data-action="${action}">${action}</button>`
  const line = ({ id, status }) =>
    `<li>${id} ${status} ${['accept', 'cancel'].map(button(id)).join(' ')}`
  list.innerHTML = (data?.rows ?? []).map(line).join('')
})

const lookAgain = () => queryClient.invalidateQueries({ queryKey: key })
const change = new MutationObserver(queryClient, {
  mutationFn: async ({ intent, action, id }) => {
    const answer = await recorder.fetch(`/appointments/${id}/${action}`, {
      method: 'POST',
      headers: { 'Idempotency-Key': intent, 'X-Client': client },
    })
    if (!answer.ok) throw Object.assign(new Error(await answer.text()), { status: answer.status })
  },
  onMutate: async ({ action, id }) => {
    await queryClient.cancelQueries({ queryKey: key })
    const before = queryClient.getQueryData(key)
    const status = action === 'accept' ? 'accepted' : 'cancelled'
    const rows = before.rows.map((row) => (row.id === id ? { ...row, status } : row))
    queryClient.setQueryData(key, { ...before, rows })
    return { before }
  },
  onError: (error, variables, { before }) => queryClient.setQueryData(key, before),
  // With ?forgets the list is not read again: what the snapshot erased stays erased.
  onSettled: () => (asked.has('forgets') ? undefined : lookAgain()),
})

const socket = recorder.socket(`ws://${location.hostname}:${asked.get('events')}/?client=${client}`)
socket.addEventListener('message', lookAgain)

// What a person does here: by the buttons, or by a script in another frame.
let asks = 0
const ask = (action, id) =>
  change.mutate({ intent: `${client}.${(asks += 1)}`, action, id }).catch(() => {})
const rows = () => queryClient.getQueryData(key)?.rows ?? []
window.app = { ask, rows, recorder, isOpen: () => socket.readyState === WebSocket.OPEN }
list.addEventListener('click', ({ target: { dataset } }) => ask(dataset.action, dataset.id))
