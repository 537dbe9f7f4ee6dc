"""What no history may ever show, whatever the design, the network and the faults.

`broken` returns a sentence for each thing in a history that could not have happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from syncsim.history import Record
from syncsim.history.kinds import KINDS
from syncsim.history.vocabulary import NEVER_SENT

RESULTS = ("ok", "refused", "failed", "unknown", "withheld")
PLAIN = (int, str, bool, type(None))
BACKEND = "backend"
FRAMES = ("event", "resume", "resumed")
DRAINED_US = 3_000_000
"""In this time before the end of a world, what was sent has arrived on any of its networks."""
GESTURES = ("intent", "mount", "unmount", "invalidate")
"""What a client may note first of something that a person does."""


def broken(history: Iterable[Record], *, unfaithful: bool = False) -> list[str]:
    """Return everything impossible about a history, empty if it could have happened.

    Where connections are unfaithful, single frames may be missing, twice there or out of order.
    """
    records = list(history)
    rules = (
        _order,
        _causes,
        _plain,
        _messages,
        *(() if unfaithful else (_frames, _losses)),
        _sockets,
        _intents,
        _effects,
        _store,
        _views,
        _pictures,
    )
    return [f"{rule.__name__[1:]}: {said}" for rule in rules for said in rule(records)]


def _order(records: list[Record]) -> Iterator[str]:
    """Records are numbered densely, time does not go back, and causes come first."""
    now_us = 0
    for number, record in enumerate(records):
        if record.seq != number:
            yield f"record {number} is numbered {record.seq}"
        if record.time_us < now_us:
            yield f"time goes back at {number}"
        if record.cause >= number:
            yield f"record {number} is caused by {record.cause}, which comes later"
        now_us = record.time_us


def _causes(records: list[Record]) -> Iterator[str]:
    """A person acts for no reason; all else at a client follows from what happened there.

    The loss of its own message is told to a client too.
    """
    for record in records:
        if KINDS[record.kind].group not in ("person", "client"):
            continue
        if record.kind == "intent" and record.cause >= 0:
            yield f"{record.intent} is caused by {record.cause}"
        elif record.cause < 0 and record.kind not in GESTURES:
            yield f"{record.kind} {record.seq} comes from nothing"
        elif 0 <= record.cause < record.seq:
            cause = records[record.cause]
            if record.at != (cause.peer if cause.kind == "lose" else cause.at):
                yield f"{record.kind} {record.seq} at {record.at} is caused at {cause.at}"


def _plain(records: list[Record]) -> Iterator[str]:
    """Data is whole numbers, text, truth values, null, lists and objects, and nothing else."""
    for record in records:
        if not _is_plain(record.data):
            yield f"record {record.seq} holds {record.data}"


def _is_plain(value: Any) -> bool:
    if type(value) is dict:
        return all(type(key) is str and _is_plain(part) for key, part in value.items())
    if type(value) is list:
        return all(_is_plain(part) for part in value)
    return type(value) in PLAIN


def _messages(records: list[Record]) -> Iterator[str]:
    """A message is sent once and comes to one end; what arrives was sent, to that place."""
    sent: dict[str, Record] = {}
    ended: dict[str, Record] = {}
    for record in records:
        name = record.message
        if record.kind == "send":
            if name in sent:
                yield f"{name} is sent twice"
            sent[name] = record
        elif record.kind in ("receive", "lose"):
            if name in ended:
                yield f"{name} comes to two ends"
            ended[name] = record
            away = record.kind == "lose" and (record.data or {})["reason"] in NEVER_SENT
            if (name in sent) == away:
                yield f"{name} ends and was {'' if away else 'not '}sent"
            elif not away and (sent[name].at, sent[name].peer) != (record.peer, record.at):
                yield f"{name} arrives elsewhere"


def _frames(records: list[Record]) -> Iterator[str]:
    """What arrives on a connection is the beginning of what was sent on it, in its order.

    So nothing overtakes, and nothing is missing before something that arrives.
    """
    way_of: dict[str, tuple[str, str, int]] = {}
    to_come: dict[tuple[str, str, int], list[str]] = {}
    for record, epoch in _with_epochs(records):
        name = record.message
        if record.kind == "send":
            way_of[name] = (record.at, record.peer, epoch)
            to_come.setdefault(way_of[name], []).append(name)
        elif record.kind == "receive" and name in way_of:
            coming = to_come[way_of[name]]
            if coming[:1] != [name]:
                yield f"{name} overtakes a frame, or one before it is lost"
            to_come[way_of[name]] = coming[1:]


def _losses(records: list[Record]) -> Iterator[str]:
    """On a connection that stays open and hears, everything arrives."""
    sent: dict[str, tuple[Record, str, int]] = {}
    ended: dict[str, str] = {}
    whole: dict[str, int] = {}
    for record, epoch in _with_epochs(records):
        if record.kind == "send":
            sent[record.message] = (record, _client_of(record), epoch)
        elif record.kind in ("receive", "lose"):
            ended[record.message] = record.kind
        elif record.kind == "open":
            whole[record.at] = epoch
        elif record.kind in ("close", "deaf"):
            whole.pop(record.at, None)
    end_us = records[-1].time_us if records else 0
    for name, (record, client, epoch) in sent.items():
        if whole.get(client) != epoch:
            continue
        if ended.get(name) == "lose":
            yield f"{name} is lost on a whole connection"
        elif name not in ended and end_us - record.time_us > DRAINED_US:
            yield f"{name} never arrives on a whole connection"


def _sockets(records: list[Record]) -> Iterator[str]:
    """Connections open and close in turn, are counted, and carry frames only while open.

    A client is told nothing after it has seen the close, and nothing of an older connection.
    """
    epochs: dict[str, int] = {}
    is_open: dict[str, bool] = {}
    sent_on: dict[str, int] = {}
    for record, epoch in _with_epochs(records):
        at = record.at
        if record.kind == "open":
            epochs[at] = epochs.get(at, 0) + 1
            if is_open.get(at) or epoch != epochs[at]:
                yield f"{at} opens epoch {epoch} after {epochs[at] - 1}"
            is_open[at] = True
        elif record.kind == "close":
            if not is_open.get(at) or (record.data or {})["epoch"] != epochs[at]:
                yield f"{at} closes epoch {(record.data or {})['epoch']}, which is not open"
            is_open[at] = False
        elif record.kind == "send":
            sent_on[record.message] = epoch
        elif record.kind == "receive" and at != BACKEND:
            if not is_open.get(at):
                yield f"{record.message} arrives at {at} on a closed socket"
            elif sent_on.get(record.message) != epoch:
                yield f"{record.message} arrives at {at} on another connection"


def _with_epochs(records: list[Record]) -> Iterator[tuple[Record, int]]:
    """Yield what is about sockets and frames, with the connection that its client has, 0 for none.

    A message is a frame if its sending says so; one that was never sent is for `_messages`.
    """
    now: dict[str, int] = {}
    frames: dict[str, None] = {}
    for record in records:
        if record.kind in ("open", "close", "deaf"):
            epoch = (record.data or {})["epoch"]
            now[record.at] = 0 if record.kind == "close" else epoch
            yield record, epoch
        elif record.kind == "send" and (record.data or {})["what"] in FRAMES:
            frames[record.message] = None
            yield record, now.get(_client_of(record), 0)
        elif record.kind in ("receive", "lose") and record.message in frames:
            yield record, now.get(_client_of(record), 0)


def _client_of(record: Record) -> str:
    return record.peer if record.at == BACKEND else record.at


def _intents(records: list[Record]) -> Iterator[str]:
    """An intent is asked once and has one outcome at most, after it was asked."""
    asked: dict[str, bool] = {}
    told: dict[str, bool] = {}
    for record in records:
        name = record.intent
        if record.kind == "intent":
            if name in asked:
                yield f"{name} is asked twice"
            asked[name] = True
        elif record.kind == "outcome":
            result = (record.data or {})["result"]
            if name not in asked or name in told or result not in RESULTS:
                yield f"{name} has an outcome out of place: {result}"
            told[name] = True


def _effects(records: list[Record]) -> Iterator[str]:
    """An intent has its effect on a row once at most, as the person was told.

    Of one whose request went out twice that is for the design to see to, and for ONCE to judge.
    """
    twice = {record.intent for record in records if record.message.endswith("~2")}
    committed: dict[tuple[str, str], int] = {}
    told: dict[str, str] = {}
    for record in records:
        name = record.intent
        if record.kind == "commit" and name:
            first = committed.setdefault((name, record.entity), record.lsn)
            if first != record.lsn and name not in twice:
                yield f"{name} is committed twice"
        elif record.kind == "outcome":
            told[name] = (record.data or {})["result"]
            if told[name] == "ok" and record.entity and (name, record.entity) not in committed:
                yield f"{name} is told ok without a commit"
    for name, _ in committed:
        if told.get(name) in ("refused", "failed", "withheld") and name not in twice:
            yield f"{name} is committed and the person was told {told[name]}"


def _store(records: list[Record]) -> Iterator[str]:
    """Versions of a row count by one, and so do commits; a commit has one audit entry."""
    versions: dict[str, int] = {}
    lsn = 0
    audited: dict[int, int] = {}
    for record in records:
        if record.kind in ("row", "commit"):
            if record.version != versions.get(record.entity, 0) + 1:
                yield f"{record.entity} jumps to version {record.version}"
            versions[record.entity] = record.version
            if record.lsn not in (lsn, lsn + 1) or (record.kind == "row" and record.lsn == lsn):
                yield f"commit {record.lsn} follows {lsn}"
            lsn = record.lsn
        elif record.kind == "audit":
            audited[record.lsn] = audited.get(record.lsn, 0) + 1
            if audited[record.lsn] > 1 or record.lsn != lsn:
                yield f"commit {record.lsn} has an audit entry out of place"


def _views(records: list[Record]) -> Iterator[str]:
    """Rows are told to and painted in mounted views only, and fetches end once."""
    mounted: dict[tuple[str, str], bool] = {}
    fetching: dict[str, bool] = {}
    for record in records:
        place = (record.at, record.view)
        if record.kind in ("mount", "unmount"):
            if mounted.get(place, False) == (record.kind == "mount"):
                yield f"{place} has a {record.kind} too many"
            mounted[place] = record.kind == "mount"
        elif record.kind in ("base", "paint", "ready"):
            # Confirmed rows of the slice store are kept whether or not it is on screen.
            if not mounted.get(place) and not (record.kind == "base" and record.view == "slice"):
                yield f"{record.kind} in {place}, which is not mounted"
        elif record.kind == "fetch":
            fetching[record.message] = True
        elif record.kind in ("fetched", "fetch_failed", "fetch_cancelled") and record.message:
            if not fetching.get(record.message):
                yield f"{record.message} has a {record.kind} and was not under way"
            # A fetch that failed and waits for its next try can still be abandoned.
            fetching[record.message] = (record.data or {}).get("reason") == "retrying"


def _pictures(records: list[Record]) -> Iterator[str]:
    """What is painted without a pending intent, or told, is a version that the backend made."""
    made: dict[tuple[str, int], dict[str, Any]] = {}
    laid: dict[tuple[str, str], bool] = {}
    for record in records:
        data = record.data or {}
        if record.kind in ("row", "commit"):
            made[record.entity, record.version] = data["fields"]
        elif record.kind == "overlay":
            laid[record.at, record.intent] = True
        elif record.kind in ("base", "paint") and data["fields"] is not None:
            for intent in data.get("overlays", []):
                if (record.at, intent) not in laid:
                    yield f"{record.at} paints {intent}, which was never laid over anything"
            if data.get("overlays"):
                continue
            row = made.get((record.entity, record.version))
            if row is None or any(row[name] != value for name, value in data["fields"].items()):
                yield f"{record.kind} {record.seq} shows what the backend never held"
