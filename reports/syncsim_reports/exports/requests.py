"""The requests of a run as operations on lists: what the backend was asked and what it said.

An entity is a list, and each commit appends one element to it: the id of the intent, or
`commit-9` where the backend acted by itself. To read a row at its third version is to read the
list of the first three, without those that were there at the start. So a tool that knows nothing
of versions finds the order of all changes in the reads alone.

    op-1 accepts A1          [:append "appointment/A1" "op-1.1"]
    op-2 fetches its list    [:r "appointment/A1" ["op-1.1"]], and so on for each row

An intent is a request from the click until the person is told; a fetch from its start until its
rows are in the cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from syncsim.checks import Evidence
from syncsim.checks.evidence import Intent
from syncsim.history import History, Record

SYSTEM = "backend"
"""Who appends what no intent asked for."""

OUTCOMES = {"ok": "ok", "refused": "fail", "failed": "fail"}
"""What a person was told, in the words of Jepsen; anything else may or may not have happened."""


class Read(NamedTuple):
    """One row of an answer, and the elements that its list held."""

    entity: str
    version: int
    elements: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request with its end, in the words of Jepsen: ok, fail or info.

    `end` is None where the record has no end of it. `lsn` is its place in the backend's order,
    -1 if it has none. A request reads rows or appends `element` to the lists in `appends`.
    """

    client: str
    begin: Record
    end: Record | None
    outcome: str
    reason: str
    lsn: int
    what: str
    element: str = ""
    appends: tuple[str, ...] = ()
    reads: tuple[Read, ...] = ()

    @property
    def end_us(self) -> int | None:
        """Return when it ended, None if nobody knows."""
        return self.end.time_us if self.end else None


def requests(history: History) -> list[Request]:
    """Return all requests, in the order in which they began.

    An intent that was withheld was never sent and is left out.
    """
    evidence = Evidence(history)
    found = [*_changes(evidence), *_own_changes(evidence), *_Fetches(evidence).read()]
    found.sort(key=lambda request: (request.begin.seq, request.appends))
    return found


# What was changed


def _changes(evidence: Evidence) -> Iterator[Request]:
    for intent in evidence.intents.values():
        if intent.result == "withheld":
            continue
        data = intent.asked.data or {}
        entities = [str(entity) for entity in data.get("entities") or [intent.asked.entity]]
        for entity in entities:
            yield _change(intent, entity, alone=len(entities) == 1)


def _change(intent: Intent, entity: str, *, alone: bool) -> Request:
    """Return the request for one row of an intent; each row of a batch is one of its own."""
    own = {commit.lsn for commit in intent.commits if commit.entity == entity}
    commits = [commit for commit in intent.commits if alone or commit.lsn in own]
    told = (intent.outcome.data or {}) if intent.outcome else {}
    items = told.get("items") or {}
    result = str(items.get(entity, intent.result))
    return Request(
        client=intent.asked.at,
        begin=intent.asked,
        end=intent.outcome,
        outcome=OUTCOMES.get(result, "info"),
        reason=str(told.get("reason") or ""),
        lsn=min((commit.lsn for commit in commits), default=-1),
        what=str((intent.asked.data or {}).get("action", "change")),
        element=intent.id,
        appends=tuple(dict.fromkeys([entity, *(commit.entity for commit in commits)])),
    )


def _own_changes(evidence: Evidence) -> Iterator[Request]:
    """Yield what the backend committed though no recorded intent asked for it."""
    together: dict[str, list[Record]] = {}
    for commit in evidence.history.of("commit"):
        if commit.intent not in evidence.intents:
            together.setdefault(_element(commit, evidence), []).append(commit)
    for element, commits in together.items():
        yield Request(
            client=SYSTEM,
            begin=commits[0],
            end=commits[-1],
            outcome="ok",
            reason="",
            lsn=commits[0].lsn,
            what=str((commits[0].data or {}).get("action", "change")),
            element=element,
            appends=tuple(dict.fromkeys(commit.entity for commit in commits)),
        )


def _element(commit: Record, evidence: Evidence) -> str:
    if commit.intent in evidence.intents:
        return commit.intent
    return f"commit-{commit.lsn}" if commit.lsn >= 0 else f"commit-{commit.seq}"


# What was read


class _Fetches:
    """Finds for each fetch that ended the rows of its answer.

    They are the confirmed rows of its view once all is taken in that the answer led to. A row
    that the client kept because it knew a newer one is not of this answer, and is left out.
    """

    def __init__(self, evidence: Evidence) -> None:
        self._history = evidence.history
        self._lists: dict[str, list[tuple[int, str]]] = {}
        for commit in self._history.of("commit"):
            element = (commit.version, _element(commit, evidence))
            self._lists.setdefault(commit.entity, []).append(element)
        for versions in self._lists.values():
            versions.sort(key=lambda pair: pair[0])
        self._base: dict[tuple[str, str], dict[str, Record]] = {}

    def read(self) -> Iterator[Request]:
        """Yield the fetches in the order in which they ended, then those that did not."""
        begun: dict[tuple[str, str], Record] = {}
        ending: list[Record] = []
        kinds = ("mount", "base", "fetch", "fetched", "fetch_failed", "fetch_cancelled")
        for record in self._history.of(*kinds):
            if ending and not _belongs(record, ending[-1]):
                yield from self._ended(begun, ending)
            if record.kind == "mount":
                self._base[record.at, record.view] = {}
            elif record.kind == "base":
                self._take(record)
            elif record.kind == "fetch":
                begun[record.at, record.message] = record
            else:
                ending.append(record)
        yield from self._ended(begun, ending)
        for fetch in begun.values():
            yield self._request(fetch, None)

    def _take(self, record: Record) -> None:
        rows = self._base.setdefault((record.at, record.view), {})
        if (record.data or {}).get("fields") is None:
            rows.pop(record.entity, None)
        else:
            rows[record.entity] = record

    def _ended(
        self, begun: dict[tuple[str, str], Record], ending: list[Record]
    ) -> Iterator[Request]:
        for end in ending:
            fetch = begun.pop((end.at, end.message), None)
            if fetch is not None:
                yield self._request(fetch, end)
        ending.clear()

    def _request(self, fetch: Record, end: Record | None) -> Request:
        is_ok = end is not None and end.kind == "fetched"
        reason = (end.data or {}).get("reason", "") if end is not None else ""
        return Request(
            client=fetch.at,
            begin=fetch,
            end=end,
            outcome="ok" if is_ok else "info" if end is None else "fail",
            reason=str(reason or ""),
            lsn=end.lsn if end is not None and is_ok else -1,
            what=fetch.view,
            reads=tuple(self._rows(end)) if end is not None and is_ok else (),
        )

    def _rows(self, fetched: Record) -> Iterator[Read]:
        for entity, row in sorted(self._base.get((fetched.at, fetched.view), {}).items()):
            is_newer = 0 <= fetched.lsn < row.lsn
            if row.version >= 0 and not is_newer:
                versions = self._lists.get(entity, [])
                held = tuple(name for version, name in versions if version <= row.version)
                yield Read(entity, row.version, held)


def _belongs(record: Record, fetched: Record) -> bool:
    """Whether a record was written in the same breath as the end of a fetch."""
    return (record.time_us, record.at, record.cause) == (
        fetched.time_us,
        fetched.at,
        fetched.cause,
    )
