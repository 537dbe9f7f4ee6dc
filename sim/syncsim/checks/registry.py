"""Every check by name, in the order in which people read them.

The command line, the reference pages and the judge all dispatch on this table.
"""

from __future__ import annotations

from syncsim.checks import (
    audit,
    batch,
    causal,
    conv,
    cost,
    done,
    durable,
    gap,
    honest,
    inval,
    legal,
    mono,
    noflap,
    once,
    order,
    over,
    realtime,
    roll,
    ryw,
    wfr,
    xview,
)
from syncsim.checks.verdict import Check

CHECKS: dict[str, Check] = {
    module.CHECK.name: module.CHECK
    for module in (
        conv, inval, gap, roll, ryw, mono, order, wfr, causal, noflap, once, over, xview, legal,
        batch, realtime, honest, audit, durable, done, cost,
    )
}  # fmt: skip
