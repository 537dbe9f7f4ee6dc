"""O6: the rows that an intent touches stay as painted until the base contains its commit.

The answer to a write names the commit (`lsn`), and an answer to a fetch its read point, so a
view knows whether it holds the commit yet. Until every view on screen does, nothing that
arrives moves the row, neither an older answer nor what others have changed in the meantime:

    op-1 accepts A1          A1 is frozen as accepted
    a fetch brings A1 with another driver, read before the commit: A1 stays as it is
    ok, commit 41; a fetch with read point 43 comes: A1 thaws, with both changes

An intent that fails thaws its rows at once. If no view gets there in time after an ok, the
rows thaw all the same, and may go back for a while.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from syncsim.client.overlay.painting import (
    cancel_related,
    concerns,
    hidden,
    note_overlay,
    note_unlay,
    patched,
    touch,
)
from syncsim.client.page import MS
from syncsim.client.picture import Rows
from syncsim.client.view import View
from syncsim.design import Overlay
from syncsim.domain import Change, Row
from syncsim.history.replay import SLICE

if TYPE_CHECKING:
    from syncsim.client.intent import Intent
    from syncsim.client.views import Views


class _Rows(NamedTuple):
    """A row before its change and as it is frozen, and the views that listed it."""

    before: Row
    frozen: Row
    listed: tuple[str, ...]


@dataclass(slots=True, kw_only=True, eq=False)
class _Freeze:
    """The frozen rows of an intent; after an ok also what it waits for."""

    intent: Intent
    rows: dict[str, _Rows] = field(default_factory=dict)
    fence_lsn: int = -1
    versions: dict[str, int] = field(default_factory=dict)
    timer: int = 0

    def is_passed(self, entity: str, read_lsn: int, held: Row | None) -> bool:
        """Tell whether a base holds the commit of a row."""
        if self.fence_lsn < 0:
            return False
        is_newer = held is not None and held.version >= self.versions[entity]
        return read_lsn >= self.fence_lsn or is_newer


class Freeze:
    """Pin whole rows, and let go of them at the fence."""

    def __init__(self, overlay: Overlay) -> None:
        self._cancel_fetches = overlay.cancel_fetches
        self._timeout_us = overlay.fence_timeout_us
        self._freezes: dict[str, _Freeze] = {}

    def put(self, views: Views, intent: Intent) -> None:
        """Freeze the rows as they look with the change."""
        if self._cancel_fetches:
            cancel_related(views, intent)
        freeze = self._freezes[intent.name] = _Freeze(intent=intent)
        for change in intent.changes:
            self._pin(views, freeze, change)
        views.context.arm("fence", armed=True)
        touch(views, freeze.rows)

    def _pin(self, views: Views, freeze: _Freeze, change: Change) -> None:
        entity = change.entity
        known = views.known(entity)
        below = [
            each.rows[entity].frozen
            for each in self._freezes.values()
            if entity in each.rows
            and each.intent.number < freeze.intent.number
            and not each.is_passed(entity, -1, known)
        ]
        before = below[-1] if below else known
        names = [v.view for v in views.cached() if v.confirmed is not None and concerns(v, entity)]
        if before is None or not names:
            return
        frozen = patched(before, change, freeze.intent.name)
        assert frozen.fields is not None, entity
        listed = tuple(v.view for v in views.cached() if entity in (v.confirmed or {}))
        freeze.rows[entity] = _Rows(before, frozen, listed)
        if freeze.fence_lsn < 0:
            note_overlay(views, freeze.intent, entity, frozen.fields, [*names, SLICE])

    def settle(self, views: Views, intent: Intent, *, is_ok: bool) -> None:
        """Wait for the fence of a commit; thaw at once what was not committed."""
        freeze = self._freezes[intent.name]
        if not is_ok:
            self._thaw(views, freeze, "rollback")
            return
        assert intent.answer_lsn >= 0, intent.name
        freeze.fence_lsn = intent.answer_lsn
        made = {row.entity: row.version for row in intent.answer_rows}
        for entity in list(freeze.rows):
            if entity in made and entity not in intent.refused:
                freeze.versions[entity] = made[entity]
            else:
                del freeze.rows[entity]
                intent.overlaid.remove(entity)
                views.context.note("unlay", intent.name, "", entity, data={"reason": "rollback"})
        touch(views, (change.entity for change in intent.changes))
        freeze.timer = views.context.page.set_timeout(
            lambda: self._thaw(views, freeze, "timeout"), self._timeout_us // MS
        )
        self._look(views)

    def on_base(self, views: Views, view: View) -> None:
        """See whether the last view on screen has passed a fence."""
        self._look(views)

    def _look(self, views: Views) -> None:
        for freeze in list(self._freezes.values()):
            # Thawing one takes in rows, which may thaw another.
            is_open = freeze.fence_lsn >= 0 and freeze.intent.name in self._freezes
            if is_open and not any(
                self._shows(view, freeze, entity)
                for view in views.mounted()
                for entity in freeze.rows
            ):
                self._thaw(views, freeze, "fence")

    def _thaw(self, views: Views, freeze: _Freeze, reason: str) -> None:
        """Let go of an intent's rows; what later intents froze is frozen anew without it."""
        intent = freeze.intent
        views.context.page.clear_timeout(freeze.timer)
        del self._freezes[intent.name]
        note_unlay(views, intent, reason)
        if reason == "rollback":
            for later in self._freezes.values():
                for change in later.intent.changes:
                    if change.entity in freeze.rows and change.entity in later.rows:
                        self._pin(views, later, change)
        elif reason == "fence":
            # Copies off screen wait for no fence.
            views.learn(intent.answer_rows, intent.number)
        views.context.arm("fence", armed=bool(self._freezes))
        touch(views, freeze.rows)

    def compose(self, view: View) -> Rows | None:
        """Return the confirmed rows, the frozen ones in place of those short of the commit."""
        if not self._freezes or view.confirmed is None:
            return view.confirmed
        rows = dict(view.confirmed)
        for freeze in self._freezes.values():
            for entity, (_, frozen, _) in freeze.rows.items():
                if self._shows(view, freeze, entity, is_listed=entity in rows):
                    rows[entity] = frozen
        return hidden(view, rows)

    @staticmethod
    def _shows(view: View, freeze: _Freeze, entity: str, *, is_listed: bool = False) -> bool:
        """Tell whether a row is frozen in a view: one that lists it, or that it has to enter."""
        if view.confirmed is None or not concerns(view, entity):
            return False
        before, frozen, listed = freeze.rows[entity]
        enters = view.test(frozen.fields or {}) and not view.test(before.fields or {})
        if not (is_listed or entity in view.confirmed or enters or view.view in listed):
            return False
        return not freeze.is_passed(entity, view.read_lsn, view.confirmed.get(entity))

    def compose_slice(self, rows: Rows) -> Rows:
        """Return the slice store's copies, the frozen ones in place of older versions."""
        shown = dict(rows)
        for freeze in self._freezes.values():
            for entity, (_, frozen, _) in freeze.rows.items():
                held = rows.get(entity)
                if held is not None and not freeze.is_passed(entity, -1, held):
                    shown[entity] = frozen
        return shown
