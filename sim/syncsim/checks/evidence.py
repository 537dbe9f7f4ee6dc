"""What every check is given: the history, and indexes over it that several checks share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from syncsim.history import KINDS, Record, Records
from syncsim.history.vocabulary import REWIND
from syncsim.staleness import Window, measure
from syncsim.staleness.underway import Underway
from syncsim.timelines.cells import Timelines
from syncsim.timelines.rows import Rows
from syncsim.timelines.tables import Table, Tables

if TYPE_CHECKING:
    from syncsim.timelines.tables import Ints

MESSAGES = ("send", "receive")
"""Half of a history, and of no use to most checks: their records are not kept."""

MANY = (
    *MESSAGES, "event", "base", "paint", "fetch", "fetched", "fetch_failed", "fetch_cancelled",
    "invalidate", "freshen", "arm", "disarm",
)  # fmt: skip
"""Kinds of which a history has about as many records as it has messages.

If it stays in its file, they are read from there whenever a check asks for them.
"""


SHORT = 2_000
"""Records of a history that is walked through sooner than its columns are asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One intent with everything that became of it, in order of time.

    `outcome` is None for an intent that never ended. Overlays are the `overlay` and `unlay`
    records of this intent.
    """

    asked: Record
    outcome: Record | None
    commits: tuple[Record, ...]
    refusals: tuple[Record, ...]
    overlays: tuple[Record, ...]

    @property
    def id(self) -> str:
        """Return the id that survives retries."""
        return self.asked.intent

    @property
    def result(self) -> str:
        """Return the shown result, empty if none was shown."""
        return (self.outcome.data or {}).get("result", "") if self.outcome else ""


class Promise(NamedTuple):
    """What an ok told a person: this row is at this version or later."""

    intent: Intent
    outcome: Record
    entity: str
    version: int


def promised(intent: Intent, outcome: Record) -> dict[str, int]:
    """Return the version that an outcome promises, for every row that the intent changed.

    Of a batch, only the items shown as ok are promised. If an intent was committed twice and
    the outcome does not say which commit it means, the first counts: the weaker promise.
    """
    data = outcome.data or {}
    items = data.get("items") or {}
    versions: dict[str, int] = {}
    for commit in intent.commits:
        known = commit.seq < outcome.seq and outcome.lsn in (-1, commit.lsn)
        if known and items.get(commit.entity, data.get("result")) == "ok":
            versions.setdefault(commit.entity, commit.version)
    if outcome.entity and outcome.version >= 0 and data.get("result") == "ok":
        versions[outcome.entity] = outcome.version
    return versions


class Evidence:
    """A history and its indexes; built once, read by all checks, never changed."""

    def __init__(self, history: Records, timelines: Timelines | None = None) -> None:
        """Take a history, and its timelines if somebody has them already."""
        self.history = history
        self.header: dict[str, Any] = history.header
        self.timelines = timelines or Timelines(history)
        self._of_kind: dict[str, list[Record]] = {}

    @cached_property
    def clients(self) -> dict[str, dict[str, str]]:
        """Return each client's role and user, by name."""
        clients: dict[str, dict[str, str]] = self.header.get("clients", {})
        return clients

    @cached_property
    def _core(self) -> frozenset[str]:
        """Return the clients that were healed at the end; none named are all."""
        return frozenset(self.header.get("core", ()))

    def owes(self, client: str) -> bool:
        """Tell whether a client must converge: not if it was left to its faults at the end."""
        return not self._core or client in self._core

    @property
    def paint_us(self) -> int:
        """Return how long a screen may lag behind what its own client knows."""
        bound: int = self.header.get("bounds", {}).get("paint_us", 50_000)
        return bound

    @cached_property
    def is_walked(self) -> bool:
        """Tell whether checks walk over all records, and do not ask first who is in doubt.

        For a short history that takes less time. One that stays in its file is not in memory to be
        asked, and has no names of messages in its tables.
        """
        return self._is_short or not self.history.is_in_memory

    @cached_property
    def _is_short(self) -> bool:
        return self.history.is_in_memory and len(self.history) <= SHORT

    @property
    def tables(self) -> Tables:
        """Return the records by kind, as arrays."""
        return self.timelines.tables

    @property
    def rows(self) -> Rows:
        """Return the numbers of all rows that were shown or told."""
        return self.timelines.rows

    @property
    def screens(self) -> Table:
        """Return what came on the screens and what clients were told of rows, in order.

        Records of `mount`, `ready`, `unmount`, `paint` and `base`; what is read of the data of the
        last two is the number of the row and how many pending intents are painted over it.
        """
        return self.timelines.screens

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """Return every window in which a view showed an old version, by its start."""
        return measure(self.history, self.timelines).windows

    def lacks(self, **fields: str) -> str:
        """Say which kind of record lacks the field that a check reads of it, empty if none does.

        What a record does not say, a check would take as not having happened.
        """
        for kind, name in fields.items():
            record = self._first_without(kind, name)
            if record is not None:
                return f"the {kind} record of {seconds(record.time_us)} has no {name}"
        return ""

    def _first_without(self, kind: str, name: str) -> Record | None:
        if name == "message" and not self.history.is_in_memory:
            # Such a history has no messages in its columns.
            return next((record for record in self.of(kind) if record.message == ""), None)
        table = self.tables.of(kind)
        lacking = table.seq[getattr(table, name) == 0]
        return self.history[int(lacking[0])] if len(lacking) else None

    def of(self, *kinds: str) -> Iterable[Record]:
        """Return the records of these kinds, in order."""
        if any(kind in self._read_anew for kind in kinds):
            return self.history.of(*kinds)
        lists = [self._kept(kind) for kind in dict.fromkeys(kinds)]
        if len(lists) == 1:
            return lists[0]
        return sorted(chain.from_iterable(lists), key=itemgetter(0))

    @cached_property
    def _read_anew(self) -> tuple[str, ...]:
        if self._is_short:
            return ()
        return MESSAGES if self.history.is_in_memory else MANY

    def _kept(self, kind: str) -> list[Record]:
        """Return the records of a kind, which are kept."""
        if self.is_walked and not self._of_kind:
            kept = [kind for kind in KINDS if kind not in self._read_anew]
            self._of_kind.update({kind: [] for kind in kept})
            for record in self.history.of(*kept):
                self._of_kind[record.kind].append(record)
        if kind not in self._of_kind:
            self._of_kind[kind] = [*self.history.of(kind)]
        return self._of_kind[kind]

    def under_way_and(self, *kinds: str) -> Iterable[Record]:
        """Return, in order, what `Underway` follows and the records of other kinds.

        Messages that carry no event may be left out: half of a history are the ways of requests and
        answers, which a fetch stands for.
        """
        assert not {*kinds} & {*Underway.KINDS}, kinds
        if self._is_short:
            return self.of(*Underway.KINDS, *kinds)
        others = (kind for kind in Underway.KINDS if kind not in MESSAGES)
        return self.history.of(*others, *kinds, events=True)

    @cached_property
    def commits_by_version(self) -> dict[tuple[str, int], Record]:
        """Return the commit that made each version of each row; the first, if two claim it."""
        commits: dict[tuple[str, int], Record] = {}
        for commit in self.of("commit"):
            commits.setdefault((commit.entity, commit.version), commit)
        return commits

    @cached_property
    def intents(self) -> dict[str, Intent]:
        """Return every intent by id, in the order in which they were asked."""
        kinds = ("intent", "outcome", "commit", "refuse", "overlay", "unlay")
        of: dict[str, dict[str, list[Record]]] = {}
        for record in self.of(*kinds):
            if record.kind == "intent":
                of.setdefault(record.intent, {kind: [] for kind in kinds})
            if record.intent in of:
                of[record.intent][record.kind].append(record)
        return {
            name: Intent(
                asked=records["intent"][0],
                outcome=records["outcome"][0] if records["outcome"] else None,
                commits=tuple(records["commit"]),
                refusals=tuple(records["refuse"]),
                overlays=tuple(
                    sorted([*records["overlay"], *records["unlay"]], key=lambda r: r.seq)
                ),
            )
            for name, records in of.items()
        }

    @cached_property
    def promises(self) -> list[Promise]:
        """Return what each outcome promised, in order."""
        return [
            Promise(intent, outcome, entity, version)
            for outcome in self.of("outcome")
            if (intent := self.intents.get(outcome.intent)) is not None
            for entity, version in promised(intent, outcome).items()
        ]

    @cached_property
    def promise_codes(self) -> tuple[Ints, Ints]:
        """Return the codes of the client and of the row of each promise."""
        import numpy as np

        table = self.tables.of("outcome", "commit")
        at, entity = table.codes(table.at), table.codes(table.entity)
        return (
            np.array([at[promise.outcome.at] for promise in self.promises], dtype=np.int64),
            np.array([entity[promise.entity] for promise in self.promises], dtype=np.int64),
        )


