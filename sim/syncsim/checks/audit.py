"""AUDIT: each commit is accounted for, once, and was allowed."""

from __future__ import annotations

from typing import Any

from syncsim.checks.done import run_ended
from syncsim.checks.evidence import SYSTEM, Evidence, is_rewind, row_name, seconds
from syncsim.checks.verdict import Check, Finding, Story, conclude
from syncsim.history import Record


def judge(evidence: Evidence) -> Finding:
    """Put the audit log beside the commits, and the commits beside the rules."""
    commits: dict[int, list[Record]] = {}
    entries: dict[int, list[Record]] = {}
    for record in evidence.of("commit", "audit"):
        if is_rewind(record):
            continue
        of = commits if record.kind == "commit" else entries
        of.setdefault(record.lsn, []).append(record)
    # Of a design it is known whether there is a log; a recorder of an application may say nothing.
    has_log = bool(entries) or "design" in evidence.header
    ended = run_ended(evidence.history)
    stories: list[Story] = []
    for lsn, rows in commits.items():
        wrong = _forbidden(evidence, rows)
        if has_log and not wrong:
            wrong = _unaccounted(rows, entries.get(lsn, []), ended=ended)
        if wrong:
            stories.append(_story(wrong, rows, entries.get(lsn, [])))
    for lsn, logged in entries.items():
        if lsn not in commits:
            stories.append(_orphan(logged))
    return conclude(
        "AUDIT",
        seen=len(commits) if has_log else 0,
        stories=sorted(stories, key=lambda story: story.at_us),
        missing="nothing was committed" if has_log else "the history tells of no audit log",
        held="every commit was allowed and has its one entry in the audit log",
    )


def _forbidden(evidence: Evidence, rows: list[Record]) -> str:
    """Say which rule about roles a transaction broke, empty if none."""
    actions: dict[str, Any] = evidence.header["domain"]["actions"]
    for commit in rows:
        data = commit.data or {}
        name, role, user = data.get("action"), data.get("role"), data.get("user")
        roles = actions.get(name or "", {}).get("roles", [])
        if role not in roles:
            allowed = f"only {' or '.join(roles)} may" if roles else "nobody may"
            return f"in the role {role}, though {allowed} take this action"
        asked = evidence.intents.get(commit.intent)
        asker = commit.peer or (asked.asked.at if asked else "")
        if role == SYSTEM and not asker:
            continue
        if not asker:
            return f"in the role {role}, though no client asked for it"
        client = evidence.clients.get(asker)
        if client is None:
            return f"for {asker}, which is no client of this run"
        if (role, user) != (client["role"], client["user"]):
            return (
                f"for {user or 'nobody'} in the role {role}, though {asker} is used by"
                f" {client['user']} in the role {client['role']}"
            )
    return ""


def _unaccounted(rows: list[Record], logged: list[Record], *, ended: bool) -> str:
    """Say what is wrong with the audit entries of a transaction, empty if nothing is."""
    if len(logged) > 1:
        return f"and the audit log has {len(logged)} entries for it"
    if not logged:
        return "and the audit log has no entry for it" if ended else ""
    entry = logged[0]
    for commit in rows:
        if (entry.intent, *_who(entry)) != (commit.intent, *_who(commit)):
            action, role, user = _who(entry)
            return f"but the audit log says {_quoted(action)} by {user} in the role {role}"
    return ""


def _who(record: Record) -> tuple[Any, Any, Any]:
    data = record.data or {}
    return data.get("action"), data.get("role"), data.get("user")


def _quoted(action: Any) -> str:
    return f'"{str(action).replace("_", " ")}"'


def _story(wrong: str, rows: list[Record], logged: list[Record]) -> Story:
    commit = rows[0]
    changed = " and ".join(row_name(row.entity) for row in rows)
    return Story(
        text=(
            f"At {seconds(commit.time_us)} the backend committed {_quoted(_who(commit)[0])} on"
            f" {changed} as commit {commit.lsn} {wrong}."
        ),
        records=tuple(sorted(record.seq for record in (*rows, *logged))),
        at_us=commit.time_us,
        client=commit.peer,
        entity=commit.entity,
    )


def _orphan(logged: list[Record]) -> Story:
    entry = logged[0]
    action, role, user = _who(entry)
    return Story(
        text=(
            f"At {seconds(entry.time_us)} the audit log took an entry for {_quoted(action)} by"
            f" {user} in the role {role} as commit {entry.lsn}, but nothing was committed then."
        ),
        records=tuple(record.seq for record in logged),
        at_us=entry.time_us,
        client=entry.peer,
        entity=entry.entity,
    )


CHECK = Check(
    name="AUDIT",
    statement=(
        "Each commit has exactly one audit entry with its intent, action, role and user, and its"
        " role may take the action and is the role of the client that asked."
    ),
    source=(
        "R. Sandhu and P. Samarati, Authentication, Access Control, and Audit, ACM Computing"
        " Surveys 1996; the rules are the roles of each action in the header."
    ),
    needs="the header's clients and actions, and commit and audit records with lsn, role and user.",
    proves_not=(
        "It trusts the header's list of who uses which client. Refusals leave no entry and are not"
        " judged, and neither are conditions on the row, such as being the row's own therapist."
        " Going back after a crash is nobody's action and is for DURABLE."
    ),
    judge=judge,
)
