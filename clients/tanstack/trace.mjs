// The trace of one program: a list of [time, kind, ...], in the order in which things happen.

import { now, sinceStart } from './clock.mjs'

export class Trace {
  records = []
  #settled = []

  add(kind, ...facts) {
    this.records.push([now(), kind, ...facts])
  }

  // Notes how the promise of a step ends. How many microtasks lie between the end of the work and
  // the end of its promise is nothing a page can see, so these wait for the end of the turn.
  settles(promise, who, order, show = (value) => value) {
    promise.then(
      (value) => this.#settled.push({ order, facts: [who, 'ok', show(value) ?? null] }),
      (error) => this.#settled.push({ order, facts: [who, 'fail', text(error)] }),
    )
  }

  endTurn() {
    if (this.#settled.length === 0) return
    this.#settled.sort((a, b) => a.order - b.order)
    for (const { facts } of this.#settled) this.add('settled', ...facts)
    this.#settled = []
  }
}

export function text(error) {
  return error?.message ?? String(error)
}

export function keyOf(query) {
  return query.queryKey.join('/')
}

// What an "updated" event says of a query: every flag, not the data (the reads have that).
export function queryFlags(query, action) {
  const { status, fetchStatus, isInvalidated, fetchFailureCount } = query.state
  const flags = { status, fetchStatus, isInvalidated, failures: fetchFailureCount }
  return action.manual ? { ...flags, manual: true } : flags
}

export function mutationFlags({ status, isPaused, failureCount }) {
  return { status, isPaused, failures: failureCount }
}

// What an observer's result shows on the screen. Without data there is no field of that name.
export function shown(result, shared) {
  return {
    data: result.data,
    shared,
    status: result.status,
    fetchStatus: result.fetchStatus,
    isStale: result.isStale,
    isFetchedAfterMount: result.isFetchedAfterMount,
    dataUpdatedAt: sinceStart(result.dataUpdatedAt),
    failures: result.failureCount,
    errors: result.errorUpdateCount,
    error: result.error === null ? null : text(result.error),
  }
}

// How many lists and objects of a value are the very ones of the value before it, place by place.
export function sharedParts(before, after) {
  if (after === null || typeof after !== 'object') return 0
  let count = before === after ? 1 : 0
  for (const name of Object.keys(after)) count += sharedParts(before?.[name], after[name])
  return count
}

export function queryDump(query) {
  const { state } = query
  return {
    data: state.data,
    status: state.status,
    fetchStatus: state.fetchStatus,
    isInvalidated: state.isInvalidated,
    dataUpdatedAt: sinceStart(state.dataUpdatedAt),
    errorUpdatedAt: sinceStart(state.errorUpdatedAt),
    dataUpdateCount: state.dataUpdateCount,
    errorUpdateCount: state.errorUpdateCount,
    failures: state.fetchFailureCount,
    error: state.error === null ? null : text(state.error),
    observers: query.getObserversCount(),
  }
}

export function mutationDump(mutation) {
  const { state } = mutation
  return {
    ...mutationFlags(state),
    data: state.data,
    error: state.error === null ? null : text(state.error),
    submittedAt: sinceStart(state.submittedAt),
  }
}
