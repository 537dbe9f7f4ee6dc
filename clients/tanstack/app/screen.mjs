// What the person sees: painted once a frame, and only what changed since the last one.

const FRAME_MS = 16
const SLICE = 'slice'

export class Screen {
  #record
  #views
  #store
  #painted = new Map()
  #dirty = new Set()
  #sliceDirty = false
  #frameDue = false

  start({ record, views, store }) {
    this.#record = record
    this.#views = views
    this.#store = store
    this.#painted.set(SLICE, new Map())
    record.note('mount', { view: SLICE, data: { query: null, id: '' } })
    record.note('ready', { view: SLICE })
  }

  touch = (view) => {
    if (view.observer === undefined) return
    this.#dirty.add(view)
    this.#wantFrame()
  }

  touchSlice = () => {
    this.#sliceDirty = true
    this.#wantFrame()
  }

  leave(view) {
    this.#painted.delete(view.name)
    this.#dirty.delete(view)
    this.touchSlice()
  }

  // The rows that the person sees, each once.
  rows() {
    const found = new Map()
    for (const [view, rows] of this.#painted) {
      if (view === SLICE) continue
      for (const [entity, row] of rows) if (!found.has(entity)) found.set(entity, row)
    }
    return [...found.values()]
  }

  #wantFrame() {
    if (this.#frameDue) return
    this.#frameDue = true
    setTimeout(() => this.#paint(), FRAME_MS)
  }

  #paint() {
    this.#frameDue = false
    for (const view of this.#dirty) {
      const rows = this.#views.dataOf(view)
      if (rows === undefined) continue
      const isFirst = !this.#painted.has(view.name)
      const next = new Map()
      for (const row of rows) next.set(row.entity, row)
      this.#paintView(view.name, next)
      if (isFirst) this.#record.note('ready', { view: view.name })
    }
    this.#dirty.clear()
    if (this.#sliceDirty) this.#paintView(SLICE, this.#sliceRows())
    this.#sliceDirty = false
  }

  // The slice store's copies of the rows that some view shows.
  #sliceRows() {
    const held = this.#store.rows
    const shown = new Map()
    for (const [view, rows] of this.#painted) {
      if (view === SLICE) continue
      for (const entity of rows.keys()) {
        const row = held[entity]
        if (row !== undefined) shown.set(entity, row)
      }
    }
    return shown
  }

  // Notes the difference between the last picture of a view and the next.
  #paintView(view, next) {
    const last = this.#painted.get(view) ?? new Map()
    for (const row of next.values()) {
      const old = last.get(row.entity)
      if (old === row) continue
      this.#sliceDirty = true
      if (old !== undefined && looksSame(old, row)) continue
      const { entity, version, fields, overlays = [] } = row
      this.#record.note('paint', { view, entity, version, data: { fields, overlays } })
    }
    for (const entity of last.keys()) {
      if (next.has(entity)) continue
      this.#sliceDirty = true
      this.#record.note('paint', { view, entity, data: { fields: null, overlays: [] } })
    }
    this.#painted.set(view, next)
  }
}

function looksSame(a, b) {
  return (
    a.version === b.version &&
    areEqual(a.overlays ?? [], b.overlays ?? []) &&
    areEqual(a.fields, b.fields)
  )
}

// Two lists of texts, or the fields of two rows, which are flat.
function areEqual(a, b) {
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  return names.every((name) => a[name] === b[name] && Object.hasOwn(b, name))
}
