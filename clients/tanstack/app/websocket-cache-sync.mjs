// useWebSocketCacheSync: an event about another client's change invalidates the related queries.

import { concernsOf } from './booking.mjs'

export function onEvent(record, views, { action, intent, lsn, rows }) {
  for (const { entity, version } of rows) {
    record.note('event', { intent, entity, version, lsn, data: { action } })
  }
  views.invalidate(concernsOf(action), 'event')
}
