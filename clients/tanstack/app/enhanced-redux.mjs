// useEnhancedRedux: actions that are shown at once, sent by a thunk, rolled back if that fails,
// and followed by an invalidation of the related queries. Who acted, and in which role, goes along.

import { actions, changesOf, typeOf } from './booking.mjs'
import { sendIntent } from './store.mjs'

export class EnhancedRedux {
  #record
  #views
  #store
  #http
  #facts
  #sent = new Map()

  constructor(record, views, store, http, facts) {
    this.#record = record
    this.#views = views
    this.#store = store
    this.#http = http
    this.#facts = facts
  }

  reviewRejection(intent, row, decision) {
    return this.#enhanced(intent, decision === 'approve' ? 'approve_rejection' : 'deny_rejection', [
      row,
    ])
  }

  autoCancelOverdue(intent, rows) {
    return this.#enhanced(intent, 'auto_cancel_overdue', rows)
  }

  startAppointment(intent, row) {
    return this.#enhanced(intent, 'start_appointment', [row])
  }

  verifyPayment(intent, row) {
    return this.#enhanced(intent, 'verify_payment', [row])
  }

  // Every other button of the dashboards is an enhanced action without a name of its own.
  perform(intent, name, rows, args) {
    const [row] = rows
    if (name === 'approve_rejection') return this.reviewRejection(intent, row, 'approve')
    if (name === 'deny_rejection') return this.reviewRejection(intent, row, 'deny')
    if (name === 'auto_cancel_overdue') return this.autoCancelOverdue(intent, rows)
    if (name === 'start_appointment') return this.startAppointment(intent, row)
    if (name === 'verify_payment') return this.verifyPayment(intent, row)
    return this.#enhanced(intent, name, rows, args)
  }

  // What the thunk posts: the intent with who asked for it, for the audit log.
  post = ({ intent, name, entities, args }) => {
    const attempt = (this.#sent.get(intent) ?? 0) + 1
    if (this.#views.isOnline()) this.#sent.set(intent, attempt)
    const request = { name: `${intent}/${attempt}`, intent, action: name, rows: entities, with: args }
    const { role, user } = this.#facts
    return this.#http.send(
      'mutate',
      { ...request, by: { role, user } },
      this.#facts.design.write.timeout_us,
    )
  }

  async #enhanced(intent, name, rows, args = {}) {
    const action = actions[name]
    const entities = rows.map((row) => row.entity)
    const changes = rows.flatMap((row) => changesOf(action, row, intent, args))
    const overlay = this.#show(intent, changes)
    const last = await this.#store.dispatch(sendIntent({ intent, name, entities, args }))
    const entity = action.batch ? '' : entities[0]
    const told = last.payload
      ? this.#answered(action, last.payload)
      : { outcome: this.#sent.has(intent) ? 'unknown' : 'failed', reason: last.error.message }
    this.#record.setOffBy(intent, 'settle')
    this.#settle(intent, overlay, told.outcome === 'ok')
    this.#store.receive(last.payload?.rows ?? [])
    this.#sent.delete(intent)
    const { outcome: result, reason, items, version = -1, lsn = -1 } = told
    const data = { result, ...(reason && { reason }), ...(items && { items }) }
    this.#record.note('outcome', { intent, entity, version, lsn, data })
    this.#views.invalidate(action.concerns, 'settle')
  }

  #answered(action, { items, lsn }) {
    if (action.batch) {
      const shown = Object.fromEntries(items.map(({ entity, result }) => [entity, result]))
      return { outcome: 'ok', items: shown, lsn }
    }
    const [{ result, reason, version }] = items
    return result === 'ok' ? { outcome: 'ok', version, lsn } : { outcome: 'refused', reason }
  }

  // Snapshots every query that lists a changed row, then writes the change into it.
  #show(intent, changes) {
    const snapshots = []
    const written = new Map(changes.map(({ entity }) => [entity, []]))
    for (const view of this.#views.cached()) {
      const rows = this.#views.dataOf(view)
      const listed = new Set(rows?.map((row) => row.entity))
      const touched = changes.filter(({ entity }) => listed.has(entity))
      if (touched.length === 0) continue
      snapshots.push([view, rows])
      for (const { entity } of touched) written.get(entity).push(view.name)
      const next = touched.reduce((done, change) => patched(done, change, intent), rows)
      this.#views.write(view, next, 'overlay')
    }
    const overlaid = []
    for (const { entity, fields } of changes) {
      const views = written.get(entity)
      if (views.length === 0) continue
      const version = this.#views.known(entity)?.version ?? -1
      this.#record.note('overlay', { intent, entity, version, data: { fields, views } })
      overlaid.push(entity)
    }
    return { snapshots, overlaid }
  }

  // Forgets the snapshots, or sets every query back to its own.
  #settle(intent, { snapshots, overlaid }, isOk) {
    if (!isOk) for (const [view, rows] of snapshots) this.#views.write(view, rows, 'rollback')
    const data = { reason: isOk ? 'response' : 'rollback' }
    for (const entity of overlaid) this.#record.note('unlay', { intent, entity, data })
  }
}

function patched(rows, change, intent) {
  return rows.map((row) => {
    if (row.entity !== change.entity) return row
    const visible = Object.entries(change.fields).filter(([name]) => name in row.fields)
    const fields = { ...row.fields, ...Object.fromEntries(visible) }
    return { ...row, fields, overlays: [...(row.overlays ?? []), intent] }
  })
}

// The rows among these on which the dashboard shows the button of an action.
export function offered(name, rows, { role, user }) {
  const action = actions[name]
  if (action.role !== role) return []
  return rows.filter(
    ({ entity, fields }) => typeOf(entity) === action.entity && action.offered(fields, user),
  )
}
