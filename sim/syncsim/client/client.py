"""A dashboard: one person's browser tab with its caches, its socket and its pending intents.

A plain state machine. It takes one input at one time and returns what it causes; it draws
nothing, waits for nothing and knows neither the network nor the simulation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncsim.client.acks import Acks
from syncsim.client.context import LUCK_BITS, Context
from syncsim.client.http import Http
from syncsim.client.intent import Intent
from syncsim.client.overlay import overlay_strategy
from syncsim.client.picture import Picture
from syncsim.client.ports import (
    Ask,
    Close,
    Connect,
    Failed,
    Hidden,
    Input,
    Offline,
    Online,
    Open,
    Output,
    Received,
    Refresh,
    Reload,
    SetClock,
    Show,
    Shown,
    SocketClosed,
    SocketOpened,
    Start,
    Wake,
    Woke,
)
from syncsim.client.read import read_strategy
from syncsim.client.recovery import recovery_strategy
from syncsim.client.screen import Screen
from syncsim.client.slices import SliceStore
from syncsim.client.stored import Stored, restore_views, store_views
from syncsim.client.view import View
from syncsim.client.views import Views
from syncsim.client.write import write_strategy
from syncsim.client.writes import Writes
from syncsim.design import Design
from syncsim.domain import Domain, changes
from syncsim.net.messages import (
    AuditedBody,
    ErrorBody,
    EventBody,
    ResultBody,
    ResumedBody,
    RowsBody,
    TokenBody,
    WholeBody,
)


class Client:
    """One dashboard under one design."""

    def __init__(self, *, name: str, role: str, user: str, domain: Domain, design: Design) -> None:
        self.role = role
        self.picture = Picture(role=role, user=user, domain=domain)
        self._context = Context(name=name, role=role, user=user, domain=domain, design=design)
        self._lost: dict[str, None] = {}
        self._load()
        self._handlers: dict[type, Callable[[Any], None]] = {
            Start: self._start,
            Ask: self._ask,
            Show: self._show,
            Open: self._open,
            Close: self._close,
            Refresh: self._refresh,
            Received: self._received,
            Failed: self._failed,
            SocketOpened: self._socket_opened,
            SocketClosed: self._socket_closed,
            Online: self._online,
            Offline: self._offline,
            Reload: self._reload,
            Hidden: self._hidden,
            Shown: self._shown,
            SetClock: self._set_clock,
        }

    def _load(self) -> None:
        """Make the parts of a page that is loaded."""
        design = self._context.design
        self._read = read_strategy(design.read)
        self._recovery = recovery_strategy(design.recovery)
        overlay = overlay_strategy(design.overlay)
        self._http = Http(self._context)
        self._acks = Acks(self._context)
        self._slices = SliceStore(self._context, self._touch_slice)
        self._views = Views(
            self._context, self._http, self._slices, self._read, self._touch, overlay.on_base
        )
        self._screen = Screen(self._context, self.picture, self._slices, overlay)
        self._writes = Writes(
            self._context,
            self._views,
            self._http,
            self._slices.redux,
            overlay,
            self._read,
            write_strategy(design.write),
        )
        self._opened: View | None = None

    def handle(self, now_us: int, event: Input, cause: int = -1) -> list[Output]:
        """Take one input and return what it causes, in order."""
        context = self._context
        context.out = []
        context.origin, context.trigger = "", "retry"
        if isinstance(event, Woke):
            context.page.skip_to(now_us)
        if isinstance(event, Wake | Woke):
            context.page.run(now_us, None, cause)
        else:
            handler = self._handlers[type(event)]
            context.page.run(now_us, lambda: handler(event), cause)
        return context.out

    @property
    def wake_us(self) -> int | None:
        """Return when the page's next timer is due, None if there is none."""
        return self._context.page.wake_us

    def close(self) -> None:
        """Do nothing: a model holds nothing outside the run."""

    def _touch(self, view: View) -> None:
        self._screen.touch(view)

    def _touch_slice(self) -> None:
        self._screen.touch_slice()

    def _set_off_by(self, origin: str, trigger: str) -> None:
        self._context.origin, self._context.trigger = origin, trigger

    # The person

    def _start(self, event: Start) -> None:
        context = self._context
        assert 0 <= event.luck < 1 << LUCK_BITS, event.luck
        context.luck = event.luck
        self._set_off_by("start", "mount")
        self._begin(event.views)

    def _begin(self, shown: tuple[str, ...], stored: Stored | None = None) -> None:
        """Bring views on screen, and let everything start that starts by itself."""
        context = self._context
        self._screen.start()
        if stored is not None:
            restore_views(self._views, stored.views)
        for view in shown:
            self._views.mount(view)
        if stored is not None:
            self._writes.restore(stored.intents, stored.asked)
        self._read.start(self._views)
        self._recovery.start(self._views)
        if context.design.push:
            context.out.append(Connect(context.page.cause))
        if context.design.read.refresh_every_us:
            context.arm("refresh-habit", armed=True)

    def _ask(self, event: Ask) -> None:
        context = self._context
        self._set_off_by(event.intent, "settle")
        action = context.domain.actions[event.action]
        if action.batch:
            seen = self.picture.rows_of(action.entity)
        else:
            row = self.picture.find(f"{action.entity}/{event.row_id}")
            seen = [row] if row is not None else []
        rows = self.picture.offers(action, seen)
        entities = tuple(row.entity for row in rows)
        wanted = "" if action.batch else f"{action.entity}/{event.row_id}"
        data = {
            "action": action.name,
            "entities": list(entities) or ([wanted] if wanted else []),
            "args": dict(event.args),
        }
        context.note("intent", event.intent, "", wanted, data=data)
        if not rows:
            outcome = {"result": "withheld", "reason": "not on screen"}
            context.note("outcome", event.intent, "", wanted, data=outcome)
            return
        predicted = [
            change
            for row in rows
            for change in changes(
                context.domain,
                action,
                row.entity,
                row.fields or {},
                user=context.user,
                intent=event.intent,
                args=event.args,
            )
        ]
        self._writes.begin(
            Intent(
                name=event.intent,
                action=action,
                entities=entities,
                args=event.args,
                changes=tuple(change for change in predicted if not change.created),
            )
        )

    def _show(self, event: Show) -> None:
        self._set_off_by(event.step, "mount")
        for view in self._views.mounted():
            if view is not self._opened and view.name not in event.views:
                self._leave(view)
        shown = [view.name for view in self._views.mounted() if view is not self._opened]
        for name in event.views:
            if name not in shown:
                self._views.mount(name)

    def _open(self, event: Open) -> None:
        self._set_off_by(event.step, "mount")
        self._leave_opened()
        domain = self._context.domain
        name = next(n for n in domain.queries_of(self.role) if domain.queries[n].takes_id)
        self._opened = self._views.mount(name, event.row_id)

    def _close(self, event: Close) -> None:
        self._set_off_by(event.step, "mount")
        self._leave_opened()

    def _refresh(self, event: Refresh) -> None:
        """Do what a person's reload button does: fetch everything on screen again."""
        self._set_off_by(event.step, "refresh")
        self._views.reload(self._views.mounted(), "refresh")

    def _reload(self, event: Reload) -> None:
        """Load the page anew: what is stored comes back, and the views of its address do.

        A row that was open beside them is closed: no address names it.
        """
        context = self._context
        shown = [view.name for view in self._views.mounted() if view is not self._opened]
        intents = self._writes.leave()
        views = store_views(self._views, without_overlays=context.design.write.persist)
        stored = Stored(views, intents, self._writes.asked)
        self._views.leave()
        self._screen.close()
        self._lost.update(dict.fromkeys(self._http.names()))
        context.reload()
        self._load()
        self._set_off_by(context.unique("reload"), "mount")
        self._begin(tuple(shown), stored)

    def _leave(self, view: View) -> None:
        self._views.unmount(view)
        self._screen.leave(view)

    def _leave_opened(self) -> None:
        if self._opened is not None:
            self._leave(self._opened)
            self._opened = None

    # The network

    def _received(self, event: Received) -> None:
        body = event.body
        if self._lost and getattr(body, "request", "") in self._lost:
            return
        if isinstance(body, ErrorBody | TokenBody | AuditedBody):
            self._set_off_by(event.origin, "settle")
            self._http.answer(body.request, body)
            return
        if isinstance(body, ResumedBody):
            self._set_off_by(self._context.unique("resumed"), "reconnect")
            self._recovery.on_resumed(self._views, body)
            return
        self._context.clock.see(body.clock)
        if isinstance(body, RowsBody | ResultBody | WholeBody):
            self._set_off_by(event.origin, "settle")
            self._http.answer(body.request, body)
            return
        assert isinstance(body, EventBody), body
        self._set_off_by(event.origin, "event")
        if not self._acks.is_news(body):
            return
        self._context.hear_of(body.lsn)
        for entity, version in body.rows:
            self._context.note(
                "event", body.intent, "", entity, version, body.lsn,
                data={"action": body.action},
            )  # fmt: skip
        self._read.on_event(self._views, body)
        self._recovery.on_event(self._views, body)

    def _failed(self, event: Failed) -> None:
        self._http.fail(event.request, event.reason)

    def _socket_opened(self, event: SocketOpened) -> None:
        self._set_off_by(self._context.unique("open"), "reconnect")
        self._acks.on_open()
        self._recovery.on_open(self._views)

    def _socket_closed(self, event: SocketClosed) -> None:
        self._acks.on_close()
        self._recovery.on_close(self._views)

    def _online(self, event: Online) -> None:
        self._set_off_by(self._context.unique("online"), "online")
        self._views.go_online()

    def _offline(self, event: Offline) -> None:
        self._set_off_by("offline", "offline")
        self._context.environment.online_manager.set_online(False)
        self._http.go_offline()

    def _hidden(self, event: Hidden) -> None:
        context = self._context
        context.page.hide()
        context.environment.focus_manager.set_focused(False)
        if self._views.looks_on_focus:
            context.arm("focus", armed=True)

    def _shown(self, event: Shown) -> None:
        """Let late timers run, and the cache go on and refetch what is stale."""
        context = self._context
        context.page.show()
        context.arm("focus", armed=False)
        if context.is_online:
            context.arm("online", armed=False)
        self._set_off_by(context.unique("focus"), "focus")
        context.environment.focus_manager.set_focused(True)

    def _set_clock(self, event: SetClock) -> None:
        page = self._context.page
        page.wall_clock.set(page.now_us, event.skew_us, event.drift_ppm)
