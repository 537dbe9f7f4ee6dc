"""How often a screen went back and forth before a person's eyes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from syncsim.history import Records
from syncsim.history.replay import SLICE, Replay


@dataclass(slots=True)
class _Shown:
    """A row in one view: the last two states that differ, and the newest version shown."""

    state: dict[str, Any] | None
    newest: int
    before: dict[str, Any] | None = None
    moved: bool = False


def flickers(history: Records) -> int:
    """Count how often a view showed a row as A, then as B, and then as A again.

    A row that is not shown is a state, too. A return in a version newer than any that the
    view had shown of the row is news and no flicker: the backend went there and back. Every
    other return counts, honest rollbacks included, for the person saw it. (Whether a return
    was justified is for the check NOFLAP.) The slice store is left out.
    """
    replay = Replay(history.header)
    rows: dict[tuple[str, str], dict[str, _Shown]] = {}
    count = 0
    for record in history.of("row", "commit", "mount", "ready", "unmount", "paint"):
        replay.apply(record)
        key = record.at, record.view
        if record.kind in ("mount", "unmount"):
            rows.pop(key, None)
        screen = replay.screens.get(key)
        if record.kind != "paint" or screen is None or screen.query == SLICE:
            continue
        state, version = (record.data or {}).get("fields"), record.version
        if state is None and record.entity not in screen.truth:
            # The paint of a row that is rightly gone shows the version in which it left.
            version = max(version, screen.changed.get(record.entity, -1))
        shown = rows.setdefault(key, {}).setdefault(record.entity, _Shown(state, version))
        if state != shown.state:
            count += shown.moved and state == shown.before and version <= shown.newest
            shown.before, shown.state, shown.moved = shown.state, state, True
        shown.newest = max(shown.newest, version)
    return count
