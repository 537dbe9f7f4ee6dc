"""The kinds of record in a history, and what each kind carries in `data`.

This table is the contract between the running side, the judging side and recorders
outside syncsim. The reference page and the JSON Schema are generated from it.
"""

from __future__ import annotations

from dataclasses import dataclass

FORMAT = "syncsim-history"
VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of record: who writes it, what it means, and its `data` keys."""

    name: str
    group: str
    meaning: str
    data: dict[str, str]


_ROWS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    # person
    (
        "intent",
        "person",
        "A person asks for something on one client.",
        {
            "action": "name of the action",
            "entities": "the rows it is about, as type/id",
            "args": "arguments the person gave",
        },
    ),
    (
        "outcome",
        "person",
        "What the client tells the person about an intent, once.",
        {
            "result": "ok, refused, failed (certainly no effect), unknown (nobody can tell), "
            "withheld (the button was not on screen, nothing was sent)",
            "reason": "reason code, if any",
            "items": "for a batch: entity to shown result",
        },
    ),
    # client
    (
        "forget",
        "client",
        "The page of a pending intent is gone, nothing of it was stored, and nobody will be told "
        "what becomes of it.",
        {},
    ),
    (
        "mount",
        "client",
        "A view comes on screen.",
        {"query": "name of the query, null for the slice store", "id": "argument, if any"},
    ),
    ("ready", "client", "A mounted view shows its first data since it came on screen.", {}),
    ("unmount", "client", "A view leaves the screen.", {}),
    (
        "fetch",
        "client",
        "A query starts to fetch; `message` is the request.",
        {
            "trigger": "mount, event, settle, refresh, retry, poll, reconnect, online, focus, "
            "trailing or audit",
            "generation": "the query's invalidation count when the fetch began",
        },
    ),
    (
        "fetched",
        "client",
        "A fetch ended with data; `lsn` is its read point at the backend.",
        {"fresh": "whether the query counts as fresh afterwards"},
    ),
    ("fetch_failed", "client", "A fetch ended without data.", {"reason": "why"}),
    ("fetch_cancelled", "client", "A fetch was abandoned by its own client.", {"reason": "why"}),
    (
        "invalidate",
        "client",
        "A query is marked stale.",
        {"reason": "event, settle, refresh, reconnect, audit, checkpoint or error"},
    ),
    (
        "freshen",
        "client",
        "A local write marked a query fresh without asking the backend.",
        {"reason": "overlay or rollback"},
    ),
    (
        "event",
        "client",
        "A change event reached the client over its socket.",
        {"action": "what happened to the row"},
    ),
    (
        "overlay",
        "client",
        "A pending intent is painted over the confirmed row; or it is painted otherwise than said "
        "before.",
        {
            "fields": "the fields it sets; null if it removes the row",
            "views": "the views that it was applied to",
        },
    ),
    (
        "unlay",
        "client",
        "The overlay of an intent is taken away.",
        {
            "reason": "fence (base is from after the backend decided), response, rollback, timeout "
            "(of waiting for the fence), reload"
        },
    ),
    (
        "base",
        "client",
        "A confirmed row of a view changed: what the server told this client.",
        {"fields": "the row as told; null if it left the view"},
    ),
    (
        "paint",
        "client",
        "What the person sees of one row in one view changed.",
        {
            "fields": "the row as shown; null if it is not shown any more",
            "overlays": "the intents painted into it",
        },
    ),
    (
        "arm",
        "client",
        "Something will make this client look again by itself.",
        {
            "trigger": "refresh-habit, poll, reconnect-resync, redelivery, audit, online, focus or "
            "fence"
        },
    ),
    ("disarm", "client", "An armed trigger is gone.", {"trigger": "as in arm"}),
    # backend
    ("row", "backend", "The backend held this row at the start.", {"fields": "the whole row"}),
    (
        "commit",
        "backend",
        "The backend accepted a change of one row; rows of one transaction share the lsn.",
        {
            "action": "name of the action",
            "role": "role that asked, system for the backend's own clock",
            "user": "user who asked",
            "fields": "the whole row after the commit",
        },
    ),
    (
        "refuse",
        "backend",
        "The backend refused an intent, definitely and without effect.",
        {"action": "name of the action", "reason": "reason code", "role": "role", "user": "user"},
    ),
    (
        "publish",
        "backend",
        "A change event was handed to the broker.",
        {
            "to": "subscribers",
            "waits": "true if the broker cannot take it yet; a later record of the same message "
            "says what became of it",
        },
    ),
    (
        "rewind",
        "backend",
        "A crash lost acknowledged commits: `lsn` is the last commit that was kept. The commits "
        "that follow put the rows back to what they were then, under new versions.",
        {},
    ),
    (
        "audit",
        "backend",
        "The audit log took an entry for a commit.",
        {"action": "name of the action", "role": "role", "user": "user"},
    ),
    # net
    (
        "send",
        "net",
        "A message left `at` for `peer`.",
        {
            "what": "query, rows, mutate, result, event, resume, resumed, audit, audited, "
            "checkpoint, whole or error",
            "bytes": "size on the wire",
        },
    ),
    ("receive", "net", "A message from `peer` arrived at `at`.", {}),
    (
        "lose",
        "net",
        "A message will never arrive; `at` is where it was bound for.",
        {
            "reason": "offline, away, dropped, silent, lossy, reset, too-big, overflow, "
            "unfaithful, down, broker-down, broker-cut or unpublished",
            "what": "as in send",
        },
    ),
    (
        "open",
        "net",
        "A WebSocket connection opened.",
        {"epoch": "count of connections, from 1", "gateway": "where it ends, if there are several"},
    ),
    (
        "close",
        "net",
        "A WebSocket connection closed, as this end saw it.",
        {
            "epoch": "as in open",
            "reason": "dropped, offline, silent, down, reload or too-big",
            "code": "close code that a browser reports: 1006 without a close frame; of a page that "
            "leaves, the one it sends",
        },
    ),
    (
        "deaf",
        "net",
        "From now on nothing sent by `peer` can arrive on a socket that this client still believes "
        "to be open; the `close` of the same epoch ends it.",
        {"epoch": "as in open"},
    ),
    # world
    (
        "fault",
        "world",
        "A fault began.",
        {
            "verb": "what people call it: partition, drop, delay, crash and so on",
            "until_us": "planned end, if any",
            "unnoticed": "true if the browser says nothing of a partition",
            "loses_us": "how far back a crash goes",
            "skew_us": "how fast a clock is, slow if negative",
            "drift_ppm": "microseconds that a clock gains each second",
        },
    ),
    ("heal", "world", "A fault ended.", {"verb": "as in fault"}),
    ("phase", "world", "The run entered a phase.", {"phase": "safety, settle or end"}),
    (
        "broke",
        "world",
        "A client of another make failed, and the run went no further.",
        {
            "code": "a word for programs",
            "place": "which client, and when",
            "expected": "what should have come",
            "found": "what came",
            "hint": "its last words",
        },
    ),
)

KINDS: dict[str, Kind] = {
    name: Kind(name=name, group=group, meaning=meaning, data=data)
    for name, group, meaning, data in _ROWS
}
