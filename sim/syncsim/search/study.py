"""A study: one question, the runs that answer it, and sentences with gaps for what they show.

The file of a study is data, as a scenario is. Its conclusion may hold no result: numbers and
comparatives come from the runs, through named values in braces, so a study that is made again
cannot say what is no longer true.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from syncsim.errors import InputError, Problem, nearest
from syncsim.scenario import design_from, load, load_network, names
from syncsim.scenario.shape import Reader
from syncsim.scenario.text import read_tree
from syncsim.scenario.value_types import Model
from syncsim.search.differences import PAIRS_MIN
from syncsim.staleness import MEASURES

FILE = "study.yaml"
DESIGNS = "designs"
"""The folder beside a study for designs that only it asks about."""
CHOICE = "choice"
"""Stands for the design that the rule of a study picks, in the names of values."""

SENTENCES = 3
MAX_SCENARIOS, MAX_DESIGNS, MAX_NETWORKS = 50, 8, 8
"""More than a reader can compare in one table."""
MAX_SEEDS = 1_000
MAX_RUNS = 20_000
"""An hour or two on one core; what takes longer is no page that anybody makes again."""
PROSE_CHARACTERS = 2_000

COMPARATIVES = (
    "better", "best", "worse", "worst", "more", "most", "less", "least", "fewer", "faster",
    "fastest", "slower", "slowest", "cheaper", "cheapest", "fresher", "freshest", "older",
    "higher", "lower", "safer", "safest", "always", "never",
)  # fmt: skip
"""Words that state a result; only a value may bring them."""

_VALUE = re.compile(r"\{([^{}]*)\}")
_QUOTED = re.compile(r"`([^`]*)`")
_BY_HAND = re.compile(rf"\b({'|'.join(COMPARATIVES)})\b|[0-9]+", re.IGNORECASE)

Prose = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=PROSE_CHARACTERS)
]


class StudyText(Model):
    """The shape of a study file."""

    syncsim: Literal[1]
    title: Prose
    question: Prose
    designs: Annotated[list[str], Field(min_length=2, max_length=MAX_DESIGNS)]
    networks: Annotated[list[str], Field([], max_length=MAX_NETWORKS)]
    scenarios: Annotated[list[str], Field(min_length=1, max_length=MAX_SCENARIOS)]
    seeds: Annotated[int, Field(ge=PAIRS_MIN, le=MAX_SEEDS)]
    measure: str
    conclusion: Annotated[list[Prose], Field(min_length=SENTENCES, max_length=SENTENCES)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A question and the runs that answer it.

    `designs` and `scenarios` are names as they are written, `design_sources` and `sources` what
    `load` takes for them; `networks` is empty if each scenario has its own. `titles` has a line on
    each design, network and scenario, `measure` is the one that the figure of differences shows,
    and `conclusion` holds the sentences with their gaps.
    """

    name: str
    folder: Path
    title: str
    question: str
    designs: tuple[str, ...]
    networks: tuple[str, ...]
    scenarios: tuple[str, ...]
    sources: tuple[str, ...]
    design_sources: tuple[str, ...]
    seeds: int
    measure: str
    conclusion: tuple[str, ...]
    titles: Mapping[str, str]


def folder() -> Path:
    """Return the folder of the studies of a checkout; an installed package has none."""
    return Path(__file__).resolve().parents[3] / "reports" / "studies"


def study_names() -> tuple[str, ...]:
    """Return the names of the studies of a checkout, sorted."""
    return tuple(sorted(path.parent.name for path in folder().glob(f"*/{FILE}")))


def load_study(source: str | Path) -> Study:
    """Return the study of a name, a folder or a file.

    Raises:
        InputError: with every problem that was found, each with its place and a hint.
    """
    path = _locate(source)
    reader = Reader(read_tree(path))
    text = reader.entry(StudyText, ())
    reader.finish()
    assert text is not None, "a study without a problem was read"
    titles = _titles(reader, text, path.parent)
    reader.known(("measure",), "measure", text.measure, MEASURES)
    for place, sentence in enumerate(text.conclusion):
        _check(reader, place, sentence, text)
    runs = len(text.designs) * max(1, len(text.networks)) * len(text.scenarios) * text.seeds
    if runs > MAX_RUNS:
        reader.report(
            ("seeds",),
            code="too-many",
            expected=f"at most {MAX_RUNS:,} runs in all",
            found=f"{runs:,}",
            hint="take fewer seeds, designs, networks or scenarios",
        )
    reader.finish()
    return Study(
        name=path.resolve().parent.name,
        folder=path.parent,
        title=text.title,
        question=text.question,
        designs=tuple(text.designs),
        networks=tuple(text.networks),
        scenarios=tuple(text.scenarios),
        sources=tuple(_source(name, path.parent) for name in text.scenarios),
        design_sources=tuple(_design(name, path.parent) for name in text.designs),
        seeds=text.seeds,
        measure=text.measure,
        conclusion=tuple(" ".join(sentence.split()) for sentence in text.conclusion),
        titles=titles,
    )


