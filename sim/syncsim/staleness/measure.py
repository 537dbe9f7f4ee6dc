"""The staleness instrument: every window in which a client showed an old version of a row.

One pass over the history. A cell is one row in one mounted view of one client; whether it is
stale is for `Screen.is_stale` to say. A cell that is stale has at least one window open, and
one more for each further version that it comes to lack.

    commit v2      commit v3       paint v2      paint v3
        ├── window of v2 ────────────┤              │
                       ├── window of v3 ────────────┤
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from syncsim.history import Header, Record, Records
from syncsim.history.replay import SLICE, Replay, Screen
from syncsim.staleness.coherence import Coherence, Steps
from syncsim.staleness.outages import Outages
from syncsim.staleness.window import (
    END,
    LEFT,
    OUTAGE,
    PAINTED,
    PERSON,
    PROPAGATION,
    REGRESSED,
    REVERTED,
    UNMENDED,
    Window,
)

_BY_HAND = ("refresh", "mount")
"""Triggers of a fetch that took a person: asking for fresh data, or coming to a view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staleness:
    """How stale the screens of one run were.

    `windows` are in order of their start. `steps`, `phi` and `mean_age_us` leave the slice
    store out; the two averages are taken from the safety phase to the end, over ready
    screens, and are None if there was none. The age of a screen is the time since the oldest
    change that it does not show, and 0 if it shows them all. (Phi: Lu et al., Existential
    Consistency, SOSP 2015. Age: Cho and Garcia-Molina, SIGMOD 2000.)
    """

    windows: tuple[Window, ...]
    steps: Steps
    phi: float | None
    mean_age_us: float | None


def measure(history: Records) -> Staleness:
    """Return how stale every screen was, and for how long."""
    meter = _Meter(history.header)
    handlers: dict[str, Callable[[Record], None]] = {
        "paint": meter.paint,
        "base": meter.base,
        "event": meter.event,
        "commit": meter.commit,
        "row": meter.commit,
        "fetch": meter.fetch,
        "fetched": meter.fetched,
        "mount": meter.mount,
        "ready": meter.ready,
        "unmount": meter.unmount,
        "phase": meter.phase,
        **dict.fromkeys(Outages.KINDS, meter.outages.apply),
    }
    now_us = 0
    for record in history.of(*handlers):
        if record.time_us != now_us:
            meter.end_instant()
            now_us = meter.now_us = record.time_us
        handlers[record.kind](record)
    return meter.finish(history.end_us)


@dataclass(slots=True)
class _Open:
    """A window that is not closed yet."""

    version: int
    start_us: int
    commit_us: int
    regressed: bool
    by_hand: bool = False


@dataclass(slots=True)
class _View:
    """A mounted view with its open windows by row, oldest first.

    `is_on` is false until the end of the instant in which the view became ready, so that the
    paints of its first frame do not look like regressions. `oldest_us` is the commit of the
    oldest window, -1 if the view is coherent.
    """

    screen: Screen
    is_on: bool = False
    open: dict[str, list[_Open]] = field(default_factory=dict)
    gone_us: dict[str, int] = field(default_factory=dict)
    oldest_us: int = -1


