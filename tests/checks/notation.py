"""Histories in a line, so that a test case can be read at a glance.

A line is tokens with spaces between them. Nearly every token is one record, in the order of
the line; the rest is filled in from what the line has said before. For example, operator op-1
accepts A1, sees it at once, and sees it confirmed:

    A1 @100 op-1?i1:accept(A1) op-1+i1:A1.1{status=accepted} op-1:pending=A1.1{status=accepted}+i1
    @150 +A1{status=accepted}/i1 $i1 @200 op-1!i1=ok op-1-i1:A1=response op-1:pending=A1.2 end

Time, rows and phases:

    @120                          the time is 120 ms from here on
    A1   A1.3{status=done}        row      the backend starts with it (version 1 and defaults)
    safety   settle   end         phase

A person at a client:

    op-1?i1:accept(A1)            intent   op-1 asks to accept A1; a batch names more rows
    op-1!i1=ok                    outcome  with the version and lsn of i1's commit
    op-1!i1=refused:conflict      outcome  with a reason
    op-1!i1=ok(A1=ok,A2=refused)  outcome  of a batch, with what is shown for its items

The backend:

    +A1{status=accepted}/i1       commit   the changed fields, for i1; A1.7 to force a version
    +A1{status=done}&P1{status=paid}/i1    two commit records of one transaction
    +A1{overdue=true}/:mark_overdue        by the backend's own clock
    -A1/i1:conflict               refuse   -/i1:forbidden refuses a batch as a whole
    $i1                           audit    the entry for i1's last commit; $ for the last commit

A screen, where the version is that of the confirmed row under it:

    op-1:pending=A1.2             paint    row as committed in that version
    op-1:pending=A1.1{status=accepted}+i1  paint of version 1 with the pending i1 over it
    op-1:pending-A1   -A1.2   -A1.1+i1     paint of no such row, at a version, with overlays
    op-1:pending<A1.2             base     the server told op-1; op-1:pending<-A1 for no such row
    op-1+i1:A1.1{status=accepted} overlay  over version 1; op-1+i1:A1.1- removes the row
    op-1-i1:A1=rollback           unlay    with its reason

Everything else is `place.kind(arguments)`, in the order of `ARGUMENTS` or as `name=value`:

    op-1.mount(pending)   op-1.mount(one/A1)   op-1.fetch(pending,f1,mount)
    op-1.fetched(pending,f1,3,fresh=false)     op-1.lose(backend,e1,event,away)
    op-1.open(2)   op-1.deaf(2)   op-1.fault(partition)   op-1.heal(partition)
    backend.publish(A1,2)   backend.rewind(3)

Any token may end in `[name=value,...]`, which overrides fields of the record or entries of its
data, and in `^` or `^3`: the record before, or three before, is its cause.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from syncsim.checks.evidence import Evidence
from syncsim.checks.verdict import Check, Finding
from syncsim.history import History, Record
from syncsim.history.record import FIELDS
from syncsim.history.vocabulary import CHECK_NAMES

DOMAIN: dict[str, Any] = {
    "name": "tiny",
    "transitions": {
        "appointment": {
            "status": [
                ["pending", "accepted"],
                ["accepted", "done"],
                ["pending", "cancelled"],
                ["accepted", "cancelled"],
            ],
            "overdue": [[False, True]],
        },
        "payment": {"status": [["unpaid", "paid"]]},
    },
    "actions": {
        "accept": {"roles": ["operator"], "batch": False},
        "cancel": {"roles": ["operator"], "batch": True},
        "pay": {"roles": ["operator"], "batch": False},
        "finish": {"roles": ["therapist"], "batch": False},
        "mark_overdue": {"roles": ["system"], "batch": False},
    },
    "queries": {
        "pending": {"entity": "appointment", "where": [["status", "is", "pending"]]},
        "accepted": {"entity": "appointment", "where": [["status", "is", "accepted"]]},
        "one": {"entity": "appointment", "where": [["id", "is", "$id"]]},
        "payments": {"entity": "payment", "where": [["status", "is", "unpaid"]]},
    },
    "projections": {
        "operator/appointment": ["id", "status", "overdue"],
        "operator/payment": ["id", "status"],
        "therapist/appointment": ["id", "status"],
    },
}

HEADER: dict[str, Any] = {
    "scenario": "notation",
    "title": "A line of notation",
    "seed": 1,
    "design": {"name": "written"},
    "network": {"name": "none"},
    "clients": {
        "op-1": {"role": "operator", "user": "olga"},
        "op-2": {"role": "operator", "user": "omar"},
        "th-1": {"role": "therapist", "user": "tess"},
    },
    "domain": DOMAIN,
    "bounds": {"settle_us": 60_000_000, "paint_us": 50_000},
    "checks": list(CHECK_NAMES),
    "sometimes": [],
}

TYPES = {"A": "appointment", "P": "payment"}

DEFAULTS: dict[str, dict[str, Any]] = {
    "appointment": {"status": "pending", "overdue": False},
    "payment": {"status": "unpaid"},
}

ARGUMENTS: dict[str, tuple[str, ...]] = {
    "mount": ("view",),
    "ready": ("view",),
    "unmount": ("view",),
    "fetch": ("view", "message", "trigger", "generation"),
    "fetched": ("view", "message", "lsn", "fresh"),
    "fetch_failed": ("view", "message", "reason"),
    "fetch_cancelled": ("view", "message", "reason"),
    "invalidate": ("view", "reason"),
    "freshen": ("view", "reason"),
    "event": ("entity", "version", "lsn", "action"),
    "forget": ("intent",),
    "arm": ("trigger",),
    "disarm": ("trigger",),
    "publish": ("entity", "version", "to"),
    "send": ("peer", "message", "what"),
    "receive": ("peer", "message"),
    "lose": ("peer", "message", "what", "reason"),
    "open": ("epoch",),
    "deaf": ("epoch",),
    "rewind": ("lsn",),
    "close": ("epoch", "reason"),
    "broke": ("code", "place", "expected", "found", "hint"),
    "fault": ("verb", "until_us"),
    "heal": ("verb",),
}


def history(line: str, **header: Any) -> History:
    """Return the history that a line describes; keywords replace entries of the header.

    Raises:
        ValueError: with the token that is no notation, or that contradicts the line so far.
    """
    writer = _Writer(HEADER | header)
    for token in line.split():
        writer.write(token)
    return writer.history


def finding(check: Check, line: str, **header: Any) -> Finding:
    """Return what one check finds in the history that a line describes."""
    return check.judge(Evidence(history(line, **header)))


def rebuilt(original: History, records: list[Record]) -> History:
    """Return a history of these records, renumbered; a cause that is gone becomes none."""
    copy = History(original.header)
    place = {record.seq: seq for seq, record in enumerate(records)}
    for record in records:
        cause = place.get(record.cause, -1)
        fields = {name: getattr(record, name) for name in FIELDS if name != "seq"}
        copy.append(**fields | {"cause": cause if cause < len(copy) else -1})
    return copy


class _Row(NamedTuple):
    """One row as a token writes it: `A1.2{status=accepted}`."""

    entity: str
    version: int
    fields: dict[str, Any] | None


_NAME = r"[a-z]\w*"
_ID = r"[A-Z]\d+"
_CLIENT = r"(?P<at>[a-z]+-\d+)"
_INTENT = rf"(?P<intent>{_NAME})"
_VIEW = rf"(?P<view>[a-z]+(?:/{_ID})?)"
_ROW = rf"{_ID}(?:\.\d+)?(?:\{{[^}}]*\}})?"
_SHOWN = rf"(?P<row>{_ROW})"
_REASON = r"(?::(?P<reason>[\w-]+))?"
_ITEMS = r"(?:\((?P<items>[^)]*)\))?"
_OVERLAYS = rf"(?P<overlays>(?:\+{_NAME})*)"
_PLACE = r"(?P<place>backend|[a-z]+-\d+)"
_SUFFIX = re.compile(r"(?P<body>.*?)(?:\[(?P<changes>[^\]]*)\])?(?:\^(?P<back>\d*))?")


class _Writer:
    """Writes tokens into a history and remembers what later tokens refer to."""

    def __init__(self, header: dict[str, Any]) -> None:
        self.history = History(header)
        self._now_us = 0
        self._lsn = 0
        self._cause = -1
        self._changes: dict[str, Any] = {}
        self._rows: dict[str, _Row] = {}
        self._versions: dict[tuple[str, int], dict[str, Any]] = {}
        self._asked: dict[str, Record] = {}
        self._commits: list[Record] = []

    def write(self, token: str) -> None:
        """Write one token."""
        suffix = _SUFFIX.fullmatch(token)
        assert suffix is not None, token
        self._changes = _pairs(suffix["changes"] or "")
        back = suffix["back"]
        self._cause = -1 if back is None else len(self.history) - int(back or 1)
        for pattern, method in _TOKENS:
            match = pattern.fullmatch(suffix["body"])
            if match:
                try:
                    method(self, match)
                except (KeyError, IndexError, StopIteration) as error:
                    message = f"{token!r} does not fit what the line has said: {error!r}"
                    raise ValueError(message) from error
                return
        message = f"{token!r} is no notation"
        raise ValueError(message)

    def _append(self, kind: str, data: dict[str, Any] | None = None, **fields: Any) -> Record:
        data = dict(data or {})
        for name, value in self._changes.items():
            (fields if name in FIELDS else data)[name] = value
        seq = self.history.append(
            self._now_us, kind, cause=self._cause, data=data or None, **fields
        )
        return self.history[seq]

    def time(self, match: re.Match[str]) -> None:
        now_us = int(match["ms"]) * 1000
        if now_us < self._now_us:
            message = f"{match[0]!r} goes back in time"
            raise ValueError(message)
        self._now_us = now_us

    def phase(self, match: re.Match[str]) -> None:
        self._append("phase", {"phase": match[0]})

    def row(self, match: re.Match[str]) -> None:
        row = _row(match[0])
        kind, _, name = row.entity.partition("/")
        fields = {"id": name, **DEFAULTS[kind], **(row.fields or {})}
        version = max(row.version, 1)
        self._lsn += 1
        self._keep(row.entity, version, fields)
        self._append(
            "row", {"fields": fields}, at="backend", entity=row.entity, version=version,
            lsn=self._lsn,
        )  # fmt: skip

    def intent(self, match: re.Match[str]) -> None:
        entities = [_entity(name) for name in match["rows"].split(",") if name]
        action = self.history.header["domain"]["actions"].get(match["action"], {})
        target = "" if action.get("batch") or len(entities) != 1 else entities[0]
        data: dict[str, Any] = {"action": match["action"], "entities": entities, "args": {}}
        self._asked[match["intent"]] = self._append(
            "intent", data, at=match["at"], intent=match["intent"], entity=target
        )

    def outcome(self, match: re.Match[str]) -> None:
        asked = self._asked[match["intent"]]
        data: dict[str, Any] = {"result": match["result"]}
        if match["reason"]:
            data["reason"] = match["reason"]
        if match["items"] is not None:
            data["items"] = {_entity(k): v for k, v in _pairs(match["items"]).items()}
        mine = [c for c in self._commits if c.intent == asked.intent and c.entity == asked.entity]
        known = mine[-1] if mine and match["result"] == "ok" else None
        version, lsn = (known.version, known.lsn) if known else (-1, -1)
        self._append(
            "outcome", data, at=match["at"], intent=asked.intent, entity=asked.entity,
            version=version, lsn=lsn,
        )  # fmt: skip

    def commit(self, match: re.Match[str]) -> None:
        peer, who = self._asker(match)
        self._lsn += 1
        for text in match["rows"].split("&"):
            row = _row(text)
            before = self._rows.get(row.entity, _Row(row.entity, 0, None))
            version = row.version if row.version >= 0 else before.version + 1
            start = before.fields or {"id": row.entity.partition("/")[2]}
            fields = {**start, **(row.fields or {})}
            self._keep(row.entity, version, fields)
            record = self._append(
                "commit", {**who, "fields": fields}, at="backend", peer=peer,
                intent=match["intent"] or "", entity=row.entity, version=version, lsn=self._lsn,
            )  # fmt: skip
            self._commits.append(record)

    def refuse(self, match: re.Match[str]) -> None:
        peer, who = self._asker(match)
        row = self._rows[_entity(match["id"])] if match["id"] else _Row("", -1, None)
        self._append(
            "refuse", {**who, "reason": match["reason"]}, at="backend", peer=peer,
            intent=match["intent"], entity=row.entity, version=row.version,
        )  # fmt: skip

    def audit(self, match: re.Match[str]) -> None:
        commit = [c for c in self._commits if match["intent"] in (None, c.intent)][-1]
        data = {name: value for name, value in (commit.data or {}).items() if name != "fields"}
        self._append(
            "audit", data, at="backend", peer=commit.peer, intent=commit.intent,
            entity=commit.entity, version=commit.version, lsn=commit.lsn,
        )  # fmt: skip

    def paint(self, match: re.Match[str]) -> None:
        row, fields = self._shown(match)
        overlays = [name for name in match["overlays"].split("+") if name]
        self._append(
            "paint", {"fields": fields, "overlays": overlays}, at=match["at"], view=match["view"],
            entity=row.entity, version=row.version,
        )  # fmt: skip

    def base(self, match: re.Match[str]) -> None:
        row, fields = self._shown(match)
        self._append(
            "base", {"fields": fields}, at=match["at"], view=match["view"], entity=row.entity,
            version=row.version,
        )  # fmt: skip

    def overlay(self, match: re.Match[str]) -> None:
        row = _row(match["row"])
        data: dict[str, Any] = {"fields": None if match["gone"] else row.fields, "views": []}
        self._append(
            "overlay", data, at=match["at"], intent=match["intent"], entity=row.entity,
            version=row.version,
        )  # fmt: skip

    def unlay(self, match: re.Match[str]) -> None:
        self._append(
            "unlay", {"reason": match["reason"]}, at=match["at"], intent=match["intent"],
            entity=_entity(match["id"]),
        )  # fmt: skip

    def other(self, match: re.Match[str]) -> None:
        """Write a record of any kind from its arguments."""
        names = iter(ARGUMENTS[match["kind"]])
        fields: dict[str, Any] = {}
        data: dict[str, Any] = {"fresh": True} if match["kind"] == "fetched" else {}
        for argument in filter(None, match["arguments"].split(",")):
            name, given, value = argument.rpartition("=")
            name = name if given else next(names)
            (fields if name in FIELDS else data)[name] = _value(value)
        if "entity" in fields:
            fields["entity"] = _entity(fields["entity"])
        if match["kind"] == "mount":
            query, _, row_id = fields["view"].partition("/")
            data = {"query": None if query == "slice" else query, "id": row_id}
        self._append(match["kind"], data, at=match["place"], **fields)

    def _keep(self, entity: str, version: int, fields: dict[str, Any]) -> None:
        self._rows[entity] = _Row(entity, version, fields)
        self._versions[entity, version] = fields

    def _asker(self, match: re.Match[str]) -> tuple[str, dict[str, Any]]:
        """Return who asked for a commit or refusal, and what the backend notes of it."""
        if not match["intent"]:
            return "", {"action": match["reason"], "role": "system", "user": ""}
        asked = self._asked[match["intent"]]
        client = self.history.header["clients"][asked.at]
        return asked.at, {"action": (asked.data or {})["action"], **client}

    def _shown(self, match: re.Match[str]) -> tuple[_Row, dict[str, Any] | None]:
        """Return a row as a view shows it, and its fields as the client's role may see them."""
        row = _row(match["row"])
        if match["sign"].endswith("-"):
            return row, None
        fields = {**self._versions[row.entity, row.version], **(row.fields or {})}
        role = self.history.header["clients"][match["at"]]["role"]
        kind = row.entity.partition("/")[0]
        seen = self.history.header["domain"]["projections"][f"{role}/{kind}"]
        return row, {name: fields.get(name) for name in seen}