SYSTEM = "system"
"""The role of the backend itself, which asks on nobody's behalf."""


def is_rewind(commit: Record) -> bool:
    """Tell whether a commit only undoes, by the system, what a crash had lost."""
    data = commit.data or {}
    return data.get("action") == REWIND and data.get("role") == SYSTEM


def seconds(time_us: int) -> str:
    """Write a time for a story: `1.204 s`."""
    return f"{time_us // 1_000_000}.{time_us % 1_000_000 // 1000:03d} s"


FIELDS_TOLD = 3
"""Fields of a row in a sentence; of more, the sentence gives the number."""


def words(fields: dict[str, Any] | None, than: dict[str, Any] | None = None) -> str:
    """Write a row for a story: the fields that differ from `than`, or 'no such row'.

    The status first, as it says most, and the others in order of name, because a history read
    from a file has lost any other.
    """
    if fields is None:
        return "no such row"
    parts = [
        f"{name} {value}"
        for name, value in sorted(fields.items(), key=lambda item: (item[0] != "status", item[0]))
        if name != "id" and (than is None or than.get(name) != value)
    ]
    hidden = len(parts) - FIELDS_TOLD
    if hidden > 1:
        parts[FIELDS_TOLD:] = [f"and {hidden} more fields"]
    return ", ".join(parts) or "the same"


def row_name(entity: str) -> str:
    """Write an entity for a story: `appointment A1`."""
    return entity.replace("/", " ")
