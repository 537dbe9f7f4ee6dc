"""The reference page of histories of Jepsen and elle-cli."""

from __future__ import annotations

from pages.markdown import GENERATED, table
from syncsim.jepsen import KINDS, applying
from syncsim.jepsen.kinds import MEANINGS
from syncsim.jepsen.models import FORBIDS, IMPLIES

_INTRO = """\
# Histories of other testers

    syncsim check store/latest/history.edn
    syncsim check history.json --as rw-register --model snapshot-isolation

`syncsim check` reads the `history.edn` of Jepsen and the JSON of elle-cli: one event after the
other, with or without a bracket around them. It tells by itself what the history is, or `--as`
says so. Every mistake in a file is told with its line, and nothing is judged then.

A register is linearizable if some order of its operations explains them all; it is searched for
with bounds of steps, states and memory, and of time if you give `--seconds`. Over a bound the
answer is `unknown` and says which. Bounds of time depend on the machine; they never make a pass.

Transactions are asked for a model, the strictest if you name none. Each anomaly is told by its
name, with the transactions that show it; the models that it rules out are listed, and the
strongest that are left.
"""


def page() -> str:
    """Return the reference page of outside histories."""
    parts = [GENERATED, _INTRO, "## Kinds\n"]
    parts.append(table(("kind", "what is done"), ((f"`{k}`", MEANINGS[k]) for k in KINDS)))
    for kind in KINDS:
        parts.append(f"## What is asked of `{kind}`, and what is not\n")
        rows = (
            (entry.what, "yes" if entry.applies else "no", entry.why) for entry in applying(kind)
        )
        parts.append(table(("", "asked", "why"), rows))
    parts.append("## Models\n")
    models = (
        (f"`{model}`", ", ".join(FORBIDS[model]), ", ".join(IMPLIES[model])) for model in IMPLIES
    )
    parts.append(table(("model", "forbids", "and what these forbid"), models))
    return "\n".join(parts)
