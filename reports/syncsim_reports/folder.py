"""Writes and reads the folder of a run; nothing outside that folder is touched.

    verdict.json    history.jsonl    scenario.yaml    staleness.csv    index.html
    figures/        each figure as PNG and SVG

Equal runs give folders of equal bytes.
"""

from __future__ import annotations

import csv
import errno
import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syncsim.checks import CHECKS, Verdict, as_json
from syncsim.checks.models import Models, models_as_json, models_of
from syncsim.errors import InputError, Problem, writing
from syncsim.history import Header, History, jsonl
from syncsim.staleness import Costs, Staleness, Window
from syncsim_reports.html import Picture, demo_page, picture, run_page
from syncsim_reports.rows import Claim, Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCENARIO = "scenario.yaml"
PARTIAL = ".partial"
"""A file has this ending until it is complete, so a cut-off file never bears its real name."""
STEM_CHARACTERS = 60
"""Of a file named after a property; the number before it tells two of them apart."""


def make_folder(folder: Path) -> Path:
    """Make a folder, if it is missing, and return it.

    Raises:
        InputError: if it is a file, or cannot be made or written.
    """
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return folder


def write_run_folder(
    folder: Path,
    *,
    history: History,
    verdict: Verdict,
    staleness: Staleness,
    costs: Costs,
    scenario_yaml: str | None,
    figures: bool = True,
    file: str = "",
) -> list[Path]:
    """Write everything about one run into a folder and return the files written.

    The folder is made if it is missing; files of the same names are replaced, others stay. A
    history from elsewhere has no scenario; `file` is where it was read.

    Raises:
        InputError: if the folder is a file, or cannot be written.
    """
    make_folder(folder)
    found = models_of(history)
    document = as_json(verdict, history, file=file) | {"models": models_as_json(found)}
    with _writing(folder):
        paths = [
            _put(folder / "verdict.json", _json_text(document)),
            *([_put(folder / SCENARIO, scenario_yaml)] if scenario_yaml is not None else []),
            _put(folder / "staleness.csv", staleness_csv(staleness.windows)),
            _replace(folder / "history.jsonl", lambda path: jsonl.write(history, path)),
        ]
        pictures: list[Picture] = []
        diagrams: dict[str, Picture] = {}
        if figures:
            (folder / "figures").mkdir(exist_ok=True)
            drawn, pictures = _draw(
                folder / "figures", _figures(history, staleness) | _ladder(found, history.header)
            )
            stories = _stories(history, document)
            told, of_stories = _draw(
                folder / "figures",
                {_story_file(n, check): each for n, (check, each) in enumerate(stories.items(), 1)},
            )
            diagrams = dict(zip(stories, of_stories, strict=True))
            paths += [*drawn, *told]
        page = run_page(
            history, verdict, staleness, costs, pictures, diagrams=diagrams, models=found, file=file
        )
        return [*paths, _put(folder / "index.html", page)]


def _story_file(number: int, check: str) -> str:
    """Return the stem of a story's files; a property is text of anybody's, with any signs."""
    if check in CHECKS:
        return f"story-{check}"
    return f"story-{number}-{'-'.join(re.findall('[A-Za-z0-9]+', check))}"[:STEM_CHARACTERS]


def write_demo_folder(
    folder: Path,
    *,
    rows: Sequence[Row],
    claims: Sequence[Claim],
    figures: Mapping[str, Figure],
    tables: Mapping[str, str],
) -> list[Path]:
    """Write the page that lays designs side by side and return the files written.

    Args:
        folder: Made if it is missing; files of the same names are replaced, others stay.
        rows: One line of the comparison each.
        claims: What the application says of itself, for each design.
        figures: Each figure by the stem of its file names.
        tables: Text of further files, by file name.

    Raises:
        InputError: if the folder is a file, or cannot be written.
    """
    make_folder(folder)
    with _writing(folder):
        paths = [_put(folder / name, text) for name, text in tables.items()]
        drawn, pictures = _draw(folder, figures)
        page = _put(folder / "index.html", demo_page(rows, claims, pictures))
        return [*paths, *drawn, page]


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> list[Path]:
    """Write files into a folder, by their names there, and return their paths.

    The folder is made if it is missing; files of the same names are replaced, others stay.

    Raises:
        InputError: if the folder is a file, or cannot be written.
    """
    make_folder(folder)
    with _writing(folder):
        return [_put(folder / name, content) for name, content in files.items()]


