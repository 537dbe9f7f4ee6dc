"""What stood in a history at one instant, found by looking through all that was recorded."""

from __future__ import annotations

from tests.checks.notation import DOMAIN, HEADER


def instants(history):
    """Yield each time at which something was recorded, the next one, and all up to the first.

    Nothing comes after the last instant, so that it is its own next one.
    """
    records = list(history)
    times = sorted({record.time_us for record in records})
    for now_us, next_us in zip(times, [*times[1:], times[-1]], strict=True):
        yield now_us, next_us, [record for record in records if record.time_us <= now_us]


def longer_than(bound_us, stretches):
    """Return the start of each run of instants that lasts too long.

    `stretches` has for each instant its time, that of the next one, and in which life of a thing
    it was so, None if it was not.
    """
    late, began, life_before = [], None, None
    for now_us, next_us, life in stretches:
        if life is None:
            began = None
        elif began is None or life != life_before:
            began = now_us
        life_before = life
        if began is not None and next_us - began > bound_us and (began, life) not in late:
            late.append((began, life))
    return late


def last(records, *kinds, **fields):
    """Return the last record of some kinds with these fields, None if there is none."""
    for record in reversed(records):
        if record.kind in kinds and all(getattr(record, k) == v for k, v in fields.items()):
            return record
    return None


def mounted(records, client, view):
    """Return the record that brought a view on screen, None if it is not there."""
    found = last(records, "mount", "unmount", at=client, view=view)
    return found if found and found.kind == "mount" else None


def views_of(records):
    """Return (client, view) for all that was ever on screen."""
    return sorted({(r.at, r.view) for r in records if r.kind == "mount"})


def rows_of(records):
    return sorted({r.entity for r in records if r.entity})


def seen_by(client, view, entity, row):
    """Return what a view should show of a row that the backend holds, None if it should not."""
    query, _, row_id = view.partition("/")
    kind = entity.partition("/")[0]
    fields = row.data["fields"]
    if query != "slice":
        facts = DOMAIN["queries"][query]
        for name, is_, value in facts["where"]:
            assert is_ == "is", facts
            if fields.get(name) != (row_id if value == "$id" else value):
                return None
        if facts["entity"] != kind:
            return None
    role = HEADER["clients"][client]["role"]
    names = DOMAIN["projections"].get(f"{role}/{kind}")
    return None if names is None else {name: fields.get(name) for name in names}


def due(records, client, view, entity):
    """Return what a view should show of a row now."""
    row = last(records, "row", "commit", entity=entity)
    return seen_by(client, view, entity, row) if row else None


def painted(records, since, client, view, entity):
    """Return the last paint of a row in a view since it came on screen."""
    return last(records[since.seq :], "paint", at=client, view=view, entity=entity)


def shown(paint):
    return paint.data["fields"] if paint else None


def is_ready(records, since):
    return bool(last(records[since.seq :], "ready", at=since.at, view=since.view))


def is_fetching(records, client, view):
    """Tell whether a request for a view, or another try of it, may still be answered."""
    of_view = [r for r in records if (r.at, r.view) == (client, view) and "fetch" in r.kind]
    for name in {record.message for record in of_view}:
        *_, end = (record for record in of_view if record.message == name)
        is_retrying = end.kind == "fetch_failed" and end.data["reason"] == "retrying"
        later = [r for r in of_view if r.seq > end.seq and r.kind == "fetch"]
        if end.kind == "fetch" or (is_retrying and not later):
            return True
    return False


def events_in_flight(records, client):
    """Return the sends of events to a client that have neither arrived nor been lost."""
    of = {}
    for record in records:
        is_event = record.kind == "send" and record.data["what"] == "event"
        if is_event and record.peer == client:
            of[record.message] = record
        elif record.kind in ("receive", "lose") and record.at == client:
            of.pop(record.message, None)
    return list(of.values())
