// The views of the dashboard on query-core, and a recorder that listens to the query cache.

import { notifyManager, onlineManager, QueryClient, QueryObserver } from '@tanstack/query-core'

import { queries } from './booking.mjs'

const MS = 1_000

export class Views {
  #record
  #http
  #store
  #facts
  #touch
  #views = new Map()
  #isArmed = false
  client = new QueryClient()

  // `facts` say who sits here and under which design, `touch` is told of a view to paint again.
  constructor(record, http, store, facts, touch) {
    this.#record = record
    this.#http = http
    this.#store = store
    this.#facts = facts
    this.#touch = touch
    this.client.mount()
    this.client.getQueryCache().subscribe((event) => this.#onCacheEvent(event))
  }

  cached() {
    return [...this.#views.values()].filter((view) => view.query !== undefined)
  }

  mounted() {
    return [...this.#views.values()].filter((view) => view.observer !== undefined)
  }

  // The newest confirmed version of a row that this client holds.
  known(entity) {
    let best = this.#store.rows[entity]
    for (const { confirmed } of this.#views.values()) {
      const row = confirmed?.find((each) => each.entity === entity)
      if (row !== undefined && (best === undefined || row.version > best.version)) best = row
    }
    return best
  }

  dataOf(view) {
    return view.query?.state.data
  }

  mount(name, id = '') {
    const view = this.#viewOf(name, id)
    this.#record.note('mount', { view: view.name, data: { query: name, id } })
    view.observer = new QueryObserver(this.client, this.#optionsOf(view))
    this.#noteBase(view, [], view.confirmed ?? [])
    view.unsubscribe = view.observer.subscribe(
      notifyManager.batchCalls(() => this.#render(view)),
    )
    view.seen = this.dataOf(view)
    this.#touch(view)
    return view
  }

  unmount(view) {
    const { unsubscribe } = view
    view.observer = undefined
    view.unsubscribe = undefined
    this.#record.note('unmount', { view: view.name })
    unsubscribe()
  }

  // What a person's reload button does: fetch from the start.
  reload(views, reason) {
    for (const view of views) {
      this.#mark(view, reason)
      view.query.invalidate()
      view.query.cancel({ revert: true })
      view.query.fetch()
    }
  }

  // Every query under one of the keys, as invalidateQueries matches them.
  invalidate(keys, reason) {
    const chosen = new Set()
    for (const view of this.cached()) {
      if (!keys.some((key) => key.every((part, place) => view.key[place] === part))) continue
      chosen.add(view.name)
      this.#mark(view, reason)
    }
    this.client.invalidateQueries({ predicate: (query) => chosen.has(nameOf(query)) })
  }

  // Writes over the cached rows; they count as fresh.
  write(view, rows, reason) {
    if (view.query?.state.isInvalidated) {
      this.#record.note('freshen', { view: view.name, data: { reason } })
    }
    this.client.setQueryData(view.key, rows)
  }

  goOnline() {
    if (this.#isArmed) {
      this.#isArmed = false
      this.#record.note('disarm', { data: { trigger: 'online' } })
    }
    onlineManager.setOnline(true)
  }

  goOffline() {
    onlineManager.setOnline(false)
  }

  isOnline() {
    return onlineManager.isOnline()
  }

  #viewOf(query, id) {
    const key = queries[query]({ user: this.#facts.user, id })
    const name = key.join('/')
    if (!this.#views.has(name)) {
      this.#views.set(name, { name, key, queryName: query, id, generation: 0 })
    }
    return this.#views.get(name)
  }

  #optionsOf(view) {
    const { read } = this.#facts.design
    return {
      queryKey: view.key,
      queryFn: () => this.#ask(view),
      retry: read.retries,
      staleTime: Math.floor(read.stale_time_us / MS),
      networkMode: 'online',
    }
  }

  #render(view) {
    if (view.observer === undefined || this.dataOf(view) === view.seen) return
    view.seen = this.dataOf(view)
    this.#touch(view)
  }

  #mark(view, reason) {
    view.generation += 1
    this.#record.note('invalidate', { view: view.name, data: { reason } })
  }

  // The request of a fetch, or of another try of it.
  async #ask(view) {
    if (!onlineManager.isOnline()) throw new Error('offline')
    const record = this.#record
    const origin = record.origin || view.fetch?.origin || 'timer'
    const request = record.unique(`${this.#facts.client}:${view.name}@${origin}`)
    view.fetch = { request, origin, readLsn: -1 }
    const data = { trigger: record.trigger, generation: view.generation }
    record.note('fetch', { message: request, view: view.name, data })
    const body = await this.#http.send(
      'query',
      { name: request, query: view.queryName, row: view.id, view: view.name },
      this.#facts.design.read.timeout_us,
    )
    if (view.fetch?.request === request) view.fetch.readLsn = body.lsn
    this.#store.receive(body.rows)
    return body.rows
  }

  #onCacheEvent({ type, query, action }) {
    const view = this.#views.get(nameOf(query))
    if (type === 'added') view.query = query
    else if (type === 'removed') {
      view.query = undefined
      view.confirmed = undefined
    } else if (type === 'updated') this.#onUpdate(view, query, action)
  }

  #onUpdate(view, query, { type, manual }) {
    if (type === 'success' && !manual) this.#took(view, query.state.data)
    else if (type === 'failed') this.#noteFailure(view, 'retrying')
    else if (type === 'error') {
      this.#noteFailure(view, query.state.error.message)
      view.fetch = undefined
    } else if (type === 'pause') {
      if (this.#isArmed) return
      this.#isArmed = true
      this.#record.note('arm', { data: { trigger: 'online' } })
    } else if (view.fetch !== undefined && (type === 'fetch' || isGivenUp(type, query))) {
      const { request: message } = view.fetch
      const data = { reason: 'restarted' }
      this.#record.note('fetch_cancelled', { message, view: view.name, data })
      view.fetch = undefined
    }
  }

  #noteFailure(view, reason) {
    const message = view.fetch?.request ?? ''
    this.#record.note('fetch_failed', { message, view: view.name, data: { reason } })
  }

  #took(view, rows) {
    const { request: message, readLsn: lsn } = view.fetch
    view.fetch = undefined
    this.#record.note('fetched', { message, lsn, view: view.name, data: { fresh: true } })
    this.#noteBase(view, view.confirmed ?? [], rows)
    view.confirmed = rows
  }

  // How the confirmed rows of a mounted view changed.
  #noteBase(view, before, after) {
    if (view.observer === undefined || before === after) return
    const held = new Map(before.map((row) => [row.entity, row]))
    for (const { entity, version, lsn, fields } of after) {
      if (held.get(entity)?.version !== version) {
        this.#record.note('base', { view: view.name, entity, version, lsn, data: { fields } })
      }
      held.delete(entity)
    }
    for (const entity of held.keys()) {
      this.#record.note('base', { view: view.name, entity, data: { fields: null } })
    }
  }
}

function nameOf(query) {
  return query.queryKey.join('/')
}

// Cancelled, and nothing came in its place.
function isGivenUp(type, query) {
  return type === 'setState' && query.state.fetchStatus === 'idle'
}
