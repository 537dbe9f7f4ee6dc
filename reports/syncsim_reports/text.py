"""Tables for the terminal; they stand in 80 columns and say everything without colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from syncsim.checks import CHECKS, Status, Verdict, as_json
from syncsim.checks.models import Models, models_of
from syncsim.history import History, Records
from syncsim.staleness import MEASURES, Costs, Staleness
from syncsim_reports.rows import (
    Cell,
    Claim,
    Difference,
    Row,
    Tally,
    answer,
    by_claim,
    by_scenario,
    place,
)
from syncsim_reports.windows import by_query
from syncsim_reports.words import (
    amount,
    change,
    count,
    duration,
    moment,
    plain,
    ratio,
    share,
    size,
)
from syncsim_reports.words_of_models import broken, held

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

C = TypeVar("C", bound=Cell)

WIDTH_MAX = 118
"""Wider tables are harder to read along a line."""

SLICE_LINES = 16
"""Lines of what led to a failure; a run folder holds all of them."""

NUMBERS = {
    "old data\np50": 8, "\np99": 7, "censored\n": 8, "time\ncoherent": 8,
    "requests\n/commit": 8, "sent\n/commit": 8,
}  # fmt: skip
"""The columns of a comparison that hold numbers, with their widths."""
DESIGN_MIN, DESIGN_MAX = 15, 17
"""A longer name of a design goes on in the next line, or 80 columns would not do."""

STATUS_STYLE = {"pass": "green", "unknown": "yellow", "fail": "bold red"}
SAYS_STYLE = {"better": "green", "worse": "bold red"}
HOLDS_STYLE = {True: "green", None: "yellow", False: "bold red"}


def verdict_table(verdict: Verdict, history: Records, *, file: str = "") -> RenderableType:
    """Return the answer of each check, then the story of each failure with its command.

    `file` is where the history was read, if that is what was asked for.
    """
    from rich.console import Group

    document = as_json(verdict, history, file=file)
    table = _table("check", "answer", "seen", "why")
    for finding in (*document["findings"], *document["sometimes"]):
        status = finding["status"]
        table.add_row(
            _text(finding["check"], "bold"),
            _text(status, STATUS_STYLE[status]),
            _text(f"{finding['seen']:,}", justify="right"),
            _text(_why(finding)),
        )
    hidden = {finding.check for finding in verdict.hidden()}
    for finding in document["confirmed"]:
        if finding["check"] in hidden:
            failures = count(finding["failures"], "failure")
            table.add_row(
                _text(f"{finding['check']}, confirmed", "bold"),
                _text(finding["status"], STATUS_STYLE["unknown"]),
                _text(f"{finding['seen']:,}", justify="right"),
                _text(f"{failures} in what the server told, on no screen: {finding['why']}"),
            )
    note = [_text(f"{verdict.note}\n")] if verdict.note else []
    return _narrow(Group(table, *note, *_stories(document["findings"])))


def run_summary(
    console: Console,
    history: History,
    verdict: Verdict,
    staleness: Staleness,
    costs: Costs,
    folder: str | None = None,
) -> None:
    """Print one run: what it was, what the judge says, how old the screens were, the costs."""
    header = history.header
    facts = [_named(header, part) for part in ("design", "network")]
    console.print(_text(str(header.get("title") or header.get("scenario", "")), "bold"))
    console.print(
        _text(
            f"{header.get('scenario', '')}, {', '.join(facts)}, seed {header.get('seed', 0)}: "
            f"{count(len(history), 'record')} over {duration(history.end_us)}"
        )
    )
    console.print()
    console.print(verdict_table(verdict, history))
    found = models_of(history)
    if found:
        console.print(models_table(found))
        console.print()
    console.print(staleness_table(staleness))
    console.print(_text(_costs(costs)))
    console.print()
    console.print(_text(f"verdict: {verdict.status.value}", STATUS_STYLE[verdict.status.value]))
    if folder is not None:
        console.print(_text(f"written to {folder}"))


def staleness_table(staleness: Staleness) -> RenderableType:
    """Return how long old data stayed on screen, by query."""
    from rich.console import Group

    table = _table("old data in", "windows", "p50", "p90", "p99", "censored", right=5)
    for row in by_query(staleness.windows):
        figures = (duration(row.p50_us), duration(row.p90_us), duration(row.p99_us))
        cells = (f"{row.windows:,}", *figures, f"{row.censored:,}")
        table.add_row(_text(row.query, "bold"), *(_text(c, justify="right") for c in cells))
    coherent = f"screens coherent {share(staleness.phi)} of the time"
    age = f"mean age {duration(staleness.mean_age_us)}"
    return _narrow(Group(table, _text(f"{coherent}, {age}")))


def models_table(found: Mapping[str, Models]) -> RenderableType:
    """Return the strongest models that hold, a line for everybody and one for each client."""
    table = _table("screens of", "held to", "what broke first")
    for client, of in found.items():
        table.add_row(_text(client or "everybody", "bold"), _text(held(of)), _text(broken(of)))
    return _narrow(table)


def comparison_table(rows: Iterable[Row]) -> RenderableType:
    """Return one line per scenario and design, the designs of a scenario side by side."""
    from rich.console import Group

    rows = list(rows)
    wide = min(max((len(row.design) for row in rows), default=0), DESIGN_MAX)
    parts: list[RenderableType] = [_comparison(wide, header=True)]
    for heading, group in by_scenario(rows).items():
        table = _comparison(wide, header=False)
        for row in group:
            cells = (
                duration(row.p50_us), duration(row.p99_us), f"{row.censored:,}",
                share(row.phi), ratio(row.requests_per_commit), size(row.bytes_per_commit),
            )  # fmt: skip
            table.add_row(
                _text(row.design), _failed(row), *(_text(c, justify="right") for c in cells)
            )
        parts += [_text(heading, "bold"), table]
    return _narrow(Group(*parts, _text("")))


def claims_table(claims: Iterable[Claim]) -> RenderableType:
    """Return one line per claim of the application and design: holds or not, and where."""
    table = _table("claim", "design", "answer", "measured, or where it breaks")
    for name, group in by_claim(claims).items():
        for index, claim in enumerate(group):
            table.add_row(
                _text(name if index == 0 else "", "bold"),
                _text(claim.design),
                _text(answer(claim), HOLDS_STYLE[claim.holds]),
                _text(claim.where),
                end_section=index == len(group) - 1,
            )
    return _narrow(table)


def tallies_table(tallies: Iterable[Tally]) -> RenderableType:
    """Return how often each check failed that ever did, with the interval of its share."""
    from rich.console import Group

    parts: list[RenderableType] = []
    for heading, cell in _by_place(tallies).items():
        failing = dict.fromkeys(tally.check for tally in cell if tally.failed)
        silent = len(dict.fromkeys(tally.check for tally in cell)) - len(failing)
        parts.append(_text(f"{heading}: checks that failed", "bold"))
        table = _table("check", "design", "passed", "failed", "unknown", "fails in", right=4)
        for check in failing:
            for tally in (tally for tally in cell if tally.check == check):
                counts = (f"{n:,}" for n in (tally.passed, tally.failed, tally.unknown))
                cells = (*counts, share_with_interval(tally))
                table.add_row(
                    _text(check, "bold"),
                    _text(tally.design),
                    *(_text(text, justify="right") for text in cells),
                )
        parts += [table] if failing else []
        parts += [_text(f"{count(silent, 'other check')} never failed"), _text("")]
    return _narrow(Group(*parts))


def share_with_interval(tally: Tally) -> str:
    """Write the share of failures with its interval: `40.0 % (16.8 % to 68.7 %)`."""
    if tally.failed_share is None:
        return "could never tell"
    return f"{share(tally.failed_share)} ({share(tally.low)} to {share(tally.high)})"


def differences_table(differences: Iterable[Difference]) -> RenderableType:
    """Return each measure of each two designs side by side, and whether they differ."""
    from rich.console import Group

    parts: list[RenderableType] = []
    shown = asked = 0
    for heading, cell in _by_place(differences).items():
        for design in dict.fromkeys(line.design for line in cell):
            lines = [line for line in cell if line.design == design]
            table = _table("", lines[0].against, design, "difference (95 %)", right=3)
            table.add_column("")
            for line in lines:
                table.add_row(*_difference(line))
                asked += 1
                shown += line.says in SAYS_STYLE
            pairs = count(max(line.pairs for line in lines), "pair", "pairs")
            parts += [_text(f"{heading}: {pairs} of runs", "bold"), table, _text("")]
    note = (
        f"Times are medians over runs, the rest are means. {shown} of {count(asked, 'difference')} "
        "shown. Of differences that are not there, luck shows about one in twenty."
    )
    return _narrow(Group(*parts, _text(note), _text("")))


def _difference(line: Difference) -> tuple[Text, ...]:
    measure = MEASURES[line.measure]
    numbers = (
        amount(line.against_value, measure.unit),
        amount(line.value, measure.unit),
        difference_with_interval(line),
    )
    return (
        _text(measure.title, "bold"),
        *(_text(text, justify="right") for text in numbers),
        _text(line.says, SAYS_STYLE.get(line.says, "")),
    )


def difference_with_interval(line: Difference) -> str:
    """Write a difference with its interval: `−26 ms (−40 ms to −12 ms)`."""
    unit = MEASURES[line.measure].unit
    if line.difference is None:
        return change(None, unit)
    low, high = change(line.low, unit), change(line.high, unit)
    if unit == "share":
        low = low.removesuffix(" points")
    return f"{change(line.difference, unit)} ({low} to {high})"


def _by_place(cells: Iterable[C]) -> dict[str, list[C]]:
    groups: dict[str, list[C]] = {}
    for cell in cells:
        groups.setdefault(place(cell), []).append(cell)
    return groups


def _why(finding: Mapping[str, Any]) -> str:
    if finding["status"] != Status.FAIL:
        return str(finding["why"])
    check = CHECKS.get(finding["check"])
    broken = check.statement if check else finding["why"]
    return f"{count(finding['failures'], 'failure')} of: {broken}"


def _stories(findings: Iterable[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """Yield each failure as a paragraph, and once the command that makes them all again."""
    from rich.padding import Padding

    replay = ""
    for finding in findings:
        stories = finding["stories"]
        if stories:
            yield _text("")
        for number, story in enumerate(stories, 1):
            of = f" ({number} of {finding['failures']:,})" if finding["failures"] > 1 else ""
            yield _text(f"{finding['check']} at {moment(story['at_us'])}{of}", "bold")
            yield Padding(_text(story["text"]), (0, 0, 0, 2))
            if number == 1:
                yield Padding(_slice(story["slice"]), (1, 0, 1, 4))
            replay = story["replay"]
    yield _text("")
    if replay:
        yield _text(f"replay: {replay}", "bold")
        yield _text("")


def _slice(parts: Sequence[Mapping[str, Any]]) -> RenderableType:
    """Return the records that led to a failure, one a line."""
    table = _table("at", "where", "what happened")
    kept = parts[-SLICE_LINES:]
    if len(kept) < len(parts):
        table.add_row("", "", _text(f"{len(parts) - len(kept)} earlier records"))
    for part in kept:
        cells = (moment(part["at_us"]), part["place"], part["says"])
        table.add_row(*(_text(cell) for cell in cells))
    return table


def _comparison(wide: int, *, header: bool) -> Table:
    """Return an empty table whose columns stand under those of its siblings.

    `wide` is how many letters the names of the designs take.
    """
    from rich.table import Table

    table = Table(
        box=None, expand=True, show_header=header, header_style="bold", padding=(0, 1, 0, 0)
    )
    table.add_column("\ndesign", width=max(wide, DESIGN_MIN), overflow="fold")
    table.add_column("checks\nfailed", ratio=1, overflow="fold", min_width=8)
    for name, width in NUMBERS.items():
        table.add_column(name, width=width, justify="right", no_wrap=True)
    return table


def _failed(row: Row) -> Text:
    if row.failed:
        return _text(" ".join(row.failed), STATUS_STYLE["fail"])
    if row.unknown:
        return _text(f"none; {' '.join(row.unknown)} unknown", STATUS_STYLE["unknown"])
    return _text("none", STATUS_STYLE["pass"])


def _costs(costs: Costs) -> str:
    if not costs.commits:
        return f"{count(costs.requests, 'request')}, {size(costs.bytes)}, no commit"
    return (
        f"{count(costs.commits, 'commit')}, each with {ratio(costs.requests_per_commit)} requests, "
        f"{size(costs.bytes_per_commit)}, {ratio(costs.socket_events_per_commit)} socket events "
        f"and {ratio(costs.refetches_per_commit)} refetches"
    )


def _named(header: Mapping[str, Any], part: str) -> str:
    facts = header.get(part)
    return f"{part} {facts.get('name', '')}" if isinstance(facts, dict) else f"no {part}"


def _table(*columns: str, right: int = 0) -> Table:
    """Return a table without lines; its last `right` columns hold numbers."""
    from rich.table import Table

    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0), pad_edge=False)
    for column, name in enumerate(columns):
        numbers = column >= len(columns) - right
        table.add_column(
            name, justify="right" if numbers else "left", overflow="fold", no_wrap=numbers
        )
    return table


def _text(text: str, style: str = "", *, justify: Any = None) -> Text:
    """Return text that is shown as it is: no markup, no control characters."""
    from rich.text import Text

    return Text(plain(text, 4000), style=style, justify=justify, overflow="fold")


def _narrow(what: RenderableType) -> RenderableType:
    from rich.constrain import Constrain

    return Constrain(what, WIDTH_MAX)
