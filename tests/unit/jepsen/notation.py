"""Outside histories in one line, after the notation of Elle's tests.

    0 ax1 ay1 / 1 rx1 | 2? ax2 | 3! ax3

Process 0 appends 1 to x and to y while process 1 reads x as [1]; when both have ended, process 2
appends 2 and nobody knows whether it did; then process 3 appends 3 and fails. `wx1` writes, and
`rx` reads nothing. In a history of registers without names a value stands alone: `w1`, `r1`, `r`,
and `c12` changes 1 to 2.
"""

from __future__ import annotations

from typing import Any

from syncsim.jepsen import Operation, judge_operations
from syncsim.jepsen.operations import calls
from syncsim.jepsen.transactions import transactions

OUTCOMES = {"?": "info", "!": "fail"}
NAMES = {"a": "append", "r": "r", "w": "w"}


def event(operations: list[Operation], kind: str, process: int, f: str, value: Any) -> None:
    """Add an event at the end of a history."""
    number = len(operations)
    place = f"history:{number + 1}:1"
    operations.append(
        Operation(
            index=number,
            time_ns=number * 1_000_000,
            type=kind,
            process=process,
            f=f,
            value=value,
            place=place,
        )
    )


def history(text: str, step: Any) -> list[Operation]:
    """Return the events of a line; `step` makes of words what was invoked, and what came back."""
    operations: list[Operation] = []
    for group in text.split("|"):
        ends = []
        for part in group.split("/"):
            who, *words = part.split()
            outcome = OUTCOMES.get(who[-1], "ok")
            process = int(who.rstrip("?!"))
            f, asked, answered = step(words)
            event(operations, "invoke", process, f, asked)
            ends.append((outcome, process, f, answered if outcome == "ok" else asked))
        for end in ends:
            event(operations, *end)
    return operations


def lists(text: str) -> list[Operation]:
    """Return a history of transactions over lists."""

    def step(words):
        made = [
            (NAMES[w[0]], w[1], tuple(map(int, w[2:])) or None if w[0] == "r" else int(w[2:]))
            for w in words
        ]
        return "txn", _asked(made), tuple(made)

    return history(text, step)


def registers(text: str) -> list[Operation]:
    """Return a history of transactions over registers."""

    def step(words):
        made = [(NAMES[w[0]], w[1], int(w[2:]) if w[2:] else None) for w in words]
        return "txn", _asked(made), tuple(made)

    return history(text, step)


def register(text: str) -> list[Operation]:
    """Return a history of one register without a name."""

    def step(words):
        (word,) = words
        if word[0] == "r":
            return "read", None, int(word[1:]) if word[1:] else None
        if word[0] == "w":
            return "write", int(word[1:]), int(word[1:])
        return "cas", (int(word[1]), int(word[2])), (int(word[1]), int(word[2]))

    return history(text, step)


def _asked(made):
    return tuple((f, key, None if f == "r" else value) for f, key, value in made)


def anomalies(operations: list[Operation], kind: str, **options: Any) -> list[str]:
    """Return the names of what was found, in order."""
    judgement = judge_operations(operations, kind, **options)
    return sorted(finding.check for finding in judgement.verdict.findings[1:])


def txns(operations: list[Operation], writes: str = "append"):
    """Return the transactions of a history."""
    return transactions(operations, (writes,), lists=writes == "append")


__all__ = ["anomalies", "calls", "event", "history", "lists", "register", "registers", "txns"]
