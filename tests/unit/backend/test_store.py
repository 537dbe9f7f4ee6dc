"""The store finds views by the name that they ask for, and gives what a scan of all rows would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncsim.backend import store as module
from syncsim.backend.store import Store, initial_change
from syncsim.domain import BOOKING, Change
from syncsim.history import compile_conditions

USERS = ("dr-1", "dr-2", "dr-3")
STATUS = ("pending", "therapist_accepted", "confirmed")
ROWS = tuple(f"appointment/A{n}" for n in range(1, 6))

changes = st.tuples(st.sampled_from(ROWS), st.sampled_from((*USERS, None)), st.sampled_from(STATUS))


def put(store, entity, user, status):
    """Commit a row, new or changed."""
    fields = {**BOOKING.entities["appointment"].fields, "driver": user, "status": status}
    if store.get(entity) is None:
        store.commit([initial_change(entity, fields)])
    else:
        store.commit([Change(entity, {"driver": user, "status": status}, created=False)])


def trips(store, user):
    """Return the names of a driver's rows, in their order."""
    return [row.entity for row in store.view("driver", user, "my-trips", "")[0]]


@given(st.lists(changes, max_size=8), st.lists(changes, max_size=12), st.booleans())
def test_a_view_by_name_holds_what_a_scan_finds(before, after, asked_before):
    store = Store(BOOKING)
    coming = list(dict.fromkeys(entity for entity, _, _ in (*before, *after)))
    for each in before:
        put(store, *each)
    kept = {user: trips(store, user) for user in USERS} if asked_before else {}
    for each in after:
        put(store, *each)
        for user, rows in kept.items():
            now = trips(store, user)
            # Rows that stay keep their places, and one that comes is the last.
            assert [row for row in now if row in rows] == [row for row in rows if row in now]
            kept[user] = now
    for user in USERS:
        test = compile_conditions(BOOKING.queries["my-trips"].where, {"$user": user, "$id": ""})
        found = [entity for entity in coming if test(store.fields(entity))]
        assert sorted(trips(store, user)) == sorted(found)
        if not asked_before:
            assert trips(store, user) == found


def test_one_more_user_costs_what_the_own_rows_cost(monkeypatch):
    looked_at = []
    update = Store._update

    def counted(self, view, row):
        looked_at.append(row.entity)
        update(self, view, row)

    monkeypatch.setattr(module.Store, "_update", counted)
    store = Store(BOOKING)
    for number in range(300):
        put(store, f"appointment/B{number}", f"dr-{number}", "confirmed")
    for number in range(300):
        assert trips(store, f"dr-{number}") == [f"appointment/B{number}"]
    assert len(looked_at) == 300
    # Only the views of those who have the row now, or had it, are asked.
    put(store, "appointment/B7", "dr-8", "confirmed")
    assert len(looked_at) == 302
    assert trips(store, "dr-8") == ["appointment/B8", "appointment/B7"]
    assert trips(store, "dr-7") == []
