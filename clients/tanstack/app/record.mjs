// What the page says to syncsim: notes for the history, requests, and who caused them.

import { page } from '../page.mjs'

export class Record {
  out = []

  // What set off the input being handled, and what sort of thing that was. Requests are named
  // after the origin, so their luck does not hang on how many others there were.
  origin = ''
  trigger = 'retry'

  #named = new Map()

  begin() {
    this.out = []
    this.origin = ''
    this.trigger = 'retry'
  }

  setOffBy(origin, trigger) {
    this.origin = origin
    this.trigger = trigger
  }

  note(kind, fields) {
    this.out.push({ do: 'note', kind, ...fields, cause: page.cause })
  }

  say(what, fields) {
    this.out.push({ do: what, ...fields, cause: page.cause })
  }

  // The name, numbered from its second use on.
  unique(name) {
    const count = (this.#named.get(name) ?? 0) + 1
    this.#named.set(name, count)
    return count === 1 ? name : `${name}#${count}`
  }
}
