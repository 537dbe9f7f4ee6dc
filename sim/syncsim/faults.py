"""Faults in a run: what each verb does when it begins, and what ends with it.

`DEEDS` is the table. A new verb has a line here, its keys and places in `scenario/faults.py`, and
its name in `scenario/scenario.py`. Everything else, such as durations, `heal` and the end of the
safety phase, is the same for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from syncsim.backend.ports import Expire, SetClock, Trap
from syncsim.backend_faults import BACKEND_DEEDS, BROKER_DEEDS, GATEWAY_DEEDS
from syncsim.client import ports
from syncsim.engine import Engine
from syncsim.history import History
from syncsim.net import BACKEND
from syncsim.net.gateways import GATEWAY
from syncsim.scenario.scenario import BROKER, VERBS, Fault
from syncsim.stage import Deed, Stage

HEAL = "heal"
ENDS = {"wake": "sleep", "show": "hide", "release": "hold"}
"""Verbs that end one other verb, at the place where they happen."""


def _cut(stage: Stage, fault: Fault, seq: int) -> None:
    if _is_silent(fault):
        stage.net.silence(fault.on, fault.direction, seq)
    else:
        stage.machines.pull(fault.on, fault.do)
        stage.net.cut(fault.on, seq)
        stage.tell(fault.on, ports.Offline(), seq)


def _mend(stage: Stage, fault: Fault, seq: int) -> None:
    if _is_silent(fault):
        stage.net.speak(fault.on)
        return
    if stage.machines.plug(fault.on, fault.do):
        stage.net.mend(fault.on)
    stage.tell(fault.on, ports.Online(), seq)


def _is_silent(fault: Fault) -> bool:
    """Tell whether no browser notices a partition; of one direction alone none can."""
    return fault.unnoticed or fault.direction != "both"


def _sleep(stage: Stage, fault: Fault, seq: int) -> None:
    """Let a machine stand still; its network goes, and nobody tells the page."""
    stage.machines.sleep(fault.on)
    stage.net.dialler(fault.on).sleep()
    stage.machines.pull(fault.on, fault.do)
    stage.net.cut(fault.on, seq)


def _wake(stage: Stage, fault: Fault, seq: int) -> None:
    if stage.machines.plug(fault.on, fault.do):
        stage.net.mend(fault.on)
    stage.net.dialler(fault.on).wake()
    stage.wake(fault.on, seq)


def _reload(stage: Stage, fault: Fault, seq: int) -> None:
    """Load a client's page anew; nobody does so where nobody sits."""
    machines = stage.machines
    if not machines.is_asleep(fault.on) and not machines.is_hidden(fault.on):
        stage.net.leave(fault.on, seq)
        stage.tell(fault.on, ports.Reload(), seq)


def _hide(stage: Stage, fault: Fault, seq: int) -> None:
    stage.machines.hide(fault.on)
    stage.net.dialler(fault.on).hide()
    stage.tell(fault.on, ports.Hidden(), seq)


def _show(stage: Stage, fault: Fault, seq: int) -> None:
    stage.machines.show(fault.on)
    stage.tell(fault.on, ports.Shown(), seq)
    stage.net.dialler(fault.on).show(seq)


def _expire(stage: Stage, fault: Fault, seq: int) -> None:
    stage.host.tell(Expire(fault.on), seq)


def _drop(stage: Stage, fault: Fault, seq: int) -> None:
    if fault.unnoticed:
        stage.net.half_open(fault.on, seq)
    else:
        stage.net.drop(fault.on, seq)


