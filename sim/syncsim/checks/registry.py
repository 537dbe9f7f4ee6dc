"""Every check by name, in the order in which people read them.

The command line, the reference pages and the judge all dispatch on this table.
"""

from __future__ import annotations

from syncsim.checks import (
    audit,
    batch,
    conv,
    done,
    inval,
    legal,
    mono,
    once,
    over,
    roll,
    ryw,
    xview,
)
from syncsim.checks.verdict import Check

CHECKS: dict[str, Check] = {
    module.CHECK.name: module.CHECK
    for module in (
        conv, inval, roll, ryw, mono, once, over, xview, legal, batch, audit, done,
    )
}  # fmt: skip
