// The steps of a program that concern mutations.

import { MutationObserver, notifyManager } from '@tanstack/query-core'

import { mutationDump, mutationFlags } from './trace.mjs'

const OPTIONS = ['retry', 'retryDelay', 'networkMode', 'gcTime']

export class Mutations {
  #server
  #trace
  #client
  #steps = new Map()
  #attempts = new Map()
  #observers = new Map()
  #names = new WeakMap()
  // The mutation that is being made: the cache tells of it before it has its variables.
  #making

  constructor(server, trace) {
    this.#server = server
    this.#trace = trace
  }

  // A new client. Mutations that were stored find their functions again through the defaults.
  openPage(client) {
    this.#client = client
    this.#observers.clear()
    for (const step of this.#steps.values()) {
      if (step.defaults !== false) client.setMutationDefaults(keyOf(step), this.#options(step))
    }
    const cache = client.getMutationCache()
    cache.subscribe((event) => this.#onCacheEvent(event))
    cache.config = this.#cacheHooks()
  }

  #onCacheEvent({ type, mutation, action }) {
    if (mutation === undefined || type.startsWith('observer')) return
    if (type === 'added') {
      this.#names.set(mutation, mutation.state.variables?.mutation ?? this.#making)
    }
    const name = this.#names.get(mutation)
    this.#trace.add('mutation', name, action?.type ?? type, mutationFlags(mutation.state))
  }

  mutate(step) {
    this.#steps.set(step.mutation, step)
    this.#making = step.mutation
    const variables = { mutation: step.mutation }
    if (step.observer !== undefined) {
      return this.#observer(step).mutate(variables, this.#callHooks(step))
    }
    const cache = this.#client.getMutationCache()
    return cache.build(this.#client, this.#options(step)).execute(variables)
  }

  // Made and subscribed with its first mutation, whose options it keeps.
  #observer(step) {
    const known = this.#observers.get(step.observer)
    if (known) return known.observer
    const observer = new MutationObserver(this.#client, this.#options(step))
    const view = { observer, painted: undefined, unsubscribe: undefined }
    this.#observers.set(step.observer, view)
    const onChange = notifyManager.batchCalls(() => this.#paint(step.observer, view))
    view.unsubscribe = observer.subscribe(onChange)
    return observer
  }

  #paint(name, view) {
    const result = view.observer.getCurrentResult()
    if (this.#observers.get(name) !== view || result === view.painted) return
    view.painted = result
    this.#trace.add('mutationPaint', name, mutationFlags(result))
  }

  unmount({ observer }) {
    const view = this.#observers.get(observer)
    this.#observers.delete(observer)
    view.unsubscribe()
  }

  #options(step) {
    const options = {
      mutationKey: keyOf(step),
      mutationFn: ({ mutation }) => this.#send(mutation),
      onMutate: ({ mutation }) => this.#hook(mutation, 'onMutate', this.#onMutate),
      onSuccess: (data, { mutation }) => this.#hook(mutation, 'onSuccess'),
      onError: (error, { mutation }, context) =>
        this.#hook(mutation, 'onError', (of) => this.#rollBack(of, context)),
      onSettled: (data, error, { mutation }) => this.#hook(mutation, 'onSettled', this.#settle),
    }
    if (step.scope !== undefined) options.scope = { id: step.scope }
    for (const name of OPTIONS) {
      if (name in step) options[name] = step[name] === 'Infinity' ? Infinity : step[name]
    }
    return options
  }

  #cacheHooks() {
    return {
      onMutate: ({ mutation }) => this.#hook(mutation, 'cache.onMutate'),
      onSuccess: (data, { mutation }) => this.#hook(mutation, 'cache.onSuccess'),
      onError: (error, { mutation }) => this.#hook(mutation, 'cache.onError'),
      onSettled: (data, error, { mutation }) => this.#hook(mutation, 'cache.onSettled'),
    }
  }

  #callHooks({ mutation }) {
    const note = (name) => () => this.#note(mutation, name)
    return {
      onSuccess: note('call.onSuccess'),
      onError: note('call.onError'),
      onSettled: note('call.onSettled'),
    }
  }

  #note(mutation, name, ...facts) {
    this.#trace.add('hook', mutation, name, this.#client.isMutating(), ...facts)
  }

  // Every hook: say so, wait or throw if the step asks for it, do its work.
  #hook(mutation, name, work = () => undefined) {
    this.#note(mutation, name)
    const step = this.#steps.get(mutation)
    if (step.throws === name) throw new Error(`${name} threw`)
    const wait = step.waits?.[name]
    if (wait === undefined) return work(step)
    return new Promise((resolve) => setTimeout(resolve, wait)).then(() => work(step))
  }

  #send(mutation) {
    const n = (this.#attempts.get(mutation) ?? 0) + 1
    this.#attempts.set(mutation, n)
    this.#note(mutation, 'fn', n)
    const step = this.#steps.get(mutation)
    return this.#server.mutate(mutation, n, step.answers?.[n - 1] ?? step.answer)
  }

  // Resolves to what the roll-back will need; without an optimistic change there is no context.
  #onMutate = ({ optimistic }) => (optimistic ? this.#applyOptimistic(optimistic) : undefined)

  async #applyOptimistic({ key, value, patch, cancel }) {
    const queryKey = key.split('/')
    if (cancel) await this.#client.cancelQueries({ queryKey })
    const snapshot = this.#client.getQueryData(queryKey)
    this.#client.setQueryData(queryKey, (old) => {
      if (patch === undefined) return value
      return old === undefined ? undefined : { ...old, ...patch }
    })
    return { snapshot }
  }

  #rollBack({ optimistic }, context) {
    if (optimistic?.rollback !== 'snapshot') return
    this.#client.setQueryData(optimistic.key.split('/'), context?.snapshot)
  }

  #settle = ({ settle }) => {
    if (!settle || (settle.guard && this.#client.isMutating() !== 1)) return undefined
    const filters = settle.invalidate === null ? {} : { queryKey: settle.invalidate.split('/') }
    const done = this.#client.invalidateQueries(filters)
    return settle.await ? done : undefined
  }

  dump() {
    const mutations = this.#client.getMutationCache().getAll()
    return Object.fromEntries(
      mutations.map((mutation) => [this.#names.get(mutation), mutationDump(mutation)]),
    )
  }
}

// The mutations of one observer have one key.
function keyOf({ mutation, observer }) {
  return ['mutation', observer ?? mutation]
}
