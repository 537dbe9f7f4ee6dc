"""The reference page of the checks and of the situations."""

from __future__ import annotations

from pages.markdown import GENERATED, said, table
from syncsim.checks import CHECKS, Check
from syncsim.history.vocabulary import SOMETIMES

_INTRO = """\
# Checks

A check reads a history and answers `pass`, `fail` or `unknown`. It answers `unknown` if the
situation it is about never arose, if its evidence is missing, if the run did not end, or if the
check itself crashed. The verdict of a run is the worst answer: fail over unknown over pass.

A failure comes with a story of the records that matter. `syncsim show NAME` prints what is said
here.
"""

_SITUATIONS = """\
## Situations

A scenario can name situations under `sometimes`. One that never arose makes the verdict `unknown`,
so that a pass is never an empty one.
"""


def page() -> str:
    """Return the reference page of the checks and of the situations."""
    lines = ((f"[{name}](#{name.lower()})", check.statement) for name, check in CHECKS.items())
    return "\n".join(
        [
            GENERATED,
            _INTRO,
            table(("check", "states"), lines),
            *(_section(check) for check in CHECKS.values()),
            _SITUATIONS,
            table(("situation", "arose when"), said(SOMETIMES)),
        ]
    )


def _section(check: Check) -> str:
    return (
        f"## {check.name}\n\n{check.statement}\n\n"
        f"- **Source.** {check.source}\n"
        f"- **Needs.** {check.needs[0].upper()}{check.needs[1:]}\n"
        f"- **What a pass does not prove.** {check.proves_not}\n"
    )
