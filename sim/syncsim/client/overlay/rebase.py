"""O5: pending intents are run again on every new base, until the base contains them.

The client numbers its intents and sends them in order. Each answer tells the number of the
last one that the backend had decided on when it read: a view that has such an answer holds
what became of the intent, so the intent is painted over it no longer. On other views it is
run again, guard and all, on the rows as they are now:

    op-1 accepts A1 (intent 7)       the active list shows it accepted
    a fetch brings A1 cancelled, last intent 6: the guard fails, and 7 shows nothing more
    a fetch brings A1 accepted, last intent 7: it is in the base
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syncsim.client.overlay.painting import (
    cancel_related,
    concerns,
    hidden,
    note_overlay,
    note_unlay,
    paint_into,
    patched,
    touch,
)
from syncsim.client.picture import Rows
from syncsim.client.view import View
from syncsim.design import Overlay
from syncsim.domain import Change, Fields, Row, allows, changes
from syncsim.history.replay import SLICE

if TYPE_CHECKING:
    from syncsim.client.intent import Intent
    from syncsim.client.views import Views


@dataclass(slots=True, kw_only=True, eq=False)
class _Pending:
    """An intent, what it does by the row acted on, and where it was last said to be painted."""

    intent: Intent
    effects: dict[str, list[Change]] = field(default_factory=dict)
    said: dict[str, list[str]] = field(default_factory=dict)
    is_gone: bool = False

    def is_over(self, last_intent: int) -> bool:
        """Tell whether it is to be painted over what takes the intents up to one into account."""
        return not self.is_gone and last_intent < self.intent.number

    def newest(self, views: Views, entity: str) -> Row | None:
        """Return the newest copy of a row that does not contain the intent, or else of any."""
        copies = [((v.confirmed or {}).get(entity), v.last_intent) for v in views.cached()]
        copies.append(views.in_slice(entity))
        rows = [row for row, last_intent in copies if row is not None and self.is_over(last_intent)]
        return max(rows, key=lambda row: row.version, default=views.known(entity))

    def run(self, views: Views, rows: Rows) -> list[Change]:
        """Return what it does to rows: nothing where its guard does not hold on them."""
        action, context = self.intent.action, views.context

        def seen(entity: str) -> Fields | None:
            row = rows.get(entity) or self.newest(views, entity)
            return row.fields if row is not None else None

        return [
            change
            for target, made in self.effects.items()
            if (fields := seen(target)) is not None
            and allows(context.domain, action, fields, context.user, seen)
            for change in made
        ]


class Rebase:
    """Run pending intents again wherever the base does not contain them."""

    def __init__(self, overlay: Overlay) -> None:
        self._cancel_fetches = overlay.cancel_fetches
        self._pending: dict[str, _Pending] = {}
        self._views: Views | None = None

    def put(self, views: Views, intent: Intent) -> None:
        """Run a new intent on top of the others."""
        self._views = views
        if self._cancel_fetches:
            cancel_related(views, intent)
        context = views.context
        pending = self._pending[intent.name] = _Pending(intent=intent)
        for target in intent.entities:
            row = views.known(target)
            if row is not None and row.fields is not None:
                made = changes(
                    context.domain,
                    intent.action,
                    target,
                    row.fields,
                    user=context.user,
                    intent=intent.name,
                    args=intent.args,
                )
                pending.effects[target] = [change for change in made if not change.created]
        self._say_all(views)

    def settle(self, views: Views, intent: Intent, *, is_ok: bool) -> None:
        """Take the newest rows of the answer into the base, which then contains the intent."""
        pending = self._pending.pop(intent.name)
        assert pending.intent is intent, intent.name
        views.learn(intent.answer_rows, intent.number)
        if not pending.is_gone:
            note_unlay(views, intent, "fence" if is_ok else "rollback")
        self._say_all(views)
        touch(views, intent.overlaid)

    def on_base(self, views: Views, view: View) -> None:
        """Run everything again on the new rows."""
        if self._pending:
            self._say_all(views)

    def compose(self, view: View) -> Rows | None:
        """Return the confirmed rows with the intents that they do not contain run on them."""
        if not self._pending or view.confirmed is None:
            return view.confirmed
        return hidden(view, self._run_on(view, dict(view.confirmed))[0])

    def compose_slice(self, rows: Rows) -> Rows:
        """Return the slice store's copies, with the intents that each does not contain."""
        return self._run_on(None, rows)[0]

    def _run_on(self, view: View | None, rows: Rows) -> tuple[Rows, dict[str, list[str]]]:
        """Run the intents in order over rows; return also what each changes, by its name.

        Without a view the rows are those of the slice store.
        """
        changed: dict[str, list[str]] = {}
        views = self._views
        for name, pending in self._pending.items():
            assert views is not None, name
            if view is not None and not pending.is_over(view.last_intent):
                continue
            for change in pending.run(views, rows):
                entity = change.entity
                if view is not None and concerns(view, entity):
                    paint_into(views, view, rows, change, name)
                    changed.setdefault(name, []).append(entity)
                elif view is None and pending.is_over(views.in_slice(entity)[1]):
                    if (row := rows.get(entity)) is not None:
                        rows[entity] = patched(row, change, name)
                    changed.setdefault(name, []).append(entity)
        return rows, changed

    def _say_all(self, views: Views) -> None:
        """Take down where each intent is painted, if that is new."""
        cached = [view for view in views.cached() if view.confirmed is not None]
        run = {view.view: self._run_on(view, dict(view.confirmed or {}))[1] for view in cached}
        in_slice = self._run_on(None, views.all_in_slice())[1]
        for pending in self._pending.values():
            name, number = pending.intent.name, pending.intent.number
            entities = [c.entity for made in pending.effects.values() for c in made]
            concerned = [v for v in cached if any(concerns(v, entity) for entity in entities)]
            if pending.said and all(view.last_intent >= number for view in concerned):
                if not pending.is_gone:
                    pending.is_gone = True
                    note_unlay(views, pending.intent, "fence")
                    touch(views, entities)
                continue
            for made in pending.effects.values():
                for change in made:
                    shown = [
                        n for n, changed in run.items() if change.entity in changed.get(name, ())
                    ]
                    if shown and change.entity in in_slice.get(name, ()):
                        shown.append(SLICE)
                    self._say(views, pending, change, shown)

    @staticmethod
    def _say(views: Views, pending: _Pending, change: Change, shown: list[str]) -> None:
        entity = change.entity
        if shown != pending.said.get(entity, []) and views.known(entity) is not None:
            pending.said[entity] = shown
            note_overlay(views, pending.intent, entity, change.fields if shown else {}, shown)
            touch(views, (entity,))
