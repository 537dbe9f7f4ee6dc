"""Rules for the size of things, their docstrings, their asserts, and what is left lying about."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.tidy.source import Function, Source

MODULE_LINES_MAX = 500
FUNCTION_LINES_MAX = 60
COLUMNS_MAX = 100

ASSERTS_PER_THOUSAND_LINES = 10
LINES_WORTH_COUNTING = 100
"""A package shorter than this has too few lines for a share of them to mean anything."""

# Written in two halves, so that the rules do not find themselves.
LEFT_OVERS = re.compile(r"\b(TO" + "DO|FIX" + "ME|XX" + "X|NotImplemented" + r"Error)\b")
EXEMPTION = re.compile(r"\b(type: ignore|no" + "qa|pragma: no)")
DEFENDED = re.compile(r"(type: ignore\[[\w, -]+\]|no" + r"qa: [A-Z]+\d+|pragma: no \w+)\W+\w+ \w+")

REGISTRY_HOST = re.compile(
    r"https?://\S*(registry|pypi|pythonhosted|npmjs|debian)"
    r"|\b(py" + r"pi\.org|python" + r"hosted\.org|npm" + r"js\.(com|org)|deb" + r"ian\.org)\b",
    re.IGNORECASE,
)
MACHINE_PATH = re.compile(r"(?<![\w.~*])/(ho" + "me|ro" + "ot|wo" + "rk|tm" + "p)/")


def small(source: Source) -> Iterator[str]:
    """A module is at most 500 lines long and a function at most 60."""
    lines = len(source.text.splitlines())
    if lines > MODULE_LINES_MAX:
        yield source.at(lines, f"a module of {lines} lines; {MODULE_LINES_MAX} is the most")
    for function in source.functions:
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > FUNCTION_LINES_MAX:
            message = f"'{function.name}' has {length} lines; {FUNCTION_LINES_MAX} is the most"
            yield source.at(function.lineno, message)


def narrow(source: Source) -> Iterator[str]:
    """A line has at most 100 columns."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if len(line) > COLUMNS_MAX:
            yield source.at(number, f"{len(line)} columns; {COLUMNS_MAX} is the most")


def documented(source: Source) -> Iterator[str]:
    """Every public module, class, function and method has a docstring."""
    if not ast.get_docstring(source.tree) and source.tree.body:
        yield source.at(1, "the module has no docstring")
    yield from _undocumented(source, source.tree)


def _undocumented(source: Source, parent: ast.Module | ast.ClassDef) -> Iterator[str]:
    for node in parent.body:
        if not isinstance(node, ast.ClassDef | Function) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node) and not _documented_elsewhere(node):
            yield source.at(node.lineno, f"'{node.name}' has no docstring")
        if isinstance(node, ast.ClassDef):
            yield from _undocumented(source, node)


def _documented_elsewhere(node: ast.ClassDef | Function) -> bool:
    """Whether it is an overload, the setter of a property, or an override."""
    names = [ast.unparse(decorator).split(".")[-1] for decorator in node.decorator_list]
    return any(name in ("overload", "override", "setter") for name in names)


def finished(source: Source) -> Iterator[str]:
    """Nothing is left for later."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if left := LEFT_OVERS.search(line):
            yield source.at(number, f"{left[0]} is work that is not done")


def defended(source: Source) -> Iterator[str]:
    """An exemption names the rule that it is from and gives a reason, all in one comment."""
    for line, comment in source.comments:
        if EXEMPTION.search(comment) and not DEFENDED.search(comment):
            yield source.at(line, f"an exemption without a rule or a reason: '{comment}'")


def asserted(package: list[Source]) -> Iterator[str]:
    """A package of the running side states what it relies on, ten times per thousand lines."""
    lines = sum(len(source.text.splitlines()) for source in package)
    asserts = sum(
        isinstance(node, ast.Assert) for source in package for node in ast.walk(source.tree)
    )
    if lines > LINES_WORTH_COUNTING and asserts * 1000 < lines * ASSERTS_PER_THOUSAND_LINES:
        wanted = -(-lines * ASSERTS_PER_THOUSAND_LINES // 1000)
        yield f"{package[0].path}: {asserts} asserts in {lines} lines; {wanted} are wanted"


def anywhere(path: str, text: str) -> Iterator[str]:
    """A committed file names no host of a package registry and no folder of one machine."""
    for number, line in enumerate(text.splitlines(), start=1):
        if host := REGISTRY_HOST.search(line):
            yield f"{path}:{number}: '{host[0]}' is the host of a package registry"
        if place := MACHINE_PATH.search(line):
            yield f"{path}:{number}: '{place[0]}' is a folder of one machine"
