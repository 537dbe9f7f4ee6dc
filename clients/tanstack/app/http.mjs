// The page's HTTP. syncsim carries the requests; the time-out is the app's own.

const MS = 1_000

export class Http {
  #record
  #isOnline
  #underWay = new Map()

  constructor(record, isOnline) {
    this.#record = record
    this.#isOnline = isOnline
  }

  // Resolves to the body that answers the request.
  send(what, request, timeoutUs) {
    if (!this.#isOnline()) return Promise.reject(new Error('offline'))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.fail(request.name, 'timeout'),
        Math.floor(timeoutUs / MS),
      )
      this.#underWay.set(request.name, { resolve, reject, timer })
      this.#record.say(what, request)
    })
  }

  answer(name, body) {
    this.#end(name)?.resolve(body)
  }

  fail(name, reason) {
    this.#end(name)?.reject(new Error(reason))
  }

  // A browser that loses its network fails what is under way.
  goOffline() {
    for (const name of [...this.#underWay.keys()]) this.fail(name, 'offline')
  }

  #end(name) {
    const exchange = this.#underWay.get(name)
    this.#underWay.delete(name)
    if (exchange) clearTimeout(exchange.timer)
    return exchange
  }
}
