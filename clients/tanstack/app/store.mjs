// The Redux side: a slice with the rows of every response, and the thunk that sends an intent.

import { configureStore, createAsyncThunk, createSlice, original } from '@reduxjs/toolkit'

const rows = createSlice({
  name: 'rows',
  initialState: {},
  reducers: {
    received(state, { payload }) {
      // Reading through the draft would make a draft of every row that is compared.
      const held = original(state)
      for (const row of payload) {
        if (held[row.entity]?.version !== row.version) state[row.entity] = row
      }
    },
  },
})

export const sendIntent = createAsyncThunk(
  'intents/send',
  async (intent, { extra, rejectWithValue }) => {
    const body = await extra.post(intent)
    const isRefused = body.items.length === 1 && body.items[0].result !== 'ok'
    return isRefused ? rejectWithValue(body) : body
  },
)

export class RowStore {
  #record
  #onChange
  #redux

  // `post` sends an intent; `onChange` is told when the rows have changed.
  constructor(record, post, onChange) {
    this.#record = record
    this.#onChange = onChange
    this.#redux = configureStore({
      reducer: rows.reducer,
      middleware: (defaults) => defaults({ thunk: { extraArgument: { post } } }),
    })
  }

  get rows() {
    return this.#redux.getState()
  }

  dispatch(action) {
    return this.#redux.dispatch(action)
  }

  receive(received) {
    const before = this.rows
    this.#redux.dispatch(rows.actions.received(received))
    const after = this.rows
    if (before === after) return
    for (const { entity, version, lsn, fields } of received) {
      if (before[entity] !== after[entity]) {
        this.#record.note('base', { view: 'slice', entity, version, lsn, data: { fields } })
      }
    }
    this.#onChange()
  }
}