def write_file(path: Path, content: str | bytes) -> Path:
    """Write one file, whole or not at all, and return its path.

    Raises:
        InputError: if it cannot be written.
    """
    with _writing(path):
        return _put(path, content)


def read_scenario(folder: Path) -> str:
    """Return the scenario of a run folder, as it was written there.

    Raises:
        InputError: if the folder has none.
    """
    path = folder / SCENARIO
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            Problem(
                code="no-scenario",
                place=str(path),
                expected="the scenario of a run",
                found=getattr(error, "strerror", None) or "a file that is not UTF-8 text",
                hint="a run folder is written by 'syncsim run SCENARIO --out DIR'",
            )
        ) from None


def staleness_csv(windows: Sequence[Window]) -> str:
    """Return the windows as CSV, times in microseconds, `censored` as 0 or 1."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*Window._fields, "length_us", "censored"])
    writer.writerows([*window, window.length_us, int(window.censored)] for window in windows)
    return out.getvalue()


def _figures(history: History, staleness: Staleness) -> dict[str, Figure]:
    """Return the figures of a run, by the stem of their file names."""
    from syncsim_reports.figures import coherence_curve, spacetime, survival_curves, swimlanes
    from syncsim_reports.figures.canvas import run_line

    design = str((history.header.get("design") or {}).get("name") or "this run")
    subtitle = run_line(history.header)
    return {
        "swimlanes": swimlanes(history, staleness),
        "spacetime": spacetime(history),
        "survival": survival_curves({design: staleness.windows}, subtitle=subtitle),
        "coherence": coherence_curve({design: staleness}, subtitle=subtitle),
    }


def _ladder(found: Mapping[str, Models], header: Header) -> dict[str, Figure]:
    from syncsim_reports.figures import ladder

    return {"ladder": ladder(found, header)} if found else {}


def _stories(history: History, document: Mapping[str, Any]) -> dict[str, Figure]:
    """Return the diagram of the first story of each check that failed."""
    from syncsim_reports.figures import story_diagram

    return {
        finding["check"]: story_diagram(history, finding["check"], finding["stories"][0])
        for finding in document["findings"]
        if finding["stories"]
    }


def _json_text(document: object) -> str:
    return json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def _draw(folder: Path, figures: Mapping[str, Figure]) -> tuple[list[Path], list[Picture]]:
    """Write each figure as PNG and SVG; return the files, and the pictures for the page."""
    from syncsim_reports.figures import png

    paths: list[Path] = []
    pictures = []
    for stem, figure in figures.items():
        drawn = picture(figure)
        paths.append(_put(folder / f"{stem}.png", png(figure)))
        paths.append(_put(folder / f"{stem}.svg", drawn.svg))
        pictures.append(drawn)
    return paths, pictures


def _put(path: Path, content: str | bytes) -> Path:
    data = content.encode("utf-8") if isinstance(content, str) else content
    return _replace(path, lambda partial: partial.write_bytes(data))


def _replace(path: Path, write: Callable[[Path], object]) -> Path:
    """Write a file beside its place and move it there, which replaces a link, not its target."""
    partial = path.with_name(path.name + PARTIAL)
    partial.unlink(missing_ok=True)
    write(partial)
    partial.replace(path)
    return path


def _writing(folder: Path) -> AbstractContextManager[None]:
    hint = "give the path of a new folder, or of one that is yours"
    return writing(folder, expected="a folder that can be written", hint=hint)
