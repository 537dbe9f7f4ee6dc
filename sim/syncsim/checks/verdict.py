"""What a judge says: three values, and a story for everything that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from syncsim.checks.evidence import Evidence

STORIES_MAX = 5
"""Stories told per check; the count of failures says how many there were."""


CONFIRMED = (
    "The same is asked of the rows that the server told the client, in base records, whatever was"
    " painted over them. The answer stands beside the verdict and has no part in it."
)
"""What a check with an answer about confirmed views says of it."""


class Status(StrEnum):
    """The three answers; the worst one wins."""

    PASS = "pass"
    UNKNOWN = "unknown"
    FAIL = "fail"

    @classmethod
    def worst(cls, statuses: Iterable[Status]) -> Status:
        """Return fail over unknown over pass; unknown if there is nothing to compare."""
        order = (cls.FAIL, cls.UNKNOWN, cls.PASS)
        seen = frozenset(statuses)
        return next((status for status in order if status in seen), cls.UNKNOWN)


_MARKS = {Status.PASS: "✓", Status.FAIL: "✗", Status.UNKNOWN: "?"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One failure in plain words, with the records that show it, in order."""

    text: str
    records: tuple[int, ...]
    at_us: int
    client: str = ""
    entity: str = ""


class Failure(NamedTuple):
    """A failure whose story is told only if it is among the first.

    To tell one, a check may have to walk through a part of the history. What it tells must not
    depend on when it is asked.
    """

    at_us: int
    client: str
    tell: Callable[[], Story]


def told(failure: Story | Failure) -> Story:
    """Return the story of a failure."""
    return failure.tell() if isinstance(failure, Failure) else failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The answer of one check.

    `seen` counts the situations the check is about; with none of them it answers unknown
    and `why` names what was missing. `failures` counts all failures, `stories` tells the
    first few.
    """

    check: str
    status: Status
    why: str
    seen: int
    failures: int = 0
    stories: tuple[Story, ...] = ()


def as_plain(finding: Finding) -> dict[str, Any]:
    """Return a finding as plain data: text, integers, lists and objects."""
    return {
        "check": finding.check,
        "status": finding.status.value,
        "why": finding.why,
        "seen": finding.seen,
        "failures": finding.failures,
        "stories": [
            {
                "text": story.text,
                "records": list(story.records),
                "at_us": story.at_us,
                "client": story.client,
                "entity": story.entity,
            }
            for story in finding.stories
        ],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One invariant, with what a reader must know to trust its answer.

    `confirmed`, if there is one, asks the same of what the server told each client, whatever the
    person was shown.
    """

    name: str
    statement: str
    source: str
    needs: str
    proves_not: str
    judge: Callable[[Evidence], Finding]
    confirmed: Callable[[Evidence], Finding] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answers of all checks asked for, and the worst of them.

    `confirmed` holds what some of them answer of the confirmed views. It has no part in the
    status: what no person was shown harmed nobody.
    `note` is what a reader must know of the world of the run, mostly nothing. `elsewhere` is that
    of the scenario that was run, for the command that runs it again.
    """

    status: Status
    findings: tuple[Finding, ...]
    sometimes: tuple[Finding, ...] = ()
    confirmed: tuple[Finding, ...] = ()
    note: str = ""
    elsewhere: Mapping[tuple[str, str], str] = field(
        default_factory=dict, compare=False, repr=False
    )

    def hidden(self) -> tuple[Finding, ...]:
        """Return what is wrong beneath the screens and was never seen on one."""
        failed = {found.check for found in self.findings if found.status is Status.FAIL}
        return tuple(
            found
            for found in self.confirmed
            if found.status is Status.FAIL and found.check not in failed
        )

    def __getitem__(self, check: str) -> Finding:
        return next(f for f in (*self.findings, *self.sometimes) if f.check == check)

    def __str__(self) -> str:
        lines = [f"{self.status.value}"]
        lines += [f"  {f.check:<8} {f.status.value:<8} {f.why}" for f in self.findings]
        lines += [f"  sometimes {f.check}: {f.status.value}" for f in self.sometimes]
        lines += [f"  {f.check} of confirmed views: {f.status.value}" for f in self.hidden()]
        lines += [f"  {self.note}"] if self.note else []
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return the verdict as a table for a notebook; all text in it is escaped."""
        rows = "".join(
            f"<tr><td>{escape(f.check)}</td><td>{_MARKS[f.status]} {f.status.value}</td>"
            f"<td style='text-align:left'>{escape(f.why)}</td></tr>"
            for f in (*self.findings, *self.sometimes)
        )
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        return (
            f"<table><caption>verdict: <b>{self.status.value}</b></caption>"
            f"<tr><th>check</th><th>answer</th><th>why</th></tr>{rows}</table>{note}"
        )


def conclude(
    check: str,
    *,
    seen: int,
    stories: Sequence[Story | Failure],
    missing: str,
    held: str,
    lacks: str = "",
) -> Finding:
    """Return the finding of a check from what it met and what went wrong.

    Args:
        seen: How often the situation that the check is about arose.
        stories: One for each failure, in order of time.
        missing: What would have had to happen, for `unknown`.
        held: What held, for `pass`.
        lacks: What the records do not say that a pass would rest on, empty if they say it.
    """
    if stories:
        first = tuple(map(told, stories[:STORIES_MAX]))
        return Finding(
            check=check,
            status=Status.FAIL,
            why=first[0].text,
            seen=seen,
            failures=len(stories),
            stories=first,
        )
    if seen == 0 or lacks:
        why = lacks if seen else missing
        return Finding(check=check, status=Status.UNKNOWN, why=why, seen=0)
    return Finding(check=check, status=Status.PASS, why=held, seen=seen)
