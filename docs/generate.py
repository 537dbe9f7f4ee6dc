"""Writes the reference pages from the tables that the code dispatches on.

    python docs/generate.py [FOLDER]

Makes `docs/reference/*.md` and the schemas of histories and of the lockstep protocol in the
repository, or under another folder. What the tables do not hold, such as the meaning of a
record's fields, stands as text in `docs/pages/`; a name that is missing there stops the script.
A test compares what it writes with what is committed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pages import checks, cli, designs, exports, history, outside, scenario

from syncsim.bridge.schema import lockstep_schema

ROOT = Path(__file__).resolve().parents[1]


def pages() -> dict[str, str]:
    """Return the text of every generated file, by its path in the repository."""
    return {
        "docs/reference/history.md": history.page(),
        "docs/reference/checks.md": checks.page(),
        "docs/reference/designs.md": designs.page(),
        "docs/reference/scenario.md": scenario.page(),
        "docs/reference/cli.md": cli.page(),
        "docs/reference/exports.md": exports.page(),
        "docs/reference/outside.md": outside.page(),
        "scenarios/schema/history.schema.json": json.dumps(history.schema(), indent=2) + "\n",
        "scenarios/schema/lockstep.schema.json": json.dumps(lockstep_schema(), indent=2) + "\n",
    }


def main(root: Path) -> None:
    """Write every generated file under a folder."""
    for name, text in pages().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