class _Meter:
    """The state of the pass: the replay, the views, and who was told what when."""

    def __init__(self, header: Header) -> None:
        self.now_us = 0
        self.outages = Outages(header)
        self._replay = Replay(header)
        self._coherence = Coherence()
        self._clients: dict[str, dict[str, Any]] = header.get("clients", {})
        self._views: dict[tuple[str, str], _View] = {}
        self._coming: list[_View] = []
        self._committed: dict[str, tuple[int, int]] = {}
        self._told: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self._fetching: dict[tuple[str, str], tuple[str, str]] = {}
        self._fetched: dict[str, tuple[int, str]] = {}
        self._windows: list[Window] = []

    # What opens and closes windows

    def commit(self, record: Record) -> None:
        """Open a window in each view that does not show the change."""
        now_us = self.now_us
        self._committed[record.entity] = record.version, now_us
        for screen, entity in self._replay.apply(record):
            view = self._views[screen.client, screen.view]
            if not view.is_on:
                continue
            if screen.is_stale(entity):
                window = _Open(record.version, now_us, now_us, regressed=False)
                view.open.setdefault(entity, []).append(window)
                if view.oldest_us < 0:
                    self._account(view)
            elif entity in view.open:
                self._close(view, entity, view.open.pop(entity), REVERTED)
                self._account(view)

    def paint(self, record: Record) -> None:
        """Close the windows that the paint mends; open one if it spoils what was right."""
        view = self._views.get((record.at, record.view))
        if view is None:
            return
        entity, screen = record.entity, view.screen
        before = screen.shown.get(entity)
        self._replay.apply(record)
        if not view.is_on:
            return
        stale = screen.is_stale(entity)
        windows = view.open.pop(entity, None)
        if windows is None and not stale:
            return
        if windows is None:
            # A slice store owes no rows: one that comes on screen old was not right before.
            spoilt = screen.test is not None or bool(before and before.fields is not None)
            view.open[entity] = [self._seen_stale(screen, entity, regressed=spoilt)]
        elif not stale:
            self._close(view, entity, windows, PAINTED)
        else:
            # The newest stays open until the view is right: version 2 of a row may be painted
            # in a list that version 2 does not belong to.
            seen = sum(window.version <= record.version for window in windows[:-1])
            self._close(view, entity, windows[:seen], PAINTED)
            view.open[entity] = windows[seen:]
        self._account(view)

    def mount(self, record: Record) -> None:
        """Begin to watch a view."""
        self._take_off(record)
        self._replay.apply(record)
        key = record.at, record.view
        self._views[key] = _View(self._replay.screens[key])

    def ready(self, record: Record) -> None:
        """Remember to look at the view when its first frame is complete."""
        view = self._views.get((record.at, record.view))
        if view is not None and not view.screen.ready:
            self._replay.apply(record)
            self._coming.append(view)

    def unmount(self, record: Record) -> None:
        """Close what is open in a view that leaves the screen."""
        self._take_off(record)
        self._replay.apply(record)

    def end_instant(self) -> None:
        """Take in the views that became ready in the instant that is over."""
        for view in self._coming:
            screen = view.screen
            if self._views.get((screen.client, screen.view)) is not view:
                continue
            view.is_on = True
            if screen.query != SLICE:
                self._coherence.came(self.now_us)
            for entity in {**screen.truth, **screen.shown}:
                if screen.is_stale(entity):
                    view.open[entity] = [self._seen_stale(screen, entity, regressed=False)]
            self._account(view)
        self._coming.clear()

    def finish(self, end_us: int) -> Staleness:
        """Close what is still open and return the result."""
        self.end_instant()
        self.now_us = end_us
        steps = self._coherence.steps(end_us)
        for view in self._views.values():
            self._leave(view, END)
        return Staleness(
            windows=tuple(sorted(self._windows, key=lambda w: (w.start_us, w.client, w.view))),
            steps=steps,
            phi=self._coherence.phi,
            mean_age_us=self._coherence.mean_age_us,
        )

    # What windows are told by

    def event(self, record: Record) -> None:
        """A client was told of a version of a row."""
        told = self._told.setdefault((record.at, record.entity), [])
        if not told or told[-1][0] < record.version:
            told.append((record.version, self.now_us))

    def base(self, record: Record) -> None:
        """A client was told a row of a view, or that it left."""
        view = self._views.get((record.at, record.view))
        if (record.data or {}).get("fields") is not None:
            self.event(record)
        elif view is not None:
            view.gone_us[record.entity] = self.now_us
        if view is not None and record.entity in view.open:
            # Rows and the fetch that brought them are told in the same instant.
            fetched_us, trigger = self._fetched.get(record.at, (-1, ""))
            by_hand = fetched_us == self.now_us and trigger in _BY_HAND
            for window in view.open[record.entity]:
                window.by_hand = by_hand

    def fetch(self, record: Record) -> None:
        """Remember what set off the last fetch of a view."""
        trigger = (record.data or {}).get("trigger", "")
        self._fetching[record.at, record.view] = record.message, trigger

    def fetched(self, record: Record) -> None:
        """Remember what set off the last fetch that brought a client rows."""
        request, trigger = self._fetching.get((record.at, record.view), ("", ""))
        self._fetched[record.at] = self.now_us, trigger if request == record.message else ""

    def phase(self, record: Record) -> None:
        """Take the averages from the safety phase to the end."""
        phase = (record.data or {}).get("phase")
        if phase == "safety":
            self._coherence.begin(self.now_us)
        elif phase == "end":
            self.end_instant()
            self._coherence.end(self.now_us)

    # Windows

    def _seen_stale(self, screen: Screen, entity: str, *, regressed: bool) -> _Open:
        """Return the window of a cell that is seen to be stale without a commit now."""
        committed = self._committed.get(entity, (0, self.now_us))
        version = screen.changed.get(entity, committed[0])
        commit_us = screen.changed_us.get(entity, committed[1])
        return _Open(version, self.now_us, commit_us, regressed)

    def _take_off(self, record: Record) -> None:
        """Close what is open in a view, if it is on screen."""
        view = self._views.pop((record.at, record.view), None)
        if view is not None:
            self._leave(view, LEFT)

    def _leave(self, view: _View, ended: str) -> None:
        for entity, windows in view.open.items():
            self._close(view, entity, windows, ended)
        view.open.clear()
        self._account(view)
        if view.is_on and view.screen.query != SLICE:
            self._coherence.left(self.now_us)

    def _close(self, view: _View, entity: str, windows: list[_Open], ended: str) -> None:
        screen = view.screen
        who = self._clients.get(screen.client, {})
        for window in windows:
            self._windows.append(
                Window(
                    client=screen.client,
                    role=who.get("role", ""),
                    user=who.get("user", ""),
                    view=screen.view,
                    query=screen.query,
                    entity=entity,
                    version=window.version,
                    start_us=window.start_us,
                    commit_us=window.commit_us,
                    receipt_us=self._receipt_us(view, entity, window),
                    paint_us=self.now_us if ended == PAINTED else -1,
                    end_us=self.now_us,
                    ended=ended,
                    cause=self._cause(screen.client, window, ended),
                )
            )

    def _receipt_us(self, view: _View, entity: str, window: _Open) -> int:
        """Return when the client was first told of the version or a later one, -1 if never.

        That the row left the view is news only of a version in which it does not belong there.
        """
        told = self._told.get((view.screen.client, entity), [])
        place = bisect_left(told, (window.version, -1))
        times_us = [told[place][1]] if place < len(told) else []
        if entity not in view.screen.truth:
            times_us.append(view.gone_us.get(entity, -1))
        return min((time_us for time_us in times_us if time_us >= window.commit_us), default=-1)

    def _cause(self, client: str, window: _Open, ended: str) -> str:
        if window.regressed:
            return REGRESSED
        if self.outages.touched(client, window.start_us):
            return OUTAGE
        if ended == PAINTED and window.by_hand:
            return PERSON
        return UNMENDED if ended == END else PROPAGATION

    def _account(self, view: _View) -> None:
        """Bring the coherence up to what is open in a view."""
        if view.screen.query == SLICE:
            return
        # Windows of a row are in order, so the first has the oldest commit.
        oldest_us = min((windows[0].commit_us for windows in view.open.values()), default=-1)
        if oldest_us == view.oldest_us:
            return
        if view.oldest_us >= 0:
            self._coherence.mended(self.now_us, view.oldest_us)
        if oldest_us >= 0:
            self._coherence.staled(self.now_us, oldest_us)
        view.oldest_us = oldest_us
