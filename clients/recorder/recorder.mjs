// Records what a page on TanStack Query shows and asks, as lines that `syncsim check` judges.
// docs/guide/record-your-app.md says what to give it, and what the backend writes beside it.

const nowUs = () => Math.round((performance.timeOrigin + performance.now()) * 1000)
const answer = (error) => (error?.status >= 400 && error.status < 500 ? 'refused' : 'unknown')
const nameOf = (key) => key.map((p) => (typeof p === 'string' ? p : JSON.stringify(p))).join('/')

export function record({ client, role, user, url, queryClient, view, rows, intent, ...more }) {
  const { lsn = () => undefined, events = () => [], result = answer } = more
  const cache = queryClient.getMutationCache(), lines = [], told = new Map()
  let n = 0, sockets = 0
  const note = (kind, facts) => lines.push({ n: ++n, time_us: nowUs(), kind, at: client, ...facts })

  // Times go as the backend's clock would tell them: it answers a GET with its microseconds.
  const askClock = async (began = nowUs()) =>
    Number(await (await fetch(url)).text()) - Math.round((began + nowUs()) / 2)
  let shift = askClock(), sent = Promise.resolve()
  const flush = () => (sent = sent.then(async () => {
    const batch = lines.splice(0)
    try {
      const late = await shift, text = (l) => JSON.stringify({ ...l, time_us: l.time_us + late })
      // A browser lets no more than 64 KiB outlive the page.
      const body = [...batch.map(text), ''].join('\n'), keepalive = body.length < 60_000
      if (body && !(await fetch(url, { method: 'POST', body, keepalive })).ok) throw url
    } catch { // Sent again with the next; a line that arrives twice counts once, by its `n`.
      lines.unshift(...batch)
      shift = shift.catch(() => askClock())
    }
  }))

  queryClient.getQueryCache().subscribe(({ query, type, action = {} }) => {
    const about = view(query.queryKey), name = nameOf(query.queryKey)
    if (!about || type.endsWith('Updated')) return // Observers' news; the query's is 'updated'.
    const { data, isInvalidated: is_old, fetchStatus: does, error } = query.state
    const facts = { ...about, is_old, error: error?.message, is_on: query.getObserversCount() > 0 }
    Object.assign(facts, { is_fetching: does !== 'idle', did: action.type, by_page: action.manual })
    const now = data === undefined ? null : rows(data), text = JSON.stringify(now)
    if (told.get(name) !== text) told.set(name, text) && Object.assign(facts, { rows: now })
    note('query', { view: name, lsn: now ? lsn(data) : undefined, data: facts })
  })
  cache.subscribe(({ type, action }) => {
    const data = type === 'updated' && action.type === 'pending' && intent(action.variables)
    if (data) note('asks', { intent: data.id, data })
  })
  // The subscription hears of an answer only after the page's callbacks and what they wait for.
  for (const name of ['onSuccess', 'onError']) {
    const own = cache.config[name]
    cache.config[name] = (came, variables, ...rest) => {
      const asked = intent(variables), said = name === 'onError' ? result(came) : 'ok'
      if (asked) note('answer', { intent: asked.id, data: { result: said } })
      return own?.(came, variables, ...rest)
    }
  }

  // In place of fetch for changes, which name their intent in the header Idempotency-Key.
  const send = (target, init) => {
    const id = new Headers(init?.headers).get('idempotency-key')
    if (id) note('attempt', { intent: id })
    return fetch(target, init)
  }
  // In place of `new WebSocket`.
  const socket = (...where) => {
    const opened = new WebSocket(...where), data = { epoch: (sockets += 1) }
    for (const kind of ['open', 'close']) opened.addEventListener(kind, () => note(kind, { data }))
    opened.addEventListener('message', (e) => events(e.data).map((facts) => note('event', facts)))
    return opened
  }

  note('page', { data: { role, user } })
  setInterval(flush, 1000)
  addEventListener('pagehide', flush)
  return { flush, fetch: send, socket }
}
