"""The reference page of the checks and of the situations."""

from __future__ import annotations

from pages.markdown import GENERATED, said, table
from syncsim.checks import CHECKS, Check
from syncsim.checks.verdict import CONFIRMED
from syncsim.history.property import FORMS, MAX_PROPERTIES, WORDS
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

_WITHOUT = """\
## ROLL-WITHOUT

No check of a history but of a scenario: `syncsim run SCENARIO --counterfactual` runs it again
without each refused intent, under the same seed. Luck is drawn by name, so everything else is as
lucky as it was. If the backend committed the same in both runs, the settled views must be equal;
if it did not, or if the view without the intent is itself not what the backend holds, the answer is
`unknown` with the reason.

- **What a pass does not prove.** Only the end of the run is compared, not the way there; and a run
  without the intent has fewer requests, so a mistake that both runs share does not show.
"""

_PROPERTIES = f"""\
## Properties

Under `properties` a scenario states what else must hold, one line each, at most {MAX_PROPERTIES}.
The words are fixed and nothing in a line is executed. A property is answered like a check: `fail`
with a story, and `unknown` where what it is about never arose or the end of the run hides the
answer.

```yaml
properties:
  - p99 staleness of therapist views < 800ms
  - always staleness of client op-1 <= 5s
  - p50 feedback < 100ms
  - after event-missed eventually coherent within 5s
  - never outcome-unknown
  - sometimes refusal
  - requests per commit < 12
```
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
            _WITHOUT,
            _SITUATIONS,
            table(("situation", "arose when"), said(SOMETIMES)),
            _PROPERTIES,
            table(("form", "says"), ((f"`{form}`", says) for form, says in FORMS.items())),
            table(("word", "stands for"), ((f"`{name}`", says) for name, says in WORDS.items())),
        ]
    )


def _section(check: Check) -> str:
    confirmed = f"- **On confirmed views.** {CONFIRMED}\n" if check.confirmed else ""
    return (
        f"## {check.name}\n\n{check.statement}\n\n"
        f"- **Source.** {check.source}\n"
        f"- **Needs.** {check.needs[0].upper()}{check.needs[1:]}\n"
        f"- **What a pass does not prove.** {check.proves_not}\n{confirmed}"
    )
