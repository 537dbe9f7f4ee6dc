"""What a strategy needs of the rest of a design, and which settings belong to which strategy.

Two tables, as data. The loader refuses a design that leaves a need unmet, and names the
reason; the matrix in `docs/reference/designs.md` is written from the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple


class Need(NamedTuple):
    """One choice, and what must be chosen elsewhere for it to work.

    `choice` and `key` are paths in a design such as `read.strategy`. The value at `key` must be
    one of `among`, or anything that is not 0, empty or false if `among` is empty.
    """

    choice: tuple[str, Any]
    key: str
    among: tuple[Any, ...]
    because: str


_PUSHED = "it acts on what a socket says"
_WIPES_OUT = "a patch of the confirmed rows would wipe out what is painted into them"

NEEDS: tuple[Need, ...] = (
    Need(("read.strategy", "invalidate"), "push", (True,), _PUSHED),
    Need(("read.strategy", "generation"), "push", (True,), _PUSHED),
    Need(("read.strategy", "checkpoint"), "push", (True,), _PUSHED),
    *(
        need
        for name, payload, because in (
            ("patch", "changes", "it writes what changed"),
            ("versioned-patch", "changes", "it writes what changed"),
            ("delta-log", "rows", "a row may come onto a list without a change that made it new"),
        )
        for need in (
            Need(("read.strategy", name), "push", (True,), _PUSHED),
            Need(("read.strategy", name), "feed.payload", (payload,), because),
        )
    ),
    *(
        Need(
            ("read.strategy", name),
            "overlay.strategy",
            ("pessimistic", "layers", "rebase", "freeze"),
            _WIPES_OUT,
        )
        for name in ("patch", "versioned-patch")
    ),
    Need(
        ("read.strategy", "delta-log"),
        "overlay.strategy",
        ("pessimistic", "layers", "rebase"),
        f"{_WIPES_OUT}, and a frozen row that leaves a list would wait for a read point in vain",
    ),
    *(
        Need(
            ("read.strategy", name),
            "keep_newest",
            (True,),
            "an answer from before a change would undo it, and no event would tell of that",
        )
        for name in ("versioned-patch", "delta-log")
    ),
    Need(
        ("read.strategy", "delta-log"),
        "feed.delivery",
        ("log",),
        "an event that is lost would be a hole that all later ones wait behind",
    ),
    Need(
        ("read.strategy", "delta-log"),
        "recovery.strategy",
        ("cursor",),
        "what follows a gap must not be applied, and only a cursor brings what is missing",
    ),
    Need(("feed.payload", "changes"), "push", (True,), "nobody is told without it"),
    Need(("feed.payload", "rows"), "push", (True,), "nobody is told without it"),
    Need(("read.strategy", "poll"), "read.interval_us", (), "it fetches at that interval"),
    Need(("recovery.strategy", "invalidate-all"), "push", (True,), _PUSHED),
    Need(("recovery.strategy", "invalidate-spread"), "push", (True,), _PUSHED),
    Need(("recovery.strategy", "replay"), "push", (True,), _PUSHED),
    Need(
        ("recovery.strategy", "replay"),
        "feed.retention_us",
        (),
        "nobody can tell again what was not kept",
    ),
    Need(("recovery.strategy", "cursor"), "push", (True,), _PUSHED),
    Need(
        ("recovery.strategy", "cursor"),
        "feed.delivery",
        ("log",),
        "its cursor is the number of a commit, and only a log has events by that",
    ),
    Need(
        ("feed.delivery", "log"),
        "outbox",
        (True,),
        "a crash would leave a hole in the log that nobody could know of",
    ),
    Need(("feed.delivery", "log"), "push", (True,), "nobody reads it without that"),
    Need(("feed.delivery", "at-least-once"), "push", (True,), "nobody is told without it"),
    Need(
        ("recovery.strategy", "replay"),
        "feed.delivery",
        ("at-most-once", "log"),
        "what is kept until it is acknowledged is told again unasked",
    ),
    Need(("recovery.strategy", "audit"), "recovery.every_us", (), "it asks at that interval"),
    Need(
        ("recovery.strategy", "invalidate-spread"),
        "recovery.spread_us",
        (),
        "it waits for a share of that time",
    ),
    Need(
        ("overlay.strategy", "rebase"),
        "write.strategy",
        ("fifo",),
        "the number of the last intent decided says nothing of earlier ones still under way",
    ),
    Need(
        ("overlay.strategy", "rebase"),
        "keep_newest",
        (True,),
        "an answer from before a commit would bring back a base without it, after it was dropped",
    ),
    *(
        Need(
            ("write.on_refusal", policy),
            "write.strategy",
            ("serial", "fifo"),
            "where all is sent at once, nothing waits that could be given up",
        )
        for policy in ("abort-dependants", "abort-all")
    ),
    Need(
        ("merge.strategy", "version"),
        "write.if_match",
        (True,),
        "it refuses every write that names no version",
    ),
    *(
        Need(
            ("merge.strategy", name),
            "write.if_match",
            (False,),
            "a write based on an old version would be refused before its time stamp counts",
        )
        for name in ("client-clock", "hybrid-clock")
    ),
)
"""What cannot go together, stated as what each choice needs. One row, one reason."""

SETTINGS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "read.interval_us": ("read.strategy", ("poll",)),
    "read.primary_window_us": ("read.fresh_by", ("primary-window",)),
    "read.trailing_us": ("read.strategy", ("generation", "checkpoint")),
    "overlay.address": ("overlay.strategy", ("inverse",)),
    "overlay.fence_timeout_us": ("overlay.strategy", ("freeze",)),
    "recovery.spread_us": ("recovery.strategy", ("invalidate-spread",)),
    "recovery.every_us": ("recovery.strategy", ("audit",)),
    "feed.retention_us": ("recovery.strategy", ("replay", "cursor")),
    "feed.retention_count": ("recovery.strategy", ("cursor",)),
    "merge.stamps": ("merge.strategy", ("client-clock", "hybrid-clock")),
}
"""Settings that only some strategies look at: where that is chosen, and by which of them."""


def value_at(design: Any, key: str) -> Any:
    """Return what stands at a path, in a design or in the text of one."""
    value = design
    for part in key.split("."):
        value = getattr(value, part)
    return value


def unmet(design: Any) -> Iterator[Need]:
    """Yield the needs that a design leaves unmet, in the order of the table."""
    for need in NEEDS:
        where, name = need.choice
        if value_at(design, where) != name:
            continue
        value = value_at(design, need.key)
        if not (value in need.among if need.among else value):
            yield need


def is_used(design: Any, key: str) -> bool:
    """Tell whether the strategy that was chosen looks at a setting; an added one may at any."""
    if key not in SETTINGS:
        return True
    where, names = SETTINGS[key]
    chosen = value_at(design, where)
    return chosen in names or "." in str(chosen)