def value_names(designs: Sequence[str]) -> list[str]:
    """Return the names of all values that a conclusion may use."""
    found = []
    for design in (*designs, CHOICE):
        found += [design, *(f"{design}.{part}" for part in ("keeps", "breaks", "failed"))]
        found += [f"{design}.{measure}" for measure in MEASURES]
        found += [
            f"{design}.{measure}.against.{other}"
            for other in designs
            for measure in MEASURES
            if other != design
        ]
    return found


def fill(sentence: str, values: Mapping[str, str]) -> str:
    """Return a sentence with its gaps filled."""
    return _VALUE.sub(lambda gap: values[gap[1]], sentence)


def _locate(source: str | Path) -> Path:
    path = folder() / source / FILE if source in study_names() else Path(source)
    if path.is_dir():
        path /= FILE
    if path.is_file():
        return path
    raise InputError(
        Problem(
            code="missing-file",
            place=str(source),
            expected=f"the name of a study, its folder, or a {FILE}",
            found="nothing of that name",
            hint=nearest(str(source), study_names()),
        )
    )


def _titles(reader: Reader, text: StudyText, beside: Path) -> dict[str, str]:
    """Return the title of every name; note the names and files that cannot be used."""
    titles: dict[str, str] = {}
    lists = (("designs", text.designs), ("networks", text.networks), ("scenarios", text.scenarios))
    for key, given in lists:
        for place, name in enumerate(given):
            path = (key, place)
            if name in given[:place]:
                reader.twice(path, name)
                continue
            try:
                titles[name] = _title(reader, path, name, beside)
            except InputError as error:
                reader.absorb(path, error)
    return titles


def _title(reader: Reader, path: tuple[str, int], name: str, beside: Path) -> str:
    place = reader.tree.place(reader.tree.mark(path))
    if path[0] == "designs":
        if not reader.known(path, "design", name, [*names("designs"), *_own_designs(beside)]):
            return ""
        return design_from(_design(name, beside)).title
    if path[0] == "networks":
        return load_network(name, place=place).title
    source = _source(name, beside)
    if source == name or Path(source).is_file():
        return load(source).title
    reader.known(path, "scenario", name, names("scenarios"))
    return ""


def _source(name: str, beside: Path) -> str:
    """Return a scenario of the catalogue, or else a file beside the study."""
    return name if name in names("scenarios") else str(beside / name)


def _own_designs(beside: Path) -> list[str]:
    """Return the names of the designs that stand beside a study, sorted."""
    return sorted(path.stem for path in (beside / DESIGNS).glob("*.yaml"))


def _design(name: str, beside: Path) -> str:
    """Return the file of a design that stands beside the study, or else its name."""
    return str(beside / DESIGNS / f"{name}.yaml") if name in _own_designs(beside) else name


def _check(reader: Reader, place: int, sentence: str, text: StudyText) -> None:
    """Note values that do not exist and results that were written by hand."""
    where = ("conclusion", place)
    for gap in _VALUE.finditer(sentence):
        reader.known(where, "value", gap[1], value_names(text.designs))
    bare = _VALUE.sub("", sentence)
    given = list(chain(text.designs, text.networks, text.scenarios))
    bare = _QUOTED.sub(lambda quoted: "" if quoted[1] in given else quoted[0], bare)
    if "{" in bare or "}" in bare:
        reader.report(
            where,
            code="open-brace",
            expected="each value in one pair of braces",
            found="a brace without its other half",
            hint="write {design.measure}",
        )
    for by_hand in dict.fromkeys(match[0] for match in _BY_HAND.finditer(bare)):
        reader.report(
            where,
            code="result-by-hand",
            expected="no number and no comparative outside of braces",
            found=f"'{by_hand}'",
            hint="name a value, as in {design.measure.against.other}; the runs then say it",
        )
