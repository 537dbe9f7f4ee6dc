// Sets up a Redux program: a store with one slice, thunks, and the server that answers them.

import { configureStore, createAction, createAsyncThunk, createSlice } from '@reduxjs/toolkit'

import { later } from './clock.mjs'

const NEVER_FETCHED = { status: 'idle', latest: null, value: null, error: null }
const set = createAction('set')

export function startReduxProgram(program, trace) {
  const requests = new Requests(program, trace)
  return {
    steps: {
      dispatch: (step) => requests.dispatch(step),
      abort: (step) => requests.abort(step),
      set: (step) => requests.set(step),
    },
    show: (action) => action.type,
    dump: () => [requests.state()],
    close: () => {},
  }
}

class Requests {
  #trace
  #store
  #thunks = new Map()
  #options
  #running = new Map()
  // The package draws random ids; a trace counts them r1, r2, ... as they turn up.
  #ids = new Map()

  constructor(program, trace) {
    this.#trace = trace
    this.#options = program.thunks ?? {}
    for (const { do: kind, thunk = 'load' } of program.steps) {
      if (kind === 'dispatch' && !this.#thunks.has(thunk)) this.#addThunk(thunk)
    }
    this.#store = configureStore({
      reducer: sliceOf([...this.#thunks.values()], program.reducer).reducer,
      middleware: (usual) =>
        usual({ immutableCheck: false, serializableCheck: false }).concat(() => this.#watch),
      devTools: false,
    })
  }

  #addThunk(name) {
    const { dispatchConditionRejection } = this.#options[name] ?? {}
    const thunk = createAsyncThunk(name, (step, api) => this.#ask(step, api), {
      condition: (step, { getState }) => this.#condition(step, getState()),
      dispatchConditionRejection,
    })
    this.#thunks.set(name, thunk)
  }

  #watch = (next) => (action) => {
    const result = next(action)
    if (typeof action.type === 'string') this.#note(action)
    return result
  }

  #note({ type, meta, payload, error }) {
    const facts = { payload }
    if (error !== undefined) {
      const { aborted, condition, rejectedWithValue } = meta
      Object.assign(facts, { aborted, condition, rejectedWithValue, error: error.message })
    }
    this.#trace.add('action', type, this.#id(meta?.requestId), facts, this.state())
  }

  #id(requestId) {
    if (requestId === undefined) return null
    if (!this.#ids.has(requestId)) this.#ids.set(requestId, `r${this.#ids.size + 1}`)
    return this.#ids.get(requestId)
  }

  state() {
    const state = this.#store.getState()
    return { ...state, latest: state.latest && this.#id(state.latest) }
  }

  dispatch(step) {
    const running = this.#store.dispatch(this.#thunks.get(step.thunk ?? 'load')(step))
    this.#running.set(step.request, running)
    return running
  }

  abort({ request, reason }) {
    this.#running.get(request).abort(reason)
  }

  set({ value }) {
    this.#store.dispatch(set(value))
  }

  #condition({ request, condition }, state) {
    if (condition === undefined) return true
    this.#trace.add('condition', request)
    if (condition === 'idle') return state.status !== 'pending'
    if (typeof condition === 'boolean') return condition
    return new Promise((resolve) => setTimeout(() => resolve(condition.value), condition.after))
  }

  // The payload creator: one request to the server, which works on even if the page aborts.
  #ask({ request, answer = { latency: 100 } }, { signal, rejectWithValue }) {
    this.#trace.add('request', request)
    signal.addEventListener('abort', () => this.#trace.add('abort', request))
    return new Promise((resolve, reject) => {
      if (answer.hang) return
      later(answer.latency, () => {
        this.#trace.add('answer', request, 'fail' in answer ? 'fail' : 'ok')
        if ('fail' in answer) reject(new Error(answer.fail))
        else if ('reject' in answer) resolve(rejectWithValue(answer.reject))
        else resolve(answer.value ?? null)
      })
    })
  }
}

// "last-write" takes every answer as it comes; "latest-request" only that of the last request.
function sliceOf(thunks, reducer) {
  const counts = (state, action) =>
    reducer === 'last-write' || state.latest === action.meta.requestId
  return createSlice({
    name: 'slice',
    initialState: NEVER_FETCHED,
    reducers: {},
    extraReducers: (builder) => {
      builder.addCase(set, (state, action) => {
        state.value = action.payload
      })
      for (const thunk of thunks) addThunkCases(builder, thunk, counts)
    },
  })
}

function addThunkCases(builder, thunk, counts) {
  builder.addCase(thunk.pending, (state, action) => {
    state.status = 'pending'
    state.latest = action.meta.requestId
  })
  builder.addCase(thunk.fulfilled, (state, action) => {
    if (!counts(state, action)) return
    state.status = 'fulfilled'
    state.value = action.payload
    state.error = null
  })
  builder.addCase(thunk.rejected, (state, action) => {
    if (!counts(state, action)) return
    state.status = 'rejected'
    state.error = action.payload ?? action.error.message
  })
}
