"""The page of a study: question, setting, tables, figures and the conclusion, as Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from syncsim.staleness import MEASURES
from syncsim_reports.conclusions import CHOICE_RULE
from syncsim_reports.rows import Claim, Difference, Typical, answer, by_claim, place
from syncsim_reports.text import difference_with_interval
from syncsim_reports.words import amount, plain

WIDTH = 100

GENERATED = "<!-- Made by `syncsim study`; a change by hand is lost and a test finds it. -->"
LEFT_OUT = ("coherent_share", "lost_intents", "unseen_share", "refetches_per_commit")
"""Measures that the table has no room for; results.csv has them all."""
FIGURES = {
    "pareto": "Cost against the age of screens",
    "heat-map": "Designs by networks: age of screens, failed checks",
    "differences": "Paired differences with their intervals",
}


class Study(Protocol):
    """A question and its setting."""

    @property
    def name(self) -> str:
        """Name of the study."""

    @property
    def title(self) -> str:
        """The study in one line."""

    @property
    def question(self) -> str:
        """What it asks."""

    @property
    def designs(self) -> Sequence[str]:
        """Names of the designs, the one that all are held against first."""

    @property
    def networks(self) -> Sequence[str]:
        """Names of the networks, empty if each scenario has its own."""

    @property
    def scenarios(self) -> Sequence[str]:
        """Names of the scenarios."""

    @property
    def seeds(self) -> int:
        """Number of seeds."""

    @property
    def measure(self) -> str:
        """The measure that decides the question."""

    @property
    def titles(self) -> Mapping[str, str]:
        """A line on each design, network and scenario."""


def study_page(
    study: Study,
    *,
    typical: Sequence[Typical],
    differences: Iterable[Difference],
    claims: Iterable[Claim],
    conclusion: Sequence[str],
) -> str:
    """Return the README of a study.

    Args:
        study: The question and its setting.
        typical: One record for each scenario, network and design.
        differences: Of each design against the first, by scenario and network.
        claims: What the application says of itself, for each design.
        conclusion: Sentences whose gaps are filled.
    """
    runs = sum(line.runs for line in typical)
    parts = [
        f"# {_safe(study.title)}",
        GENERATED,
        _prose(study.question),
        "## Setting",
        *_setting(study, runs),
        "## What came out",
        _prose(
            "What a typical run came to: times are medians over runs, the rest are means. Quantiles"
            " of old data leave out what never closed; that share stands beside them, and the mean"
            " age counts it in full."
        ),
        _typical(typical),
        *(f"![{title}](figures/{stem}.png)" for stem, title in FIGURES.items()),
        f"## {MEASURES[study.measure].title.capitalize()}: the differences",
        _prose(
            f"Of each design less that of `{study.designs[0]}` in the same seed. A difference is "
            "called better or worse only if its interval of 95 % leaves out zero."
        ),
        _differences([line for line in differences if line.measure == study.measure]),
        "## The claims of the application",
        _claims(claims),
        "## Conclusion",
        "\n".join(_prose(f"{number}. {text}", "   ") for number, text in enumerate(conclusion, 1)),
        _prose(f"{CHOICE_RULE} `docs/limits.md` tells what such figures do not mean."),
    ]
    return "\n\n".join(parts) + "\n"


def _setting(study: Study, runs: int) -> list[str]:
    networks = study.networks or ()
    own = [] if networks else ["- **Networks.** Each scenario's own."]
    lines = [
        "- **Designs**, the first being what the others are held against:",
        *(_item(study, name) for name in study.designs),
        *(["- **Networks:**"] if networks else own),
        *(_item(study, name) for name in networks),
        "- **Scenarios:**",
        *(_item(study, name) for name in study.scenarios),
        f"- **Seeds.** 1 to {study.seeds}; {runs:,} runs in all, under the same luck for each "
        "design.",
    ]
    again = f"`syncsim study {study.name}` makes this page, `results.csv` and the figures again."
    return ["\n".join(lines), again]


def _item(study: Study, name: str) -> str:
    return f"  - `{name}`: {_safe(study.titles.get(name, ''))}"


def _typical(cells: Sequence[Typical]) -> str:
    shown = [
        measure
        for name, measure in MEASURES.items()
        if name not in LEFT_OUT and any(cell.values[name] is not None for cell in cells)
    ]
    rows = []
    before = ""
    for cell in cells:
        where = place(cell)
        numbers = (amount(cell.values[measure.name], measure.unit) for measure in shown)
        rows.append([_safe(where) if where != before else "", f"`{cell.design}`", *numbers])
        before = where
    return _table(["", "design", *(measure.title for measure in shown)], rows, left=2)


def _differences(lines: Sequence[Difference]) -> str:
    rows = []
    before = ""
    for line in lines:
        where = place(line)
        rows.append(
            [
                _safe(where) if where != before else "",
                f"`{line.design}`",
                difference_with_interval(line),
                line.says,
                f"{line.pairs}",
            ]
        )
        before = where
    return _table(["", "design", "difference (95 %)", "", "pairs"], rows, left=2)


def _claims(claims: Iterable[Claim]) -> str:
    rows = []
    for name, group in by_claim(claims).items():
        for place_in_group, claim in enumerate(group):
            shown = name if place_in_group == 0 else ""
            rows.append([shown, f"`{claim.design}`", answer(claim), _safe(claim.where)])
    return _table(["claim", "design", "answer", "measured, or where it breaks"], rows, left=4)


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]], *, left: int) -> str:
    """Return a table; columns from `left` on hold numbers."""
    marks = ["---" if column < left else "---:" for column in range(len(titles))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (titles, marks, *rows))


def _prose(text: str, indent: str = "") -> str:
    return textwrap.fill(
        " ".join(text.split()),
        WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _safe(text: str) -> str:
    """Return text that cannot break a table or a line."""
    return plain(text, 1_000).replace("|", "\\|").replace("<", "&lt;")
