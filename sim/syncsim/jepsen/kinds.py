"""The kinds of outside history: how to tell them, what each is asked, and why not the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from syncsim.checks.registry import CHECKS
from syncsim.jepsen.operations import Operation

REGISTER, LIST_APPEND, RW_REGISTER = KINDS = ("register", "list-append", "rw-register")

MEANINGS = {
    REGISTER: "`read`, `write` and `cas` of one register, or of one for each key",
    LIST_APPEND: "transactions of `append` and `r`, or single `append` and `get` of a key",
    RW_REGISTER: "transactions of `w` and `r`",
}

_OF_STEPS = {"append": LIST_APPEND, "w": RW_REGISTER, "write": RW_REGISTER}
_OF_FUNCTIONS = {"append": LIST_APPEND, "get": LIST_APPEND, "w": RW_REGISTER} | dict.fromkeys(
    ("read", "write", "cas"), REGISTER
)


def kind_of(operations: Iterable[Operation]) -> str:
    """Return the kind of a history by what it first does, empty if it only reads."""
    for operation in operations:
        if not operation.is_client or operation.type != "invoke":
            continue
        if operation.f in _OF_FUNCTIONS:
            return _OF_FUNCTIONS[operation.f]
        steps = operation.value if isinstance(operation.value, tuple) else ()
        for step in steps:
            if isinstance(step, tuple) and step and step[0] in _OF_STEPS:
                return _OF_STEPS[step[0]]
    return ""


class Applies(NamedTuple):
    """Whether something is asked of a kind of history, and why or why not."""

    what: str
    applies: bool
    why: str


LINEARIZABLE = "linearizable"
MODELS = "isolation models"
WRITE_CYCLES = "cycles of writes (G0), and what follows from the order of versions"
LIST_ANOMALIES = "incompatible-order, duplicate-elements, dirty-update"

_ASKED: dict[str, tuple[Applies, ...]] = {
    REGISTER: (
        Applies(LINEARIZABLE, applies=True, why="searched for each key by itself"),
        Applies(MODELS, applies=False, why="they speak of transactions, and there are none"),
    ),
    LIST_APPEND: (
        Applies(MODELS, applies=True, why="each list that was read is the order of its writes"),
        Applies(WRITE_CYCLES, applies=True, why="the order of versions stands in the lists"),
        Applies(LIST_ANOMALIES, applies=True, why="lists show them"),
        Applies(
            LINEARIZABLE,
            applies=False,
            why="strict-serializable says the same of transactions, and where each has one step,"
            " exactly the same",
        ),
    ),
    RW_REGISTER: (
        Applies(MODELS, applies=True, why="what was read tells who wrote it"),
        Applies(
            WRITE_CYCLES,
            applies=False,
            why="a register forgets what it held, so the order of versions is known only if you"
            " vouch for it (--assume writes-follow-reads or linearizable-keys)",
        ),
        Applies(LIST_ANOMALIES, applies=False, why="there are no lists"),
        Applies(
            LINEARIZABLE, applies=False, why="strict-serializable says the same of transactions"
        ),
    ),
}


def applying(kind: str) -> tuple[Applies, ...]:
    """Return what is asked of a kind of history and what is not, syncsim's own checks included."""
    own = tuple(
        Applies(
            name,
            applies=False,
            why=f"it needs {check.needs[:1].lower()}{check.needs[1:].rstrip('.')}; such a history"
            " tells what was asked and answered, and nothing of screens, rows and commits",
        )
        for name, check in CHECKS.items()
    )
    return (*_ASKED[kind], *own)
