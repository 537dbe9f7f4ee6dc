"""The names that scenario files and judges share: checks and `sometimes` situations.

They stand at the bottom so that a scenario can be validated without importing a judge.
"""

from __future__ import annotations

REWIND = "rewind"
"""The action of commits by which a backend goes back to what its disk had kept before a crash."""

CHECK_NAMES: tuple[str, ...] = (
    "CONV", "INVAL", "GAP", "ROLL", "RYW", "MONO", "ORDER", "WFR", "CAUSAL", "NOFLAP", "ONCE",
    "OVER", "XVIEW", "LEGAL", "BATCH", "LINEAR", "HONEST", "AUDIT", "DURABLE", "DONE", "COST",
)  # fmt: skip

SOMETIMES: dict[str, str] = {
    "refusal": "the backend refused an intent",
    "rollback": "a client took back an overlay because its intent was refused or lost",
    "event-missed": "a change event was lost on its way, or published while a client was away",
    "same-row-raced": "two clients had an intent on the same row under way at the same time",
    "roles-raced": "two roles had an intent on the same row under way at the same time",
    "fetch-overlapped-commit": "a commit happened between the start and the end of a fetch",
    "outcome-unknown": "a client could not tell the person what became of an intent",
    "offline-intent": "a person asked for something while the client was offline",
    "message-lost": "an HTTP message was lost",
    "reconnect": "a client's WebSocket opened again after a close",
    "restart": "the backend restarted",
    "two-row-change": "one action changed two rows at once",
    "batch-partial": "a batch succeeded for some items and was refused for others",
    "withheld": "a person meant to act on a row that was no longer on screen",
}

NEVER_SENT = ("away", "broker-down", "broker-cut", "unpublished")
"""Why an event is lost that was not even sent to the client, as its `lose` record says."""
