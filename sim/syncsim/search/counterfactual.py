"""Runs a scenario again without each refused intent, to see that it left no trace."""

from __future__ import annotations

from dataclasses import replace

from syncsim.checks.counterfactual import came_to_nothing, compare, conclude_all
from syncsim.checks.damage import damage
from syncsim.checks.evidence import Evidence
from syncsim.checks.verdict import Finding, Status
from syncsim.history import History
from syncsim.scenario.scenario import Scenario
from syncsim.search.trial import Trial
from syncsim.world import run

RUNS_MAX = 20
"""Runs for one answer; what the first twenty refusals do not show, more would hardly."""


def roll_without(scenario: Scenario, history: History, *, allow_commands: bool = False) -> Finding:
    """Return what leaving out each refused intent of a run shows; see `checks.counterfactual`."""
    if damage(history):
        return conclude_all([], 0)
    evidence = Evidence(history)
    refused = came_to_nothing(evidence)
    compared = []
    for intent in refused[:RUNS_MAX]:
        less = replace(scenario, omit=scenario.omit | {intent.id})
        compared.append(compare(evidence, run(less, allow_commands=allow_commands), intent))
    return conclude_all(compared, len(refused))


def with_counterfactual(done: Trial, *, allow_commands: bool = False) -> Trial:
    """Return a trial whose verdict also holds the finding of its counterfactual runs."""
    found = roll_without(done.scenario, done.history, allow_commands=allow_commands)
    findings = (*done.verdict.findings, found)
    status = Status.worst(each.status for each in (*findings, *done.verdict.sometimes))
    return replace(done, verdict=replace(done.verdict, status=status, findings=findings))
