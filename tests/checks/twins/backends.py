"""Small histories of a backend, its audit log and its crashes, and of what people were told."""

from __future__ import annotations

from typing import Any

from syncsim.history import Record
from tests.checks.notation import HEADER
from tests.checks.twins.histories import ROWS, Move, Writer

ACTIONS = ("accept", "cancel", "cancel", "finish")
VERBS = ("crash", "restart", "overload", "crash")


class Backends(Writer):
    """Carries moves out on a backend that keeps a log, with intents about one row or about two."""

    def __init__(self) -> None:
        super().__init__(HEADER)
        self._answered: dict[str, None] = {}

    def ask(self, move: Move, client: str, entity: str) -> Record:
        name = f"i{len(self._asked)}"
        action = "finish" if client == "th-1" else ACTIONS[move.three]
        entities = [*ROWS][: 1 + move.two % 2] if action == "cancel" else [entity]
        data = {"action": action, "entities": entities, "status": "done"}
        target = "" if action == "cancel" else entity
        asked = self._note("intent", at=client, intent=name, entity=target, data=data)
        self._asked.append(asked)
        return asked

    def decide(self, move: Move, client: str, entity: str) -> None:
        """Commit each row of an intent that was not decided yet, or refuse it."""
        asked = self._any_asked(move)
        if asked and asked.intent not in self._answered:
            self._decide(asked, move)

    def again(self, move: Move, client: str, entity: str) -> None:
        """Decide anew, as on a retry that nobody recognised."""
        asked = self._any_asked(move)
        if asked:
            self._decide(asked, move)

    def tell(self, move: Move, client: str, entity: str) -> None:
        """Show what the backend has decided, and nothing if it has not."""
        asked = self._any_asked(move)
        if asked and asked.intent in self._answered:
            self._tell(asked, move)

    def whole(self, move: Move, client: str, entity: str) -> None:
        """Ask, decide and tell, with nothing in between."""
        asked = self.ask(move, client, entity)
        self._decide(asked, move)
        self._tell(asked, move)

    def mistake(self, move: Move, client: str, entity: str) -> None:
        """Show any result, for any rows."""
        asked = self._any_asked(move)
        if asked:
            shown = ("ok", "refused", "ok", "unknown")[move.two]
            items = dict(zip(ROWS, ("ok", shown), strict=True)) if move.three else {}
            self._outcome(asked, shown, -1, -1, items)

    def alone(self, move: Move, client: str, entity: str) -> None:
        """Commit by the backend's own clock, or with somebody's or nobody's name."""
        data = {"action": "mark_overdue", "role": "system", "user": ""}
        if move.three == 0:
            data = {"action": "accept", **HEADER["clients"][client]}
        peer = client if move.three == 1 else "nobody" if move.two == 3 else ""
        self._commit_as("", peer, entity, data, is_logged=move.three != 2)

    def log(self, move: Move, client: str, entity: str) -> None:
        """Write any entry into the audit log."""
        data = {"action": ACTIONS[move.three], **HEADER["clients"][client]}
        lsn = max(self._lsn - move.two, 0)
        self._note("audit", at="backend", peer=client, intent="", lsn=lsn, data=data)

    def rewind(self, move: Move, client: str, entity: str) -> None:
        """Come back from a crash with some commits lost, and put the rows back."""
        self._note("rewind", at="backend", lsn=max(self._lsn - move.three, 0))
        data = {"action": "rewind", "role": "system", "user": ""}
        for each in ROWS[: move.two]:
            self._commit_as("", "", each, data, is_logged=False)

    def crash(self, move: Move, client: str, entity: str) -> None:
        at = "backend" if move.two else client
        self._note("fault", at=at, data={"verb": VERBS[move.three]})

    def _decide(self, asked: Record, move: Move) -> None:
        given = asked.data or {}
        who = {"action": given["action"], **HEADER["clients"][asked.at]}
        if move.three == 3:
            who |= {"role": "operator", "user": "olga"}
        self._answered[asked.intent] = None
        if move.one == 2 and move.two == 3:
            self._refuse(asked, "")
            return
        lsn = self._lsn
        for place, each in enumerate(given["entities"]):
            if (move.two + place) % 3 == 2:
                self._refuse(asked, each)
            else:
                # Two rows of one transaction share its commit.
                self._lsn -= self._lsn > lsn and move.one > 0
                self._commit_as(asked.intent, asked.at, each, who, is_logged=False)
        for record in list(self.history.of("commit")):
            if record.lsn > lsn and not self._is_logged(record.lsn):
                self._log(record)

    def _is_logged(self, lsn: int) -> bool:
        return any(record.lsn == lsn for record in self.history.of("audit"))

    def _log(self, commit: Record) -> None:
        data = {k: v for k, v in (commit.data or {}).items() if k != "fields"}
        self._note(
            "audit", at="backend", peer=commit.peer, intent=commit.intent, entity=commit.entity,
            version=commit.version, lsn=commit.lsn, data=data,
        )  # fmt: skip

    def _commit_as(
        self, intent: str, peer: str, entity: str, who: dict[str, Any], *, is_logged: bool
    ) -> None:
        held = self._held[entity]
        held.append("done")
        self._lsn += 1
        fields = {"id": entity.partition("/")[2], "status": "done", "overdue": False}
        commit = self._note(
            "commit", at="backend", peer=peer, intent=intent, entity=entity, version=len(held),
            lsn=self._lsn, data={**who, "fields": fields},
        )  # fmt: skip
        if is_logged:
            self._log(commit)

    def _refuse(self, asked: Record, entity: str) -> None:
        data = {"action": (asked.data or {})["action"], "reason": "conflict"}
        self._note(
            "refuse", at="backend", peer=asked.at, intent=asked.intent, entity=entity, data=data
        )

    def _tell(self, asked: Record, move: Move) -> None:
        """Show what the backend had last decided on each row of an intent."""
        answers = {}
        version = lsn = -1
        for record in self.history.of("commit", "refuse"):
            if record.intent == asked.intent:
                rows = [record.entity] if record.entity else (asked.data or {})["entities"]
                for each in rows:
                    if record.kind == "commit" or answers.get(each) != "ok":
                        answers[each] = "ok" if record.kind == "commit" else "refused"
                if record.kind == "commit" and asked.entity:
                    version, lsn = record.version, record.lsn
        is_batch = not asked.entity
        result = "ok" if "ok" in answers.values() or move.three == 3 else "refused"
        lsn = lsn if move.two else -1
        self._outcome(asked, result, version, lsn, answers if is_batch else {})

    def _outcome(
        self, asked: Record, result: str, version: int, lsn: int, items: dict[str, str]
    ) -> None:
        data: dict[str, Any] = {"result": result, **({"items": items} if items else {})}
        self._note(
            "outcome", at=asked.at, intent=asked.intent, entity=asked.entity, version=version,
            lsn=lsn, data=data,
        )  # fmt: skip
