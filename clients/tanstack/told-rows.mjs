// The rows that syncsim has told. One that it tells again unchanged comes as its name alone.

export class ToldRows {
  #rows = new Map()

  // Puts the rows of a message where their names stand, in the order in which they were written.
  fillIn(message) {
    if (message.do === 'result') {
      for (const item of message.items) if (item.row !== null) item.row = this.#row(item.row)
    }
    if (message.do === 'rows' || message.do === 'result') {
      const { rows } = message
      for (let place = 0; place < rows.length; place += 1) rows[place] = this.#row(rows[place])
    }
  }

  #row(row) {
    if (typeof row === 'string') return this.#rows.get(row)
    this.#rows.set(row.entity, row)
    return row
  }
}
