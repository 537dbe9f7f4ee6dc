// The steps of a program that concern queries: observers, the query client's methods, the network.

import {
  QueryClient,
  QueryObserver,
  dehydrate,
  focusManager,
  hydrate,
  notifyManager,
  onlineManager,
} from '@tanstack/query-core'

import { endPage, moment } from './clock.mjs'
import { keyOf, queryDump, queryFlags, sharedParts, shown } from './trace.mjs'

const OPTIONS = [
  'staleTime', 'gcTime', 'retry', 'retryDelay', 'retryOnMount', 'networkMode', 'enabled',
  'structuralSharing', 'refetchOnMount', 'refetchOnWindowFocus', 'refetchOnReconnect',
  'refetchInterval', 'refetchIntervalInBackground', 'revalidateIfStale',
]

export class Queries {
  client
  #server
  #trace
  #observers = new Map()
  #keys = new Map()
  #stored = '{}'
  #onPageOpen

  constructor(server, trace, onPageOpen) {
    this.#server = server
    this.#trace = trace
    this.#onPageOpen = onPageOpen
    this.#openPage()
  }

  // A page begins online and in view, whatever the one before it knew.
  #openPage() {
    onlineManager.setOnline(true)
    focusManager.setFocused(true)
    this.client = new QueryClient()
    this.client.getQueryCache().subscribe((event) => this.#onCacheEvent(event))
    this.#onPageOpen(this.client)
    this.client.mount()
  }

  #onCacheEvent({ type, query, action }) {
    if (type === 'updated') {
      this.#trace.add('event', type, keyOf(query), action.type, queryFlags(query, action))
    } else if (type !== 'observerAdded' && type !== 'observerRemoved') {
      this.#trace.add('event', type, keyOf(query))
    }
  }

  #fetch = (context) => {
    const key = context.queryKey.join('/')
    // Reading context.signal tells query-core that the request can be cut. The same signal is also
    // there under a symbol, for those who only watch.
    const [watched] = Object.getOwnPropertySymbols(context)
    const signal = this.#server.listens(key) ? context.signal : context[watched]
    return this.#server.read(key, signal)
  }

  // One list for each key, so that two options of one key are equal to query-core.
  #keyOf(text) {
    if (!this.#keys.has(text)) this.#keys.set(text, text.split('/'))
    return this.#keys.get(text)
  }

  #options(step, key = step.key) {
    const options = { queryKey: this.#keyOf(key), queryFn: this.#fetch }
    for (const name of OPTIONS) {
      if (name in step) options[name] = step[name] === 'Infinity' ? Infinity : step[name]
    }
    return options
  }

  mount(step) {
    const observer = new QueryObserver(this.client, this.#options(step))
    const view = { observer, key: step.key, painted: undefined, unsubscribe: undefined }
    this.#observers.set(step.observer, view)
    const onChange = notifyManager.batchCalls(() => this.#paint(step.observer, view))
    view.unsubscribe = observer.subscribe(onChange)
    this.#paint(step.observer, view)
  }

  // As React does it: look when told of a change, paint if there is another result than before.
  #paint(name, view) {
    const result = view.observer.getCurrentResult()
    if (this.#observers.get(name) !== view || result === view.painted) return
    this.#trace.add('paint', name, shown(result, sharedParts(view.painted?.data, result.data)))
    view.painted = result
  }

  unmount({ observer }) {
    const view = this.#observers.get(observer)
    this.#observers.delete(observer)
    view.unsubscribe()
  }

  options(step) {
    const view = this.#observers.get(step.observer)
    view.key = step.key ?? view.key
    view.observer.setOptions(this.#options(step, view.key))
  }

  invalidate(step) {
    const { refetchType, cancelRefetch } = step
    const filters = { ...filtersOf(step), ...(refetchType && { refetchType }) }
    return this.client.invalidateQueries(filters, { cancelRefetch })
  }

  refetch(step) {
    return this.client.refetchQueries(filtersOf(step), { cancelRefetch: step.cancelRefetch })
  }

  cancel(step) {
    const { revert = true, silent } = step
    return this.client.cancelQueries(filtersOf(step), { revert, silent })
  }

  remove(step) {
    this.client.removeQueries(filtersOf(step))
  }

  reset(step) {
    return this.client.resetQueries(filtersOf(step))
  }

  fetch(step) {
    return this.client.fetchQuery(this.#options(step))
  }

  prefetch(step) {
    return this.client.prefetchQuery(this.#options(step))
  }

  ensure(step) {
    return this.client.ensureQueryData(this.#options(step))
  }

  setData(step) {
    const options = 'updatedAt' in step ? { updatedAt: moment(step.updatedAt) } : undefined
    this.client.setQueryData(step.key.split('/'), step.value, options)
  }

  serverWrite({ key, value }) {
    this.#server.write(key, value)
  }

  answers({ key, list }) {
    this.#server.answersOf(key, list)
  }

  online() {
    onlineManager.setOnline(true)
  }

  offline() {
    onlineManager.setOnline(false)
  }

  focus() {
    focusManager.setFocused(true)
  }

  blur() {
    focusManager.setFocused(false)
  }

  count() {
    this.#trace.add('count', this.client.isMutating(), this.client.isFetching())
  }

  resume() {
    return this.client.resumePausedMutations()
  }

  // Keeps the queries as they are now, for a later restore into whatever the page holds then.
  store() {
    this.#stored = JSON.stringify(dehydrate(this.client, { shouldDehydrateMutation: () => false }))
  }

  restore() {
    hydrate(this.client, JSON.parse(this.#stored))
  }

  // The page goes with all its timers and observers; what was stored comes back on a new one.
  reload({ persist = true }) {
    const stored = JSON.stringify(dehydrate(this.client))
    this.close()
    endPage()
    this.#observers.clear()
    this.#openPage()
    if (!persist) return undefined
    hydrate(this.client, JSON.parse(stored))
    return this.client.resumePausedMutations()
  }

  close() {
    this.client.unmount()
  }

  dump() {
    const queries = this.client.getQueryCache().getAll()
    return Object.fromEntries(queries.map((query) => [keyOf(query), queryDump(query)]))
  }
}

// The filters that a step names. Without a key every query matches.
function filtersOf({ key, exact, type, stale, fetchStatus }) {
  return {
    ...(key !== undefined && { queryKey: key.split('/') }),
    ...(exact !== undefined && { exact }),
    ...(type !== undefined && { type }),
    ...(stale !== undefined && { stale }),
    ...(fetchStatus !== undefined && { fetchStatus }),
  }
}
