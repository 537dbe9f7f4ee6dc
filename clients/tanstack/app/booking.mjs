// The booking application as its front end knows it: query keys, and for each action where its
// button is, what it will change, and which queries that concerns.

const LISTS = ['appointments', 'list']
const DETAIL = ['appointments', 'detail']
const PENDING = [...LISTS, 'pending']
const OVERDUE = [...LISTS, 'overdue']
const ACTIVE = [...LISTS, 'active']
const MINE = [...LISTS, 'therapist']
const TRIPS = [...LISTS, 'driver']
const REJECTIONS = ['rejections', 'review']
const PAYMENTS = ['payments', 'verify']

const UNSTARTED = ['pending', 'therapist_accepted']

export const queries = {
  pending: () => PENDING,
  rejections: () => REJECTIONS,
  overdue: () => OVERDUE,
  payments: () => PAYMENTS,
  active: () => ACTIVE,
  mine: ({ user }) => [...MINE, user],
  'my-trips': ({ user }) => [...TRIPS, user],
  appointment: ({ id }) => [...DETAIL, id],
}

// Each action: `offered` says on which rows its button is shown, `set` what it makes of its row,
// `linked` what it makes of the row behind a link, `concerns` which queries it may change.
export const actions = {
  accept: {
    role: 'operator',
    offered: ({ status }) => status === 'pending',
    set: () => ({ status: 'therapist_accepted' }),
    concerns: [PENDING, OVERDUE, ACTIVE, MINE, TRIPS, DETAIL],
  },
  assign_driver: {
    role: 'operator',
    offered: ({ status }) => UNSTARTED.includes(status),
    set: ({ args }) => ({ driver: args.driver }),
    concerns: [PENDING, OVERDUE, ACTIVE, MINE, TRIPS, DETAIL],
  },
  start_appointment: {
    role: 'operator',
    offered: ({ status }) => status === 'confirmed',
    set: () => ({ status: 'in_progress' }),
    concerns: [ACTIVE, MINE, TRIPS, DETAIL],
  },
  approve_rejection: reviewOf('approved', () => ({ status: 'cancelled' })),
  deny_rejection: reviewOf('denied', () => ({ status: 'pending', rejection: null })),
  auto_cancel_overdue: {
    role: 'operator',
    batch: true,
    offered: ({ overdue, status }) => overdue === true && UNSTARTED.includes(status),
    set: () => ({ status: 'cancelled' }),
    concerns: [LISTS, DETAIL],
  },
  verify_payment: {
    role: 'operator',
    entity: 'payment',
    offered: ({ status, requested }) => status === 'unpaid' && requested === true,
    set: () => ({ status: 'paid' }),
    linked: { field: 'appointment', set: () => ({ status: 'completed' }) },
    concerns: [PAYMENTS, ACTIVE, MINE, TRIPS, DETAIL],
  },
  accept_booking: {
    role: 'therapist',
    offered: ({ status, therapist }, user) => status === 'pending' && therapist === user,
    set: () => ({ status: 'therapist_accepted' }),
    concerns: [PENDING, OVERDUE, ACTIVE, MINE, TRIPS, DETAIL],
  },
  reject_booking: {
    role: 'therapist',
    offered: ({ status, therapist }, user) => UNSTARTED.includes(status) && therapist === user,
    set: turnedDown,
    concerns: [REJECTIONS, LISTS, DETAIL],
  },
  start_session: {
    role: 'therapist',
    offered: ({ status, session, therapist }, user) =>
      status === 'in_progress' && session === 'none' && therapist === user,
    set: () => ({ session: 'started' }),
    concerns: [ACTIVE, MINE, TRIPS, DETAIL],
  },
  complete_session: {
    role: 'therapist',
    offered: ({ status, session, therapist }, user) =>
      status === 'in_progress' && session === 'started' && therapist === user,
    set: () => ({ session: 'done' }),
    concerns: [ACTIVE, MINE, TRIPS, DETAIL],
  },
  request_payment: {
    role: 'therapist',
    offered: ({ status, session, therapist }, user) =>
      status === 'in_progress' && session === 'done' && therapist === user,
    set: () => ({ status: 'awaiting_payment' }),
    linked: { field: 'payment', set: () => ({ requested: true }) },
    concerns: [PAYMENTS, ACTIVE, MINE, TRIPS, DETAIL],
  },
  accept_trip: {
    role: 'driver',
    offered: ({ status, driver }, user) => status === 'therapist_accepted' && driver === user,
    set: () => ({ status: 'confirmed' }),
    concerns: [OVERDUE, ACTIVE, MINE, TRIPS, DETAIL],
  },
  reject_trip: {
    role: 'driver',
    offered: ({ status, driver }, user) => status === 'therapist_accepted' && driver === user,
    set: turnedDown,
    concerns: [REJECTIONS, LISTS, DETAIL],
  },
  en_route: tripTo('en_route', 'none'),
  arrived: tripTo('arrived', 'en_route'),
  dropped_off: tripTo('dropped_off', 'arrived'),
}

for (const action of Object.values(actions)) action.entity ??= 'appointment'

// The backend's own clock marks rows overdue; nobody has a button for it.
export const concernsOf = (name) =>
  name === 'mark_overdue' ? [OVERDUE, PENDING, ACTIVE, MINE, TRIPS, DETAIL] : actions[name].concerns

function reviewOf(decision, outcome) {
  return {
    role: 'operator',
    entity: 'rejection',
    offered: ({ status }) => status === 'open',
    set: () => ({ status: decision }),
    linked: { field: 'appointment', set: outcome },
    concerns: [REJECTIONS, LISTS, DETAIL],
  }
}

function turnedDown({ intent }) {
  return { status: 'rejected', rejection: `rejection-${intent}` }
}

function tripTo(after, before) {
  return {
    role: 'driver',
    offered: ({ status, trip, driver }, user) =>
      ['confirmed', 'in_progress'].includes(status) && trip === before && driver === user,
    set: () => ({ trip: after }),
    concerns: [ACTIVE, MINE, TRIPS, DETAIL],
  }
}

// The rows that an action is expected to change, its own row first.
export function changesOf(action, row, intent, args) {
  const own = { entity: row.entity, fields: action.set({ intent, args }) }
  const { linked } = action
  const id = linked && row.fields[linked.field]
  if (id === undefined || id === null) return [own]
  return [own, { entity: `${linked.field}/${id}`, fields: linked.set() }]
}

export function typeOf(entity) {
  return entity.slice(0, entity.indexOf('/'))
}
