"""ROLL by counterfactual: had a refused intent never been asked, the screens would be the same.

Two histories of one scenario and one seed are compared, the second without the intent. Draws are
named after what they decide, so the luck of everything else stays as it was. If the backend
committed the same in both, then what the settled views show must be the same, too; an intent that
came to nothing has left no trace. (What ROLL says at every paint from one record alone, this says
of the end, and without believing what a client notes of its overlays.)
"""

from __future__ import annotations

from typing import Any, NamedTuple

from syncsim.checks.damage import damage
from syncsim.checks.done import run_ended
from syncsim.checks.evidence import Evidence, Intent, row_name, seconds
from syncsim.checks.prose import chose
from syncsim.checks.screen_prose import differing
from syncsim.checks.verdict import Finding, Status, Story
from syncsim.history import Records
from syncsim.history.replay import SLICE, Replay, Screen

NAME = "ROLL-WITHOUT"
"""The name of the finding; it needs runs, so it is no check of a history."""


class Comparison(NamedTuple):
    """What came of leaving one intent out: the answer, why, and a story if it failed."""

    status: Status
    why: str
    stories: tuple[Story, ...] = ()


def came_to_nothing(evidence: Evidence) -> list[Intent]:
    """Return the intents that were refused as a whole after their request had left."""
    sent = evidence.history.intents_of("send")
    return [
        intent
        for intent in evidence.intents.values()
        if intent.result == "refused" and not intent.commits and intent.id in sent
    ]


def compare(evidence: Evidence, without: Records, intent: Intent) -> Comparison:
    """Hold the settled views of a run against those of the same run without an intent."""
    if any(damage(history) or not run_ended(history) for history in (evidence.history, without)):
        return Comparison(Status.UNKNOWN, "one of the two runs did not end")
    if _committed(evidence.history) != _committed(without):
        why = f"without {intent.id} other intents were committed, so the screens may differ"
        return Comparison(Status.UNKNOWN, why)
    with_it, without_it = _settled(evidence.history), _settled(without)
    if with_it.keys() != without_it.keys():
        why = f"without {intent.id} other views were on screen at the end"
        return Comparison(Status.UNKNOWN, why)
    stories = []
    for key, screen in with_it.items():
        other = without_it[key]
        for entity in {**screen.shown, **other.shown}:
            if _shown(screen, entity) == _shown(other, entity) or _owes_nothing(screen, entity):
                continue
            if _is_wrong(other, entity):
                why = f"without {intent.id} the view {screen.view} of {screen.client} was itself"
                return Comparison(Status.UNKNOWN, f"{why} not what the backend holds")
            stories.append(_story(intent, screen, other, entity, evidence.history.end_us))
    if stories:
        return Comparison(Status.FAIL, stories[0].text, tuple(stories))
    return Comparison(Status.PASS, "")


def conclude_all(compared: list[Comparison], refused: int) -> Finding:
    """Return the finding on a run from what came of leaving out each refused intent.

    `refused` is how many there were; a run with very many has only the first ones left out.
    """
    failed = [each for each in compared if each.status is Status.FAIL]
    unclear = [each for each in compared if each.status is Status.UNKNOWN]
    if failed:
        status, why = Status.FAIL, failed[0].why
    elif unclear:
        status = Status.UNKNOWN
        why = f"{len(unclear)} of {len(compared)} could not be compared: {unclear[0].why}"
    elif compared:
        of = f" of {refused}" if refused > len(compared) else ""
        status = Status.PASS
        why = f"leaving out each of {len(compared)}{of} refused intents left every screen as it was"
    else:
        status, why = Status.UNKNOWN, "no intent was refused, so there was none to leave out"
    stories = tuple(each.stories[0] for each in failed)
    return Finding(
        check=NAME, status=status, why=why, seen=len(compared), failures=len(failed),
        stories=stories[:5],
    )  # fmt: skip


def _committed(history: Records) -> list[tuple[str, str, int, dict[str, Any]]]:
    """Return what the backend took, in its order, times aside."""
    return [
        (record.intent, record.entity, record.version, (record.data or {}).get("fields", {}))
        for record in history.of("commit")
    ]


def _settled(history: Records) -> dict[tuple[str, str], Screen]:
    """Return the screens that were ready at the end, of clients that must converge."""
    owes = Evidence(history).owes
    replay = Replay(history.header)
    for record in history.of("row", "commit", "mount", "ready", "unmount", "paint"):
        replay.apply(record)
    return {
        key: screen
        for key, screen in replay.screens.items()
        if screen.ready and owes(screen.client)
    }


def _shown(screen: Screen, entity: str) -> dict[str, Any] | None:
    painted = screen.shown.get(entity)
    return painted.fields if painted else None


def _owes_nothing(screen: Screen, entity: str) -> bool:
    """Tell whether a row is one that only a slice store happens to have, or not to have.

    Such a store keeps the rows of any answer, and an intent less is an answer less.
    """
    return screen.query == SLICE and _shown(screen, entity) == screen.truth.get(entity)


def _is_wrong(screen: Screen, entity: str) -> bool:
    """Tell whether a settled view shows what the backend does not hold."""
    shown = _shown(screen, entity)
    owed = screen.query != SLICE or shown is not None
    return owed and shown != screen.truth.get(entity)


def _story(intent: Intent, screen: Screen, other: Screen, entity: str, end_us: int) -> Story:
    shown, due = _shown(screen, entity), _shown(other, entity)
    painted = screen.shown.get(entity)
    records = [intent.asked.seq, *(record.seq for record in intent.refusals)]
    ended = ""
    if intent.outcome is not None:
        records.append(intent.outcome.seq)
        ended = f"; it was refused at {seconds(intent.outcome.time_us)}"
    if painted:
        records.append(painted.seq)
    text = (
        f"{chose(intent)}{ended}. When the run ended at {seconds(end_us)}, {screen.client}'s view"
        f" {screen.view} showed for {row_name(entity)}: {differing(shown, due)}. In the same run"
        f" without that, with the same commits, it showed: {differing(due, shown)}."
    )
    return Story(
        text=text, records=tuple(sorted(set(records))), at_us=intent.asked.time_us,
        client=screen.client, entity=entity,
    )  # fmt: skip
