"""A Python file as the tidy rules read it: its text and its syntax tree."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One Python file; `path` is relative to the repository."""

    path: str
    text: str
    tree: ast.Module

    @classmethod
    def of(cls, text: str, path: str = "example.py") -> Source:
        """Return a source made from its text."""
        return cls(path=path, text=text, tree=ast.parse(text))

    def at(self, line: int, message: str) -> str:
        """Return a finding, in the form that editors make a link of."""
        return f"{self.path}:{line}: {message}"

    @property
    def functions(self) -> Iterator[Function]:
        """Yield every function, methods and inner ones included."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    @property
    def comments(self) -> Iterator[tuple[int, str]]:
        """Yield the line and the text of every comment."""
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


def sources(*folders: str) -> list[Source]:
    """Return the Python files under some folders or with some names, sorted by path."""
    paths: list[Path] = []
    for folder in folders:
        place = ROOT / folder
        paths.extend(place.rglob("*.py") if place.is_dir() else [place] * place.is_file())
    return [
        Source.of(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
        for path in sorted(paths)
    ]
