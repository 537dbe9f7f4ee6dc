"""Reads entries of a file by their models, and remembers everything that is wrong with it.

No problem stops the reading: an entry that cannot be used is reported and left out, and the
rest is still looked at, so a person mends a file in one round.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from syncsim.errors import InputError, Problem, nearest, quoted
from syncsim.scenario.text import KeyPath, Mark, Tree
from syncsim.scenario.values import BadValueError

MAX_PROBLEMS = 200
"""Ten times what an error prints; a file with more is the wrong file."""
MAX_COMPARED = 1_000
"""Looking for the nearest of a hundred thousand rows would take seconds."""

M = TypeVar("M", bound=BaseModel)

_TYPES: Mapping[str, tuple[str, str]] = {
    "string_type": ("text", "put it in quotes if it is a name"),
    "int_type": ("a whole number", "write a whole number without quotes"),
    "bool_type": ("true or false", "write true or false without quotes"),
    "list_type": ("a list", "write a list, like [a, b]"),
    "dict_type": ("a mapping", "write a mapping, like {key: value}"),
    "model_type": ("a mapping", "write a mapping, like {key: value}"),
}
"""Per type of pydantic error about a type: what is expected, and the hint."""

_BOUNDS: Mapping[str, tuple[str, str]] = {
    "greater_than_equal": ("out-of-range", "a number of at least {ge}"),
    "less_than_equal": ("out-of-range", "a number of at most {le}"),
    "too_short": ("too-few", "at least {min_length} entry"),
    "too_long": ("too-many", "at most {max_length} entries"),
    "string_too_short": ("too-few", "a text that is not empty"),
}
"""Per type of pydantic error about a bound: our code, and what is expected."""


class Reader:
    """One file being read: its tree, and the problems found so far."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        # A dict, because the rows of one range have one place and the same problem.
        self._problems: dict[tuple[Mark, Problem], None] = dict.fromkeys(tree.problems)

    @property
    def count(self) -> int:
        """How many problems have been found so far."""
        return len(self._problems)

    def finish(self) -> None:
        """Raise everything that was found, in the order of the file, if anything was."""
        if self._problems:
            ordered = sorted(self._problems, key=lambda found: found[0])
            raise InputError(problem for _, problem in ordered)

    def report(
        self, path: KeyPath, *, code: str, expected: str, found: str, hint: str, key: bool = False
    ) -> None:
        """Note a problem at a value of the file, or at its key."""
        mark = self.tree.mark(path, key=key)
        place = self.tree.place(mark)
        problem = Problem(code=code, place=place, expected=expected, found=found, hint=hint)
        self._problems[mark, problem] = None
        if len(self._problems) >= MAX_PROBLEMS:
            self.finish()

    def absorb(self, path: KeyPath, error: InputError) -> None:
        """Note the problems of another file, which the value at `path` named."""
        mark = self.tree.mark(path)
        self._problems.update({(mark, problem): None for problem in error.problems})

    def bad_value(self, path: KeyPath, error: BadValueError, *, key: bool = False) -> None:
        """Note a value that cannot be used; it is the last part of the path if a key."""
        value = path[-1] if key else self.tree.at(path)
        self.report(
            path,
            code=error.code,
            expected=error.expected,
            found=shown(value),
            hint=error.hint,
            key=key,
        )

    def twice(self, path: KeyPath, name: str) -> None:
        """Note a name that stands in a list for a second time."""
        self.report(
            path,
            code="duplicate-id",
            expected="each name once",
            found=f"{quoted(name)} again",
            hint="remove it",
        )

    def known(
        self, path: KeyPath, what: str, name: str, valid: Collection[str], *, key: bool = False
    ) -> bool:
        """Tell whether a name is a valid one; note the nearest if it is not."""
        if name in valid:
            return True
        self.report(
            path,
            code=f"unknown-{what}",
            expected=f"the name of {with_article(what)}",
            found=quoted(name),
            hint=nearest(name, list(islice(valid, MAX_COMPARED))),
            key=key,
        )
        return False

    def entry(self, model: type[M], path: KeyPath) -> M | None:
        """Return the value at a path by its model, None if it cannot be used."""
        try:
            return model.model_validate(self.tree.at(path))
        except ValidationError as error:
            for details in error.errors(include_url=False):
                self._shape(model, path, details)
            return None

    def outline(self, model: type[M], fillers: Mapping[str, Any]) -> tuple[M, Collection[str]]:
        """Return the root of the file by its model, and the keys of it that are wrong.

        A wrong key is left out, and a filler stands in for one that there must be.
        """
        data = self.tree.data
        try:
            return model.model_validate(data), ()
        except ValidationError as error:
            errors = error.errors(include_url=False)
        for details in errors:
            self._shape(model, (), details)
        if not isinstance(data, dict):
            self.finish()
        wrong = dict.fromkeys(str(details["loc"][0]) for details in errors)
        kept = {key: value for key, value in data.items() if key not in wrong}
        return model.model_validate({**fillers, **kept}), wrong

    def _shape(self, model: type[BaseModel], path: KeyPath, details: ErrorDetails) -> None:
        """Note one problem that pydantic found below `path`."""
        below = details["loc"]
        kind = details["type"]
        context = details.get("ctx", {})
        is_key = below[-1:] == ("[key]",)
        where = (*path, *(below[:-1] if is_key else below))
        found = shown(details["input"])
        if kind == "missing":
            name = str(below[-1])
            self.report(
                where,
                code="missing-key",
                expected=f"the key '{name}'",
                found="nothing",
                hint=f"add `{name}: ...`",
            )
        elif kind == "extra_forbidden":
            keys = _keys(_model_at(model, below[:-1]))
            self.known(where, "key", str(below[-1]), keys, key=True)
        elif isinstance(context.get("error"), BadValueError):
            self.bad_value(where, context["error"], key=is_key)
        elif kind == "literal_error":
            names = re.findall(r"'([^']*)'", context["expected"])
            self.known(where, str(below[-1]), str(details["input"]), names)
        elif kind in _TYPES:
            expected, hint = _TYPES[kind]
            self.report(where, code="wrong-type", expected=expected, found=found, hint=hint)
        else:
            assert kind in _BOUNDS, kind
            code, expected = _BOUNDS[kind]
            expected = expected.format(**context)
            if isinstance(details["input"], dict | list):
                found = str(len(details["input"]))
            self.report(where, code=code, expected=expected, found=found, hint=f"give {expected}")


def shown(value: object) -> str:
    """Return a value of a file as a message shows it."""
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return quoted(str(value).lower() if isinstance(value, bool) else value)


def with_article(noun: str) -> str:
    """Return a noun with "a" or "an" before it."""
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _keys(model: type[BaseModel]) -> list[str]:
    """Return the keys that a file may use for a model."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: type[BaseModel], below: Sequence[int | str]) -> type[BaseModel]:
    """Return the model of the value that lies below one, keys being those of the file."""
    for part in below:
        for name, field in model.model_fields.items():
            inner = field.annotation
            if part == (field.alias or name) and isinstance(inner, type):
                assert issubclass(inner, BaseModel), inner
                model = inner
    return model
