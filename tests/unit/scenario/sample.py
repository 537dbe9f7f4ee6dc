"""A scenario file with everything in it, and ways to spoil it."""

from __future__ import annotations

import pytest

from syncsim import scenario
from syncsim.errors import InputError, Problem

SAMPLE = """\
syncsim: 1
title: A little of everything
about: >
  One of each kind of entry.

  In two paragraphs.
seed: 7
design: enhanced
network: office
clients:
  op-1: {role: operator, shows: [pending, active]}
  op-2: {role: operator, user: ann}
  th-1: {role: therapist}
  dr-1: {role: driver, shows: [my-trips]}
rows:
  payment:
    P-A10: {requested: true}
  appointment:
    A10: {status: awaiting_payment, therapist: th-1}
    A1: {therapist: th-1, driver: dr-1}
    A2..A9: {therapist: [th-1, th-2], overdue_at: 1.5s}
steps:
  - {at: 1s, who: op-1, do: accept, on: A1}
  - {at: 2s, who: th-1, do: reject_booking, on: A2, with: {reason: "ill, sorry"}, id: ill}
  - {at: 3s, who: op-1, do: show, views: [rejections]}
  - {at: 3s, who: op-1, do: open, on: A1}
  - {at: 4s, who: op-1, do: close}
  - {at: 5s, who: op-1, do: deny_rejection, on: rejection-ill}
  - {at: 5s, who: op-2, do: refresh}
  - {at: 6s, who: op-2, do: auto_cancel_overdue}
  - {at: 6s, who: op-2, do: verify_payment, on: P-A10}
load:
  - {who: [op-1, op-2], every: 2s, from: 1s, until: 60s, actions: [accept], switch_every: 10s}
  - {who: [th-1], every: 5s, until: 50s, with: {reason: [ill, late]}}
faults:
  - {at: 5s, do: partition, on: dr-1}
  - {at: 6s, do: delay, on: op-1, by: 800ms, for: 5s}
  - {at: 6s, do: lose, on: op-1, leg: response, for: 2s}
  - {at: 8s, do: restart, on: backend, for: 2s}
  - {at: 9s, do: drop, on: op-1}
  - {at: 9s, do: heal, on: dr-1}
bounds: {settle: 30s}
checks: [CONV, INVAL]
sometimes: [refusal]
omit: [op-1.2, load.1/op-1/3, fault.5]
properties:
  - p99 staleness of therapist views  < 800ms
  - always feedback of client op-2 <= 2s
  - after restart eventually coherent of view active within 5s
"""


def spoiled(old: str, new: str) -> str:
    """Return the sample with one piece of it replaced."""
    assert SAMPLE.count(old) == 1, f"{old!r} must stand in the sample once"
    return SAMPLE.replace(old, new)


def problems_of(text: str) -> tuple[Problem, ...]:
    """Return what is said about a text that must not load."""
    with pytest.raises(InputError) as caught:
        scenario.loads(text, place="file.yaml")
    return caught.value.problems
