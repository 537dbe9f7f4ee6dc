r"""ShiViz: every record as an event with a vector clock, for its space-time diagrams.

Two lines an event, which ShiViz's own default expression takes apart:

    (?<event>.*)\n(?<host>\S*) (?<clock>{.*})

A clock counts the events of each place that come before: those of the same place, and those that
a chain of causes leads from.
"""

from __future__ import annotations

from syncsim.history import History, Record
from syncsim_reports.exports.format import Format, compact, one_line, text

WORLD = "world"
"""The place of what happens nowhere in particular, such as a phase."""

Clock = dict[str, int]


def write(history: History) -> bytes:
    """Return the log."""
    lines = []
    last: dict[str, Clock] = {}
    clocks: list[Clock] = []
    for record in history:
        host = _host(record)
        clock = dict(last.get(host, {}))
        if record.cause >= 0:
            for other, count in clocks[record.cause].items():
                clock[other] = max(count, clock.get(other, 0))
        clock[host] = last.get(host, {}).get(host, 0) + 1
        last[host] = clock
        clocks.append(clock)
        lines += [_event(record), f"{host} {compact(clock)}"]
    return text(lines)


def _host(record: Record) -> str:
    return "_".join(one_line(record.at).split()) or WORLD


def _event(record: Record) -> str:
    words = [f"{record.time_us}us", record.kind]
    for name in (record.entity, record.view, record.intent, record.message):
        words += [name] if name else []
    words += [f"v{record.version}"] if record.version >= 0 else []
    data = record.data or {}
    for key in ("action", "trigger", "result", "reason", "verb", "phase"):
        words += [f"{key}={data[key]}"] if data.get(key) else []
    return one_line(" ".join(words))


FORMAT = Format(
    name="shiviz",
    suffix=".log",
    readers="ShiViz, with its default expression",
    holds="every record with its time, its names and its vector clock",
    cannot_hold=(
        "rows' fields; the length of time, because a vector clock knows only before and after; the"
        " header"
    ),
    write=write,
)
