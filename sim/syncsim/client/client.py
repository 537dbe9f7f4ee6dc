"""A dashboard: one person's browser tab with its caches, its socket and its pending intents.

A plain state machine. It takes one input at one time and returns what it causes; it draws
nothing, waits for nothing and knows neither the network nor the simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from syncsim.client.context import Context
from syncsim.client.mutation import Mutation
from syncsim.client.mutations import WATCH_WRITES, Mutations
from syncsim.client.overlay import overlay_strategy
from syncsim.client.ports import (
    Ask,
    Close,
    Failed,
    Fired,
    Input,
    Offline,
    Online,
    Open,
    Output,
    Received,
    Refresh,
    Show,
    SocketClosed,
    SocketOpened,
    Start,
)
from syncsim.client.read import read_strategy
from syncsim.client.recovery import recovery_strategy
from syncsim.client.screen import FRAME, Screen
from syncsim.client.slices import SliceStore
from syncsim.client.socket import RECONNECT, Socket
from syncsim.client.view import Query
from syncsim.client.views import WATCH, QueryCache
from syncsim.client.write import write_strategy
from syncsim.design import Design
from syncsim.domain import Action, Domain, Row, changes
from syncsim.history import Test, compile_conditions
from syncsim.net.messages import EventBody, ResultBody, RowsBody

HABIT = "habit"
RESYNC = "reconnect-resync"


class Client:
    """One dashboard under one design."""

    def __init__(self, *, name: str, role: str, user: str, domain: Domain, design: Design) -> None:
        self.role = role
        self._context = Context(name=name, role=role, user=user, domain=domain, design=design)
        self._read = read_strategy(design.read)
        self._overlay = overlay_strategy(design.overlay)
        self._recovery = recovery_strategy(design.recovery)
        self._slices = SliceStore(self._context, self._touch_slice)
        self._cache = QueryCache(self._context, self._slices, self._read, self._touch)
        self.screen = Screen(self._context, self._slices, self._overlay)
        self._mutations = Mutations(
            self._context, self._cache, self._overlay, self._read, write_strategy(design.write)
        )
        self._socket = Socket(self._context)
        self._opened: Query | None = None
        self._tests: dict[str, Test] = {}
        self._habits = 0
        self._handlers: dict[type, Callable[[Any], None]] = {
            Start: self._start,
            Ask: self._ask,
            Show: self._show,
            Open: self._open,
            Close: self._close,
            Refresh: self._refresh,
            Received: self._received,
            Failed: self._failed,
            Fired: self._fired,
            SocketOpened: self._socket_opened,
            SocketClosed: self._socket_closed,
            Online: self._online,
            Offline: self._offline,
        }

    def handle(self, now_us: int, event: Input) -> list[Output]:
        """Take one input and return what it causes, in order."""
        context = self._context
        assert now_us >= context.now_us, (now_us, context.now_us)
        context.now_us = now_us
        context.out = []
        self._handlers[type(event)](event)
        return context.out

    def offers(self, action: Action, rows: Iterable[Row]) -> list[Row]:
        """Return those of the rows shown on which the screen offers an action.

        The rows are of the action's entity. A button looks at its own row only, not at the
        rows that this one links to.
        """
        if self.role not in action.roles:
            return []
        test = self._tests.get(action.name)
        if test is None:
            own = [condition for condition in action.guard if "." not in condition[0]]
            test = compile_conditions(own, {"$user": self._context.user})
            self._tests[action.name] = test
        return [row for row in rows if row.fields is not None and test(row.fields)]

    def _touch(self, query: Query) -> None:
        self.screen.touch(query)

    def _touch_slice(self) -> None:
        self.screen.touch_slice()

    # The person

    def _start(self, event: Start) -> None:
        context = self._context
        self.screen.start()
        for view in event.views:
            self._cache.mount(view)
        if context.design.push:
            context.arm(RESYNC, armed=self._recovery.will_resync)
            self._socket.connect()
        if context.design.read.refresh_every_us:
            context.arm("refresh-habit", armed=True)
            self._plan_habit()

    def _ask(self, event: Ask) -> None:
        context = self._context
        context.origin = event.intent
        action = context.domain.actions[event.action]
        if action.batch:
            seen = self.screen.rows_of(action.entity)
        else:
            row = self.screen.find(f"{action.entity}/{event.row_id}")
            seen = [row] if row is not None else []
        rows = self.offers(action, seen)
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
        self._mutations.begin(
            Mutation(
                intent=event.intent,
                action=action,
                entities=entities,
                args=event.args,
                changes=tuple(change for change in predicted if not change.created),
            )
        )

    def _show(self, event: Show) -> None:
        self._context.origin = event.step
        for query in self._cache.mounted():
            if query is not self._opened and query.name not in event.views:
                self._cache.unmount(query)
                self.screen.leave(query)
        shown = [query.name for query in self._cache.mounted() if query is not self._opened]
        for view in event.views:
            if view not in shown:
                self._cache.mount(view)

    def _open(self, event: Open) -> None:
        self._context.origin = event.step
        self._leave_opened()
        domain = self._context.domain
        name = next(n for n in domain.queries_of(self.role) if domain.queries[n].takes_id)
        self._opened = self._cache.mount(name, event.row_id)

    def _close(self, event: Close) -> None:
        self._context.origin = event.step
        self._leave_opened()

    def _refresh(self, event: Refresh) -> None:
        self._context.origin = event.step
        self._look_again()

    def _look_again(self) -> None:
        """Do what a person's reload button does: fetch everything on screen again."""
        for query in self._cache.mounted():
            query.invalidate(self._context.origin)
            self._context.note("invalidate", view=query.view, data={"reason": "refresh"})
            self._cache.restart(query, "refresh")

    def _leave_opened(self) -> None:
        if self._opened is not None:
            self._cache.unmount(self._opened)
            self.screen.leave(self._opened)
            self._opened = None

    def _plan_habit(self) -> None:
        """Plan the next refresh by hand; the first comes at a drawn point of the interval."""
        every_us = self._context.design.read.refresh_every_us
        self._habits += 1
        luck = f"{self._context.name}/habit"
        if self._habits == 1:
            self._context.set_timer(HABIT, 0, every_us, luck)
        else:
            self._context.set_timer(HABIT, every_us)

    # The network

    def _received(self, event: Received) -> None:
        self._context.origin = event.origin
        body = event.body
        if isinstance(body, RowsBody):
            self._cache.on_rows(body)
        elif isinstance(body, ResultBody):
            self._mutations.on_result(body)
        else:
            assert isinstance(body, EventBody), body
            for entity, version in body.rows:
                self._context.note(
                    "event", body.intent, "", entity, version, body.lsn,
                    data={"action": body.action},
                )  # fmt: skip
            self._read.on_event(self._cache, body)

    def _failed(self, event: Failed) -> None:
        if not self._cache.on_failed(event.request, event.reason):
            self._mutations.on_failed(event.request, event.reason)

    def _socket_opened(self, event: SocketOpened) -> None:
        self._context.origin = self._context.unique("open")
        self._socket.opened()
        self._context.arm(RESYNC, armed=False)
        self._recovery.on_open(self._cache)

    def _socket_closed(self, event: SocketClosed) -> None:
        self._context.arm(RESYNC, armed=self._recovery.will_resync)
        self._socket.closed()

    def _online(self, event: Online) -> None:
        self._context.origin = self._context.unique("online")
        self._context.is_online = True
        self._mutations.go_online()
        self._cache.go_online()

    def _offline(self, event: Offline) -> None:
        self._context.origin = "offline"
        self._context.is_online = False
        self._mutations.go_offline()
        self._cache.go_offline()

    # Timers

    def _fired(self, event: Fired) -> None:
        key, _, rest = event.key.partition(":")
        if key == FRAME:
            self.screen.paint()
        elif key == WATCH:
            self._cache.expire()
        elif key == WATCH_WRITES:
            self._mutations.expire()
        elif key == "retry":
            self._cache.retry(rest)
        elif key == "resend":
            self._mutations.resend(rest)
        elif key == RECONNECT:
            self._socket.connect()
        else:
            assert key == HABIT, event.key
            self._context.origin = f"habit/{self._habits}"
            self._look_again()
            self._plan_habit()