def _hold(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.net.hold(fault.on)


def _release(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.net.release(fault.on)


def _slow(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.net.slow(fault.on, fault.by_us)


def _speed_up(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.net.slow(fault.on, 0)


def _lose(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.net.lose(fault.on, fault.leg)


def _lose_no_more(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.net.lose(fault.on, "")


def _double(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.net.double(fault.on, fault.leg, fault.by_us)


def _double_no_more(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.net.double(fault.on, "", 0)


def _skew(stage: Stage, fault: Fault, seq: int) -> None:
    _set_clock(stage, fault.on, fault.skew_us, fault.drift_ppm, seq)


def _set_right(stage: Stage, fault: Fault, seq: int) -> None:
    _set_clock(stage, fault.on, 0, 0, seq)


def _set_clock(stage: Stage, place: str, skew_us: int, drift_ppm: int, seq: int) -> None:
    if place == BACKEND:
        stage.host.tell(SetClock(skew_us, drift_ppm), seq)
    else:
        stage.tell(place, ports.SetClock(skew_us, drift_ppm), seq)


DEEDS: Mapping[str, Deed] = {
    "partition": Deed(begin=_cut, end=_mend),
    "sleep": Deed(begin=_sleep, end=_wake),
    "hide": Deed(begin=_hide, end=_show),
    "reload": Deed(begin=_reload),
    "expire-token": Deed(begin=_expire),
    "drop": Deed(begin=_drop),
    "hold": Deed(begin=_hold, end=_release),
    "delay": Deed(begin=_slow, end=_speed_up),
    "lose": Deed(begin=_lose, end=_lose_no_more),
    "duplicate": Deed(begin=_double, end=_double_no_more),
    "skew-clock": Deed(begin=_skew, end=_set_right),
    **BACKEND_DEEDS,
}
assert sorted((*DEEDS, HEAL, *ENDS)) == sorted(VERBS), "what begins has a deed"


def facts_of(fault: Fault) -> dict[str, Any]:
    """Return what a judge may want to know of a fault, beside its verb and its place."""
    facts: dict[str, Any] = {}
    if fault.unnoticed:
        facts["unnoticed"] = True
    if fault.direction != "both":
        facts["direction"] = fault.direction
    if fault.loses_us:
        facts["loses_us"] = fault.loses_us
    if fault.skew_us:
        facts["skew_us"] = fault.skew_us
    if fault.drift_ppm:
        facts["drift_ppm"] = fault.drift_ppm
    return facts


def deed_of(place: str, verb: str) -> Deed:
    """Return what a verb does at a place."""
    if place == BROKER:
        return BROKER_DEEDS[verb]
    return (GATEWAY_DEEDS if place.startswith(GATEWAY) else DEEDS)[verb]


class Faults:
    """Begins and ends the faults of a run, and writes that it did."""

    def __init__(self, engine: Engine, history: History, stage: Stage) -> None:
        self._engine = engine
        self._history = history
        self._stage = stage
        self._open: dict[tuple[str, str], tuple[Fault, int]] = {}
        self._trapped: list[Fault] = []

    def plan(self, faults: Iterable[Fault]) -> None:
        """Let each fault happen at its time."""
        for fault in faults:
            self._engine.after(fault.at_us, self._happen, fault)

    def heal(self, places: frozenset[str]) -> None:
        """End what has not ended at these places, and take back what has not begun."""
        self._trapped.clear()
        self._stage.host.tell(Trap(""), -1)
        for place, verb in list(self._open):
            if place in places:
                self._end(place, verb)

    def _happen(self, fault: Fault) -> None:
        if fault.do == HEAL:
            for place, verb in list(self._open):
                if place == fault.on:
                    self._end(place, verb)
            return
        if fault.do in ENDS:
            if (fault.on, ENDS[fault.do]) in self._open:
                self._end(fault.on, ENDS[fault.do])
            return
        if fault.after:
            self._set_trap(fault)
        else:
            self._begin(fault)

    def _set_trap(self, fault: Fault) -> None:
        """Let the backend crash at its next commit, and not before."""
        self._trapped.append(fault)
        self._stage.host.tell(Trap(fault.after), -1)

    def spring(self) -> None:
        """Begin the crash that waited for a commit; the backend says that there was one."""
        for fault in self._trapped:
            self._begin(fault)
        self._trapped.clear()

    def _begin(self, fault: Fault) -> None:
        now_us = self._engine.now_us
        data: dict[str, Any] = {"verb": fault.do, **facts_of(fault)}
        if fault.for_us:
            data["until_us"] = now_us + fault.for_us
        seq = self._history.append(now_us, "fault", fault.on, data=data)
        deed = deed_of(fault.on, fault.do)
        if deed.end is not None:
            self._open[fault.on, fault.do] = (fault, seq)
        deed.begin(self._stage, fault, seq)
        if deed.end is not None and fault.for_us:
            self._engine.after(fault.for_us, self._end_own, fault.on, fault.do, seq)

    def _end_own(self, place: str, verb: str, began: int) -> None:
        """End a fault, unless it has ended or begun anew in the meantime."""
        if self._open.get((place, verb), (None, -1))[1] == began:
            self._end(place, verb)

    def _end(self, place: str, verb: str) -> None:
        fault, began = self._open.pop((place, verb))
        seq = self._history.append(
            self._engine.now_us, "heal", place, "", began, data={"verb": verb}
        )
        end = deed_of(place, verb).end
        assert end is not None, verb
        end(self._stage, fault, seq)
