"""Faults in a run: what each verb does when it begins, and what ends with it.

`DEEDS` is the table. A new verb has a line here, its keys and places in `scenario/faults.py`, and
its name in `scenario/scenario.py`. Everything else, such as durations, `heal` and the end of the
safety phase, is the same for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from syncsim.client import ports
from syncsim.engine import Engine
from syncsim.history import History
from syncsim.net import Net
from syncsim.scenario.scenario import VERBS, Fault

HEAL = "heal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a fault can lay hands on.

    `tell` hands a client an input that a record caused. `catch_up` lets the backend do what
    its clock would have made it do while it was down.
    """

    net: Net
    tell: Callable[[str, ports.Input, int], None]
    catch_up: Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What one verb does. `end` is None for what is over as soon as it has happened.

    `begin` gets the fault and the record that says so; `end` gets the fault and the record of
    its healing.
    """

    begin: Callable[[Stage, Fault, int], None]
    end: Callable[[Stage, Fault, int], None] | None = None


def _cut(stage: Stage, fault: Fault, seq: int) -> None:
    stage.net.cut(fault.on, seq)
    stage.tell(fault.on, ports.Offline(), seq)


def _mend(stage: Stage, fault: Fault, seq: int) -> None:
    stage.net.mend(fault.on)
    stage.tell(fault.on, ports.Online(), seq)


def _drop(stage: Stage, fault: Fault, seq: int) -> None:
    stage.net.drop(fault.on, seq)


def _slow(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.net.slow(fault.on, fault.by_us)


def _speed_up(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.net.slow(fault.on, 0)


def _lose(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.net.lose(fault.on, fault.leg)


def _lose_no_more(stage: Stage, fault: Fault, _seq: int) -> None:
    stage.net.lose(fault.on, "")


def _stop(stage: Stage, _fault: Fault, seq: int) -> None:
    stage.net.crash(seq)


def _start_again(stage: Stage, _fault: Fault, seq: int) -> None:
    stage.net.backend_up = True
    stage.catch_up(seq)


DEEDS: Mapping[str, Deed] = {
    "partition": Deed(begin=_cut, end=_mend),
    "drop": Deed(begin=_drop),
    "delay": Deed(begin=_slow, end=_speed_up),
    "lose": Deed(begin=_lose, end=_lose_no_more),
    "restart": Deed(begin=_stop, end=_start_again),
}
assert sorted((*DEEDS, HEAL)) == sorted(VERBS), "every verb but `heal` has a deed"


class Faults:
    """Begins and ends the faults of a run, and writes that it did."""

    def __init__(self, engine: Engine, history: History, stage: Stage) -> None:
        self._engine = engine
        self._history = history
        self._stage = stage
        self._open: dict[tuple[str, str], tuple[Fault, int]] = {}

    def plan(self, faults: Iterable[Fault]) -> None:
        """Let each fault happen at its time."""
        for fault in faults:
            self._engine.after(fault.at_us, self._happen, fault)

    def heal_all(self) -> None:
        """End everything that has not ended."""
        for place, verb in list(self._open):
            self._end(place, verb)

    def _happen(self, fault: Fault) -> None:
        if fault.do == HEAL:
            for place, verb in list(self._open):
                if place == fault.on:
                    self._end(place, verb)
            return
        now_us = self._engine.now_us
        data: dict[str, Any] = {"verb": fault.do}
        if fault.for_us:
            data["until_us"] = now_us + fault.for_us
        seq = self._history.append(now_us, "fault", fault.on, data=data)
        deed = DEEDS[fault.do]
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
        end = DEEDS[verb].end
        assert end is not None, verb
        end(self._stage, fault, seq)
