"""Histories of screens in the notation, where an overlay names the views it is applied to."""

from __future__ import annotations

from typing import Any

from syncsim.checks import Check, Evidence, Finding
from syncsim.history import History
from tests.checks import notation


def history(line: str, **header: Any) -> History:
    """Return the history of a line; `[views=pending+slice]` on an overlay lists its views."""
    written = notation.history(line, **header)
    records = [
        record._replace(data={**record.data, "views": record.data["views"].split("+")})
        if record.data and isinstance(record.data.get("views"), str)
        else record
        for record in written
    ]
    return notation.rebuilt(written, records)


def finding(check: Check, line: str, **header: Any) -> Finding:
    """Return what one check finds in the history of a line."""
    return check.judge(Evidence(history(line, **header)))


def intervals(found: Finding) -> list[int]:
    """Return when each told failure began, in milliseconds."""
    return [story.at_us // 1000 for story in found.stories]
