"""DURABLE: what a person was told is done survives a crash of the backend."""

from __future__ import annotations

from typing import NamedTuple

from syncsim.checks.evidence import Evidence, Intent, row_name, seconds, words
from syncsim.checks.prose import chose
from syncsim.checks.tally import Tally
from syncsim.checks.verdict import Check, Finding, Story
from syncsim.history import Record

CRASHES = ("crash", "restart")
"""Faults at the backend that put its memory to the test."""


class _Acknowledged(NamedTuple):
    """A commit that its person was told of."""

    intent: Intent
    commit: Record
    outcome: Record


def judge(evidence: Evidence) -> Finding:
    """Hold every commit that a person was told of against what each crash had kept."""
    tally = Tally(
        check="DURABLE",
        missing="the backend never crashed after a person had been told that a change was done",
        held="every change that a person had been told was done survived every crash",
    )
    crashes = [
        record
        for record in evidence.of("rewind", "fault")
        if record.kind == "rewind"
        or (record.at == "backend" and (record.data or {}).get("verb") in CRASHES)
    ]
    known = _acknowledged(evidence) if crashes else []
    for each in known:
        after = [crash for crash in crashes if crash.seq > each.commit.seq]
        if after:
            tally.meet(each.outcome.at, each.commit.seq)
        for crash in after:
            if crash.kind == "rewind" and each.commit.lsn > crash.lsn:
                tally.stories.append(_story(evidence, each, crash))
                break
    return tally.finding()


def _acknowledged(evidence: Evidence) -> list[_Acknowledged]:
    """Return the commits that the asking person was told of, in order of the commits.

    An outcome that names its commit speaks of that one. Otherwise it speaks of the intent's last
    commit of each row before it: a request sent again after a crash has two.
    """
    found: list[_Acknowledged] = []
    for intent in evidence.intents.values():
        outcome = intent.outcome
        if outcome is None:
            continue
        data = outcome.data or {}
        items = data.get("items") or {}
        last: dict[str, Record] = {}
        for commit in intent.commits:
            told = items.get(commit.entity, data.get("result"))
            if told == "ok" and commit.seq < outcome.seq and outcome.lsn in (-1, commit.lsn):
                last[commit.entity] = commit
        found += [_Acknowledged(intent, commit, outcome) for commit in last.values()]
    return sorted(found, key=lambda each: each.commit.seq)


def _story(evidence: Evidence, lost: _Acknowledged, rewind: Record) -> Story:
    intent, commit, outcome = lost
    row = row_name(commit.entity)
    after = next(
        (
            record
            for record in evidence.of("commit")
            if record.seq > rewind.seq and record.entity == commit.entity
        ),
        None,
    )
    back = ""
    if after is not None:
        made = (commit.data or {}).get("fields")
        fields = words((after.data or {}).get("fields"), than=made)
        back = (
            f" From {seconds(after.time_us)} on the backend held for it, as version"
            f" {after.version}: {fields}."
        )
    return Story(
        text=(
            f"{chose(intent)}. The backend committed it on {row} at {seconds(commit.time_us)}, as"
            f" commit {commit.lsn}, and {outcome.at} was told ok at {seconds(outcome.time_us)}. At"
            f" {seconds(rewind.time_us)} the backend came back from a crash and had kept commits"
            f" up to {rewind.lsn} only, so that the change was gone.{back}"
        ),
        records=tuple(
            sorted(
                (
                    intent.asked.seq, commit.seq, outcome.seq, rewind.seq,
                    *((after.seq,) if after else ()),
                )
            )
        ),
        at_us=rewind.time_us,
        client=outcome.at,
        entity=commit.entity,
    )  # fmt: skip


CHECK = Check(
    name="DURABLE",
    statement="A change that its person was told is done is never lost in a crash of the backend.",
    source=(
        "Durability of T. Haerder and A. Reuter, Principles of Transaction-Oriented Database"
        " Recovery, ACM Computing Surveys 1983; the person's ok is the end of transaction."
    ),
    needs=(
        "intent, outcome and commit records that share the intent's id, the lsn of every commit,"
        " and rewind records or faults at the backend."
    ),
    proves_not=(
        "It believes the record: a crash without a rewind record counts as one that lost nothing."
        " Changes that nobody had been told of may be lost, and an answer that comes after the"
        " crash counts like one before it."
    ),
    judge=judge,
)
