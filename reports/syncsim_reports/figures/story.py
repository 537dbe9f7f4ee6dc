"""The space-time diagram of one story: only the records that led to a failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from syncsim.history import History, Record
from syncsim_reports.figures.canvas import GREEN, INK, PURPLE, QUIET, VERMILLION, run_line
from syncsim_reports.figures.focus import Focus
from syncsim_reports.figures.marks import Mark, mark_of
from syncsim_reports.figures.spacetime import Message, draw_part
from syncsim_reports.words import MILLISECOND_US, moment, row_id

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = (
    "Only what led to this failure is drawn. Time runs down; each arrow is one message, from its"
    " sending to its arrival."
)

CHECK_CHARACTERS = 45
"""A longer property would run out of the figure; the page says it in full beside it."""

PAD_SHARE, PAD_US, PAD_US_MAX = 0.06, 10 * MILLISECOND_US, 40 * MILLISECOND_US

QUIETER = {
    "event": "hears of it",
    "invalidate": "marks its list out of date",
    "freshen": "marks its list up to date",
    "fetched": "has the answer",
    "mount": "view opens",
    "unmount": "view closes",
    "deaf": "socket goes dead",
    "rewind": "comes back, commits lost",
}
"""What is said of the kinds that a diagram of a whole run leaves out."""


def story_diagram(history: History, check: str, story: Mapping[str, Any]) -> Figure:
    """Draw the slice of one story of a verdict, as `as_json` gives it."""
    seqs = [part["seq"] for part in story["slice"]]
    records = [history[seq] for seq in seqs]
    times_us = [record.time_us for record in records]
    pad_us = min(int(PAD_SHARE * (max(times_us) - min(times_us))) + PAD_US, PAD_US_MAX)
    part = Focus(
        max(0, min(times_us) - pad_us),
        max(times_us) + pad_us,
        _headline(check, story),
        tuple(dict.fromkeys([story["client"], *(r.at for r in records if r.kind == "intent")])),
    )
    return draw_part(
        history, part, _messages(history, records), _marks(records), CAPTION,
        run_line(history.header),
    )  # fmt: skip


def _headline(check: str, story: Mapping[str, Any]) -> str:
    about = f", {row_id(story['entity'])}" if story["entity"] else ""
    where = f" on {story['client']}" if story["client"] else ""
    if len(check) > CHECK_CHARACTERS:
        check = "a property"
    return f"What led to the failure of {check} at {moment(story['at_us'])}{where}{about}"


def _messages(history: History, records: Sequence[Record]) -> list[Message]:
    """Return the messages of a slice, in order of sending."""
    found = []
    for record in records:
        if record.kind not in ("receive", "lose"):
            continue
        sent = history[record.cause] if record.cause >= 0 else None
        is_sent = sent is not None and sent.kind == "send" and sent.message == record.message
        start = sent if sent is not None and is_sent else record
        data = start.data or {}
        found.append(
            Message(
                sender=record.peer, recipient=record.at, what=data.get("what", ""),
                sent_us=start.time_us, ended_us=record.time_us, lost=record.kind == "lose",
            )
        )  # fmt: skip
    return sorted(found, key=lambda message: message.sent_us)


def _marks(records: Sequence[Record]) -> list[Mark]:
    found = []
    for record in records:
        mark = _painted(record) if record.kind == "paint" else mark_of(record)
        if mark is None and record.kind in QUIETER:
            colour = VERMILLION if record.kind in ("deaf", "rewind") else QUIET
            mark = Mark(record.at, record.time_us, ".", colour, QUIETER[record.kind])
        if mark is None and record.kind == "unlay":
            text = f"takes {row_id(record.entity)}'s pending change away"
            mark = Mark(record.at, record.time_us, "v", INK, text)
        if mark is not None:
            found.append(mark)
    return found


def _painted(record: Record) -> Mark:
    """Return what a paint shows, whatever was shown before."""
    data = record.data or {}
    fields, row = data.get("fields"), row_id(record.entity)
    if fields is None:
        return Mark(record.at, record.time_us, "D", QUIET, f"shows no {row}")
    version = f" v{record.version}" if record.version >= 0 else ""
    status = f", {fields['status']}" if "status" in fields else ""
    colour = PURPLE if data.get("overlays") else GREEN
    return Mark(record.at, record.time_us, "D", colour, f"shows {row}{version}{status}")
