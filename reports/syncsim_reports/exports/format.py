"""What every export says of itself, and the two shapes of JSON that exports write."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from syncsim.history import History


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format that a history can be written in.

    `write` returns the whole file, the same bytes for the same history.
    """

    name: str
    suffix: str
    readers: str
    holds: str
    cannot_hold: str
    write: Callable[[History], bytes]
    is_text: bool = True


def compact(value: Any) -> str:
    """Return JSON on one line, its keys sorted, without floats that are no numbers."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def text(lines: list[str]) -> bytes:
    """Return lines as UTF-8, each with its line end."""
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


def one_line(words: str) -> str:
    """Return words without anything that would end a line or move a cursor."""
    return "".join(char if char.isprintable() else "?" for char in words)
