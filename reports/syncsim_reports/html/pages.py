"""Fills the templates; everything that comes from a history is text there, never markup."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from syncsim.checks import CHECKS, Verdict, as_json
from syncsim.checks.models import Models
from syncsim.history import History
from syncsim.staleness import Costs, Staleness
from syncsim_reports import words, words_of_models
from syncsim_reports.figures.save import svg
from syncsim_reports.rows import Claim, Row, answer, by_claim, by_scenario
from syncsim_reports.windows import by_query

if TYPE_CHECKING:
    from jinja2 import Environment
    from matplotlib.figure import Figure


class Picture(NamedTuple):
    """A figure in a page: its SVG, what it finds, and how to read it."""

    svg: bytes
    title: str
    caption: str

    @property
    def source(self) -> str:
        """Return the figure as an address that holds all of it.

        As an image it is a world of its own: names in it cannot clash with the page's or with
        another figure's, and nothing in it can run.
        """
        return "data:image/svg+xml;base64," + base64.b64encode(self.svg).decode("ascii")


def picture(figure: Figure) -> Picture:
    """Return a figure for a page, with its title and its label as its words."""
    title = figure.texts[0].get_text() if figure.texts else ""
    return Picture(svg(figure), title, str(figure.get_label()))


def run_page(
    history: History,
    verdict: Verdict,
    staleness: Staleness,
    costs: Costs,
    pictures: Sequence[Picture] = (),
    *,
    diagrams: Mapping[str, Picture] | None = None,
    models: Mapping[str, Models] | None = None,
    file: str = "",
) -> str:
    """Return the page of one run: verdict, stories, staleness, costs and figures.

    `diagrams` are those of the first stories, by check. `file` is where a history from elsewhere
    was read.
    """
    return (
        _environment()
        .get_template("run.html.j2")
        .render(
            header=history.header,
            document=as_json(verdict, history, file=file),
            file=file,
            checks=CHECKS,
            records=len(history),
            end_us=history.end_us,
            staleness=staleness,
            by_query=by_query(staleness.windows),
            costs=costs,
            pictures=pictures,
            diagrams=diagrams or {},
            models=models or {},
        )
    )


def demo_page(
    rows: Iterable[Row], claims: Iterable[Claim], pictures: Sequence[Picture] = ()
) -> str:
    """Return the page that lays designs side by side: claims, figures, every scenario."""
    groups = by_scenario(rows)
    return (
        _environment()
        .get_template("demo.html.j2")
        .render(
            groups=groups,
            claims=_matrix(claims),
            runs=sum(row.runs for group in groups.values() for row in group),
            pictures=pictures,
        )
    )


def _matrix(claims: Iterable[Claim]) -> Mapping[str, Any]:
    """Return the claims as a matrix: designs in order of first use, claims down."""
    groups = by_claim(claims)
    designs = list(dict.fromkeys(claim.design for group in groups.values() for claim in group))
    cells = {
        name: [next((c for c in group if c.design == design), None) for design in designs]
        for name, group in groups.items()
    }
    return {"designs": designs, "cells": cells}


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("syncsim_reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for write in (words.duration, words.moment, words.size, words.share, words.ratio):
        environment.filters[write.__name__] = write
    environment.filters["broken"] = words_of_models.broken
    environment.globals["count"] = words.count
    environment.globals["answer"] = answer
    return environment
