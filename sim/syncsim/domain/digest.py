"""A short name for the content of a view, so that two copies can be compared from afar."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from syncsim.domain.row import Row

DIGEST_BYTES = 8
"""Two of a million views agree by chance once in 37 million runs (the birthday bound)."""


def digest(rows: Iterable[Row]) -> str:
    """Return the hash of rows, whatever their order: of their versions and their fields."""
    content = sorted((row.entity, row.version, row.fields) for row in rows)
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=DIGEST_BYTES).hexdigest()
