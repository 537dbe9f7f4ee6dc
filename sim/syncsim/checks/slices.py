"""The smallest part of a history that shows a failure, and each of its records in plain words.

A story names the records that matter. Each of them has a chain of causes, back to a click, a
timer or a fault; what these chains share is why the records belong together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from syncsim.checks.evidence import row_name, words
from syncsim.checks.prose import rows_named, why_lost
from syncsim.history import Record, Records

SILENT = ("publish", "audit", "arm", "disarm", "ready")
"""Links of a chain that say nothing which their neighbours do not say."""

WHATS = {
    "query": "a request for rows",
    "rows": "the rows",
    "mutate": "the request",
    "result": "the answer",
    "event": "the news of the change",
    "ack": "word that it has heard of it",
    "audit": "a question about what it holds",
    "audited": "the answer to that",
    "checkpoint": "a request for all that is on screen",
    "whole": "all of that",
    "resume": "what it knows of",
    "resumed": "the answer to that",
}


def causal_slice(history: Records, records: Sequence[int]) -> tuple[int, ...]:
    """Return the records of a story with everything that led to them, in order.

    A record whose whole chain was over before any other's began is the state that the story
    found, such as a row painted when the page was loaded; where that came from is left out.
    """
    ends = sorted(dict.fromkeys(records))
    chains = [[seq, *(cause.seq for cause in history.causes(seq))] for seq in ends]
    kept: dict[int, None] = dict.fromkeys(ends)
    for place, chain in enumerate(chains):
        later = [other[-1] for other in chains[place + 1 :]]
        if later and chain[0] < min(later):
            continue
        kept |= dict.fromkeys(chain)
    # The answer that carries a refusal has the request as its cause, and so has the refusal.
    kept |= {refusal.seq: None for refusal in history.of("refuse") if refusal.cause in kept}
    return tuple(seq for seq in sorted(kept) if seq in ends or history[seq].kind not in SILENT)


def slice_as_json(history: Records, records: Iterable[int]) -> list[dict[str, Any]]:
    """Return the records of a slice as data, each with what it says."""
    return [
        {"seq": seq, "at_us": record.time_us, "place": record.at, "says": says(history, record)}
        for seq in records
        for record in [history[seq]]
    ]


def says(history: Records, record: Record) -> str:
    """Write what a record says, without the time and the place."""
    data = record.data or {}
    row = row_name(record.entity)
    match record.kind:
        case "intent":
            named = rows_named(data.get("entities") or [record.entity])
            return f'the person chooses "{_action(data)}" for {named}'
        case "outcome":
            reason = f" ({data['reason']})" if data.get("reason") else ""
            return f"the person is told: {data.get('result', '')}{reason}"
        case "commit":
            who = f"{record.peer}'s " if record.peer else ""
            changed = f"{who}{_action(data)} of {row}"
            return f"commits {changed}: version {record.version}, commit {record.lsn}"
        case "refuse":
            what = f" of {row}" if record.entity else ""
            return f"refuses {record.peer}'s {_action(data)}{what} ({data.get('reason', '')})"
        case "row":
            return f"holds {row} at version {record.version} from the start"
        case "phase":
            return "the run ends" if data.get("phase") == "end" else f"phase {data.get('phase')}"
        case "rewind":
            return f"comes back from a crash with commits up to {record.lsn} only"
        case "fault" | "heal":
            return f"{data.get('verb', 'a fault')} {'begins' if record.kind == 'fault' else 'ends'}"
    return _of_client(record, data, row) or _of_net(history, record, data) or record.kind


def _of_client(record: Record, data: dict[str, Any], row: str) -> str:
    """Write what a record of a client's screen says, empty for another kind."""
    view, reason = record.view, data.get("reason", "")
    known = f"version {record.version} of {row}" if record.version >= 0 else row
    match record.kind:
        case "overlay":
            fields = data.get("fields")
            change = words(fields) if fields else "gone"
            return f"shows the pending change of {row} ({change}) before it is confirmed"
        case "unlay":
            return f"takes the pending change of {row} away ({reason})"
        case "base":
            told = known if data.get("fields") is not None else f"no {row}"
            return f"now knows {told} in {view}"
        case "paint":
            return f"{view} shows {_painted(data, known, row)}"
        case "event":
            return f"hears of {known}"
    at = f", as of commit {record.lsn}" if record.lsn >= 0 else ""
    return {
        "mount": f"{view} comes on screen",
        "unmount": f"{view} leaves the screen",
        "forget": "forgets a pending intent, as its page is gone",
        "fetch": f"asks for {view} ({data.get('trigger', '')})",
        "fetched": f"has the answer for {view}{at}",
        "fetch_failed": f"the request for {view} fails ({reason})",
        "fetch_cancelled": f"the request for {view} is given up ({reason})",
        "invalidate": f"marks {view} as out of date ({reason})",
        "freshen": f"marks {view} as up to date without asking ({reason})",
    }.get(record.kind, "")


def _painted(data: dict[str, Any], known: str, row: str) -> str:
    over = data.get("overlays") or ()
    pending = f" with the pending {' and '.join(over)}" if over else ""
    fields = data.get("fields")
    if fields is None:
        return f"no {row}{pending}"
    # The status says most; a row may have a dozen fields.
    told = {"status": fields["status"]} if "status" in fields else fields
    return f"{known} ({words(told)}){pending}"


def _of_net(history: Records, record: Record, data: dict[str, Any]) -> str:
    """Write what a record of the network says, empty for another kind."""
    epoch = data.get("epoch", "")
    match record.kind:
        case "send":
            return f"sends {_what(data)} to {record.peer}"
        case "receive":
            sent = history[record.cause].data if record.cause >= 0 else None
            return f"receives {_what(sent or {})} from {record.peer}"
        case "lose":
            return f"never receives {_what(data)} from {record.peer} ({why_lost(record)})"
        case "open":
            return f"its socket is open (connection {epoch})"
        case "close":
            return f"its socket is closed ({data.get('reason', '')})"
        case "deaf":
            return "nothing can arrive on its socket any more, and it does not know"
    return ""


def _what(data: dict[str, Any]) -> str:
    return WHATS.get(data.get("what", ""), "a message")


def _action(data: dict[str, Any]) -> str:
    return str(data.get("action", "change")).replace("_", " ")
