// One dashboard: what it does with each message of syncsim.

import { actions, typeOf } from './booking.mjs'
import { EnhancedRedux, offered } from './enhanced-redux.mjs'
import { Http } from './http.mjs'
import { Record } from './record.mjs'
import { Screen } from './screen.mjs'
import { RowStore } from './store.mjs'
import { Views } from './views.mjs'
import { onEvent } from './websocket-cache-sync.mjs'

export class Dashboard {
  #facts
  #record = new Record()
  #screen = new Screen()
  #http
  #store
  #views
  #enhanced
  #opened

  constructor(facts) {
    this.#facts = facts
    const record = this.#record
    this.#http = new Http(record, () => this.#views.isOnline())
    this.#store = new RowStore(
      record,
      (intent) => this.#enhanced.post(intent),
      this.#screen.touchSlice,
    )
    this.#views = new Views(record, this.#http, this.#store, facts, this.#screen.touch)
    this.#enhanced = new EnhancedRedux(record, this.#views, this.#store, this.#http, facts)
  }

  get out() {
    return this.#record.out
  }

  begin() {
    this.#record.begin()
  }

  take(message) {
    // A later version may have more messages.
    this.#handlers[message.do]?.(message)
  }

  #handlers = {
    start: ({ views }) => {
      this.#record.setOffBy('start', 'mount')
      this.#screen.start({ record: this.#record, views: this.#views, store: this.#store })
      for (const name of views) this.#views.mount(name)
      this.#record.say('connect')
    },

    ask: ({ intent, action, row, with: args }) => {
      this.#record.setOffBy(intent, 'settle')
      this.#ask(intent, action, row, args)
    },

    show: ({ step, views }) => {
      this.#record.setOffBy(step, 'mount')
      const mounted = this.#views.mounted().filter((view) => view !== this.#opened)
      for (const view of mounted) if (!views.includes(view.queryName)) this.#leave(view)
      const shown = mounted.map((view) => view.queryName)
      for (const name of views) if (!shown.includes(name)) this.#views.mount(name)
    },

    open: ({ step, row }) => {
      this.#record.setOffBy(step, 'mount')
      this.#leaveOpened()
      this.#opened = this.#views.mount('appointment', row)
    },

    close: ({ step }) => {
      this.#record.setOffBy(step, 'mount')
      this.#leaveOpened()
    },

    refresh: ({ step }) => {
      this.#record.setOffBy(step, 'refresh')
      this.#views.reload(this.#views.mounted(), 'refresh')
    },

    rows: (message) => this.#answer(message),
    result: (message) => this.#answer(message),

    failed: ({ request, reason }) => this.#http.fail(request, reason),

    event: (event) => {
      this.#record.setOffBy(event.origin, 'event')
      onEvent(this.#record, this.#views, event)
    },

    'socket-opened': () => {},
    'socket-closed': () => {},

    online: () => {
      this.#record.setOffBy(this.#record.unique('online'), 'online')
      this.#views.goOnline()
    },

    offline: () => {
      this.#record.setOffBy('offline', 'offline')
      this.#views.goOffline()
      this.#http.goOffline()
    },
  }

  #answer(message) {
    this.#record.setOffBy(message.origin, 'settle')
    this.#http.answer(message.request, message)
  }

  #ask(intent, name, rowId, args) {
    const { batch, entity } = actions[name]
    const wanted = batch ? '' : `${entity}/${rowId}`
    const seen = this.#screen.rows().filter((row) =>
      batch ? typeOf(row.entity) === entity : row.entity === wanted,
    )
    const rows = offered(name, seen, this.#facts)
    const entities = rows.length > 0 ? rows.map((row) => row.entity) : wanted ? [wanted] : []
    const data = { action: name, entities, args }
    this.#record.note('intent', { intent, entity: wanted, data })
    if (rows.length === 0) {
      const outcome = { result: 'withheld', reason: 'not on screen' }
      this.#record.note('outcome', { intent, entity: wanted, data: outcome })
      return
    }
    this.#enhanced.perform(intent, name, rows, args)
  }

  #leave(view) {
    this.#views.unmount(view)
    this.#screen.leave(view)
  }

  #leaveOpened() {
    if (this.#opened !== undefined) this.#leave(this.#opened)
    this.#opened = undefined
  }
}
