"""The scenarios, designs and networks that come with syncsim, by name.

They are data files in one folder: inside the installed package, or `scenarios/` of a
checkout. A name is the path under that folder without its ending, `seed/two-operators`.
Nothing here parses a file, so listing names costs no parser.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from syncsim import extensions
from syncsim.domain import BOOKING, Domain
from syncsim.errors import InputError, Problem, nearest, quoted, unknown_name

DOMAINS: dict[str, Domain] = {BOOKING.name: BOOKING}
"""The applications that come with syncsim; installed packages may add others."""

Kind = Literal["scenarios", "designs", "networks"]

SUFFIX = ".yaml"
_PACKAGE = Path(__file__).resolve().parents[1]
_NOT_SCENARIOS = ("designs", "networks", "schema")


def domain_names() -> tuple[str, ...]:
    """Return the names of the applications that a scenario can be about."""
    return tuple(dict.fromkeys((*DOMAINS, *extensions.names(extensions.DOMAINS))))


def domain_of(name: str) -> Domain:
    """Return the application of a name; what comes with syncsim is not replaced.

    Raises:
        InputError: if the package that adds it is broken.
    """
    if name in DOMAINS:
        return DOMAINS[name]
    domain: Domain = extensions.load(extensions.DOMAINS, name, Domain)
    return domain


def folder() -> Path:
    """Return the folder of the catalogue."""
    packaged = _PACKAGE / "_catalogue"
    return packaged if packaged.is_dir() else _PACKAGE.parents[1] / "scenarios"


def names(kind: Kind) -> tuple[str, ...]:
    """Return the names of everything of one kind, sorted."""
    root = folder()
    if kind != "scenarios":
        return tuple(sorted(path.stem for path in (root / kind).glob(f"*{SUFFIX}")))
    found = (path.relative_to(root) for path in root.rglob(f"*{SUFFIX}"))
    return tuple(
        sorted(
            path.with_suffix("").as_posix() for path in found if path.parts[0] not in _NOT_SCENARIOS
        )
    )


def find(kind: Kind, name: str, *, place: str = "") -> Path:
    """Return the file of a name.

    Args:
        kind: which part of the catalogue to look in.
        name: a name as `names(kind)` gives it; a path is not a name.
        place: where the name was written, for the message.

    Raises:
        InputError: if there is no such name; the hint is the nearest one.
    """
    valid = names(kind)
    if name not in valid:
        what = kind.removesuffix("s")
        raise InputError(
            unknown_name(what=what, name=name, valid=valid, place=place or f"the {what}")
        )
    root = folder() if kind == "scenarios" else folder() / kind
    return root / f"{name}{SUFFIX}"


def own_file(kind: Kind, source: str | Path) -> Path | None:
    """Return the file of a person's own that a name means, None if it is of the catalogue.

    Raises:
        InputError: if it is the path of a file that is not there.
    """
    if isinstance(source, str) and (source in names(kind) or not source.endswith(SUFFIX)):
        return None
    if _exists(source):
        return Path(source)
    raise InputError(
        Problem(
            code="missing-file",
            place=str(source),
            expected=f"the file of a {kind.removesuffix('s')}",
            found="nothing of that name",
            hint=nearest(Path(source).stem, names(kind)),
        )
    )


def stem(path: Path) -> str:
    """Return what a design or network in a file of one's own is called."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", path.stem).lstrip("_.-")[:64] or "unnamed"


def locate(source: str | Path) -> Path:
    """Return the scenario file that a catalogue name or a path means.

    Raises:
        InputError: if it is neither; the hint is the nearest catalogue name.
    """
    valid = names("scenarios")
    if isinstance(source, str) and source in valid:
        return find("scenarios", source)
    if _exists(source):
        return Path(source)
    wanted = str(source).removesuffix(SUFFIX)
    raise InputError(
        Problem(
            code="missing-file",
            place=str(source),
            expected="a scenario file, or the name of one in the catalogue",
            found="nothing of that name",
            hint=nearest(wanted, valid),
        )
    )


def _exists(source: str | Path) -> bool:
    try:
        return Path(source).exists()
    except (OSError, ValueError):  # A name too long for the file system, or with a NUL.
        return False


def name_of(path: Path) -> str:
    """Return the scenario name of a file: as in the catalogue, else the file's own name."""
    root = folder().resolve()
    resolved = path.resolve()
    if resolved.is_relative_to(root):
        return resolved.relative_to(root).with_suffix("").as_posix()
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", path.name).lstrip("_.-")[:64] or "scenario"


def read(path: Path, most_bytes: int) -> bytes:
    """Return the bytes of a file that a user named.

    The size is looked at before anything is read, so a huge file is refused at once.

    Raises:
        InputError: if it is missing, no regular file, too large or unreadable.
    """
    try:
        if not path.is_file():
            raise _unusable(path, "not-a-file", "a file", _kind_of(path), "give a .yaml file")
        size = path.stat().st_size
        if size > most_bytes:
            limit = f"a file of at most {most_bytes:,} bytes"
            raise _unusable(
                path, "too-large", limit, f"{size:,} bytes", "generated work belongs in `load`"
            )
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _unusable(
            path, "unreadable", "a file that can be read", quoted(reason), "check its permissions"
        ) from error


def _kind_of(path: Path) -> str:
    if path.is_dir():
        return "a folder"
    return "no regular file" if path.exists() else "nothing"


def _unusable(path: Path, code: str, expected: str, found: str, hint: str) -> InputError:
    problem = Problem(code=code, place=str(path), expected=expected, found=found, hint=hint)
    return InputError(problem)