def _entity(name: str) -> str:
    """Return the full name of a row: `A1` is `appointment/A1`."""
    return f"{TYPES[name[0]]}/{name}"


def _row(text: str) -> _Row:
    head, brace, inside = text.partition("{")
    name, _, version = head.partition(".")
    fields = _pairs(inside.removesuffix("}")) if brace else None
    return _Row(_entity(name), int(version or -1), fields)


def _pairs(text: str) -> dict[str, Any]:
    """Return `a=1,b=true` as a mapping."""
    pairs = (part.partition("=") for part in text.split(",") if part)
    return {name: _value(value) for name, _, value in pairs}


def _value(text: str) -> Any:
    words = {"true": True, "false": False, "null": None}
    if text in words:
        return words[text]
    return int(text) if text.removeprefix("-").isdigit() else text


_Method = Callable[[_Writer, re.Match[str]], None]

_TOKENS: tuple[tuple[re.Pattern[str], _Method], ...] = tuple(
    (re.compile(pattern), method)
    for pattern, method in (
        (r"@(?P<ms>\d+)", _Writer.time),
        (r"safety|settle|end", _Writer.phase),
        (_ROW, _Writer.row),
        (rf"{_CLIENT}\?{_INTENT}:(?P<action>{_NAME})\((?P<rows>[^)]*)\)", _Writer.intent),
        (rf"{_CLIENT}!{_INTENT}=(?P<result>[a-z]+){_REASON}{_ITEMS}", _Writer.outcome),
        (rf"\+(?P<rows>{_ROW}(?:&{_ROW})*)/(?:{_INTENT})?{_REASON}", _Writer.commit),
        (rf"-(?P<id>{_ID})?/{_INTENT}{_REASON}", _Writer.refuse),
        (rf"\$(?P<intent>{_NAME})?", _Writer.audit),
        (rf"{_CLIENT}:{_VIEW}(?P<sign>[=-]){_SHOWN}{_OVERLAYS}", _Writer.paint),
        (rf"{_CLIENT}:{_VIEW}(?P<sign><-?){_SHOWN}", _Writer.base),
        (rf"{_CLIENT}\+{_INTENT}:{_SHOWN}(?P<gone>-?)", _Writer.overlay),
        (rf"{_CLIENT}-{_INTENT}:(?P<id>{_ID})=(?P<reason>[a-z]+)", _Writer.unlay),
        (rf"{_PLACE}\.(?P<kind>[a-z_]+)\((?P<arguments>[^)]*)\)", _Writer.other),
    )
)
