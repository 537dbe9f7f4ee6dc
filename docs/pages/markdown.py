"""The little Markdown that the pages share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

GENERATED = "<!-- Written by docs/generate.py from tables of the code. -->\n"


def table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table; a bar in a cell does not end it, and `<` begins no tag."""
    heads = list(titles)
    cells = ([cell.replace("|", "\\|").replace("<", "\\<") for cell in row] for row in rows)
    lines = [heads, ["---"] * len(heads), *cells]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def code(names: Iterable[object]) -> str:
    """Return names as code, separated by commas."""
    return ", ".join(f"`{name}`" for name in names)


def said(meanings: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Return rows of a table: each name as code, and what it means."""
    return ((f"`{name}`", meaning) for name, meaning in meanings.items())
