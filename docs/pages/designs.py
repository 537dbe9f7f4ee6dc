"""The reference page of strategies: what each needs, and what goes with what."""

from __future__ import annotations

from collections.abc import Sequence

from pages.markdown import GENERATED, code, table
from syncsim.design.compatibility import NEEDS, SETTINGS, Need
from syncsim.design.strategies import STRATEGIES, Strategy

AXES = {
    "read": "Read: how a client learns that what it shows is old",
    "overlay": "Overlay: how a pending intent is shown",
    "write": "Write: in what order intents are sent",
    "recovery": "Recovery: what a client does when its socket is open again",
    "merge": "Merge: how the backend decides between writes",
}

_INTRO = """\
# Strategies, and what goes together

A design is one choice on each of five axes, and settings. Not every tuple can work: a client that
writes what events hold needs events that hold something. The loader refuses a tuple that cannot
work, and says why; this page is written from the same table
(`sim/syncsim/design/compatibility.py`).

In the matrices a number stands where two choices cannot be combined, and leads to the reason
below. An empty cell is a design that runs, which does not mean that it is a good one.
"""


def page() -> str:
    """Return the reference page of strategies."""
    parts = [GENERATED, _INTRO]
    for axis, title in AXES.items():
        rows = [_row(strategy) for strategy in _of(axis)]
        parts.append(f"## {title}\n")
        parts.append(table(("", "strategy", "what it does", "needs", "settings of its own"), rows))
    parts += ["## The matrices\n", *_matrices(), "## The reasons\n", _reasons()]
    return "\n".join(parts)


def _of(axis: str) -> list[Strategy]:
    return [strategy for strategy in STRATEGIES if strategy.axis == axis]


def _row(strategy: Strategy) -> tuple[str, ...]:
    choice = (f"{strategy.axis}.strategy", strategy.name)
    needs = [_said(need) for need in NEEDS if need.choice == choice]
    own = [
        _key(key).partition(".")[2]
        for key, (where, names) in SETTINGS.items()
        if where == choice[0] and strategy.name in names and key.startswith(strategy.axis)
    ]
    needed = ", ".join(dict.fromkeys(needs))
    return (strategy.number, f"`{strategy.name}`", strategy.does, needed, code(own))


def _said(need: Need) -> str:
    values = " or ".join(f"`{_written(value)}`" for value in need.among) or "more than nothing"
    return f"`{_key(need.key)}`: {values}"


def _matrices() -> list[str]:
    """Return one matrix for each pair of axes that some need joins."""
    axes = list(AXES)
    return [
        f"{one.capitalize()} down, {other} across:\n\n{_matrix(_of(one), _of(other))}"
        for place, one in enumerate(axes)
        for other in axes[place + 1 :]
        if any(_clash(row, column) for row in _of(one) for column in _of(other))
    ]


def _matrix(rows: Sequence[Strategy], columns: Sequence[Strategy]) -> str:
    return table(
        ("", *(f"`{column.name}`" for column in columns)),
        (
            (f"`{row.name}`", *(", ".join(map(str, _clash(row, column))) for column in columns))
            for row in rows
        ),
    )


def _clash(one: Strategy, other: Strategy) -> list[int]:
    """Return the numbers of the reasons for which two strategies do not go together.

    They clash if one needs something else in the place of the other, or if both need something
    of a third setting and nothing satisfies both.
    """
    reasons = []
    for number, need in enumerate(NEEDS, 1):
        for mine, its in ((one, other), (other, one)):
            if need.choice != (f"{mine.axis}.strategy", mine.name):
                continue
            if need.key == f"{its.axis}.strategy" and its.name not in need.among:
                reasons.append(number)
            reasons += [
                number
                for rival in NEEDS
                if rival.choice == (f"{its.axis}.strategy", its.name)
                and rival.key == need.key
                and need.among
                and rival.among
                and not set(need.among) & set(rival.among)
            ]
    return sorted(set(reasons))


def _reasons() -> str:
    lines = []
    for number, need in enumerate(NEEDS, 1):
        where, name = need.choice
        lines.append((str(number), f"`{_key(where)}: {_written(name)}`", _said(need), need.because))
    return table(("", "choice", "needs", "because"), lines)


def _key(key: str) -> str:
    return key.removesuffix("_us")


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
