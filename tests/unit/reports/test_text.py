from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from syncsim.checks import judge
from syncsim.history import History
from syncsim.staleness import costs, measure
from syncsim_reports.text import (
    claims_table,
    comparison_table,
    differences_table,
    run_summary,
    tallies_table,
    verdict_table,
)
from tests.unit.reports.comparing import difference, tally
from tests.unit.reports.records import claim, row
from tests.unit.reports.sample import sample, told_old


def printed(what, width=80):
    out = StringIO()
    Console(file=out, width=width).print(what)
    return out.getvalue()


def squeezed(text):
    return " ".join(text.split())


@pytest.mark.parametrize("width", [80, 100, 200])
def test_tables_fit_their_width_and_need_no_colour(width):
    history = sample()
    rows = [
        row(),
        row(failed=("CONV", "INVAL", "ROLL", "MONO", "XVIEW")),
        row(failed=(), unknown=("BATCH",)),
    ]
    for what in (
        verdict_table(judge(history), history), comparison_table(rows), claims_table([claim()]),
        tallies_table([tally()]),
        differences_table([difference(), difference(measure="censored_share", difference=-0.123,
                                                    low=-0.155, high=-0.101)]),
    ):  # fmt: skip
        text = printed(what, width)
        assert "\x1b" not in text
        assert max(len(line) for line in text.splitlines()) <= min(width, 118)
        assert "…" not in text


def test_the_verdict_tells_each_answer_each_story_and_the_command():
    history = sample()
    text = squeezed(printed(verdict_table(judge(history), history)))
    assert "CONV fail" in text
    assert "DONE pass" in text
    assert "CONV at 20.000 s (1 of 2) When the run ended at 20.000 s, op-1's view" in text
    assert "replay: syncsim run seed/sample --design enhanced --network office --seed 7" in text


def test_what_the_server_told_wrongly_stands_beside_the_verdict_if_nobody_saw_it():
    told = told_old()
    text = squeezed(printed(verdict_table(judge(told), told), 118))
    assert "RYW, confirmed fail 1 1 failure in what the server told, on no screen: op-1" in text
    assert "RYW, confirmed" not in printed(verdict_table(judge(sample()), sample()))


def test_a_comparison_has_a_heading_per_scenario_and_a_line_per_design():
    rows = [row(), row(design="hardened", failed=()), row(scenario="seed/payment", p50_us=None)]
    text = printed(comparison_table(rows))
    assert text.count("seed/offline · office") == 1
    assert "84 ms" in text
    assert "43.2 kB" in text
    assert "93.0 %" in text
    assert text.index("hardened") < text.index("seed/payment")


def test_a_row_says_whether_checks_failed_or_could_not_tell():
    assert "none; BATCH unknown" in squeezed(
        printed(comparison_table([row(failed=(), unknown=("BATCH",))]), 100)
    )
    assert "none" in printed(comparison_table([row(failed=())]))


def test_each_claim_says_holds_or_not_and_where():
    claims = [
        claim(),
        claim(design="hardened", holds=True, where="in all"),
        claim("real time", holds=None),
    ]
    text = squeezed(printed(claims_table(claims)))
    assert "coherence enhanced does not hold CONV in offline" in text
    assert "hardened holds in all" in text
    assert "real time enhanced not tested" in text


def test_names_are_neither_markup_nor_commands_to_the_terminal():
    name = "[red]x[/red]\x1b[2J\r"
    text = printed(comparison_table([row(scenario=name, design=name)]), 120)
    assert "\x1b" not in text
    assert "[red]x[/red]?[2J?" in text
    assert "[red]" in printed(claims_table([claim(name=name)]), 120)


def test_a_run_is_summed_up_with_its_costs_and_its_folder():
    history = sample()
    out = StringIO()
    run_summary(
        Console(file=out, width=80),
        history,
        judge(history),
        measure(history),
        costs(history),
        folder="out/run",
    )
    text = squeezed(out.getvalue())
    assert "seed/sample, design enhanced, network office, seed 7: 278 records over 20 s" in text
    assert "5 commits, each with" in text
    assert "verdict: fail" in text
    assert "written to out/run" in text


def test_an_empty_history_can_be_summed_up():
    history = History()
    out = StringIO()
    run_summary(
        Console(file=out, width=80), history, judge(history), measure(history), costs(history)
    )
    assert "verdict: unknown" in out.getvalue()
    assert "no commit" in out.getvalue()


def test_checks_that_failed_are_tallied_and_the_others_counted():
    tallies = [
        tally(),
        tally(design="hardened", passed=0, failed=0, unknown=8, failed_share=None),
        tally("CONV", failed=0, passed=8),
        tally("DONE", failed=0, passed=8),
    ]
    text = squeezed(printed(tallies_table(tallies), 100))
    assert "seed/offline · office: checks that failed" in text
    assert "ROLL enhanced 6 2 0 25.0 % (7.1 % to 59.1 %)" in text
    assert "ROLL hardened 0 0 8 could never tell" in text
    assert "2 other checks never failed" in text
    assert "CONV" not in text
    assert "passed" not in printed(tallies_table(tallies[2:]))


def test_a_difference_stands_with_its_interval_and_its_word():
    lines = [
        difference(),
        difference(measure="flickers", value=2.0, against_value=2.0, difference=0.0, low=-1.0,
                   high=1.0, says="not shown"),
        difference(measure="unseen_share", difference=None, low=None, high=None, value=None,
                   against_value=None, pairs=0, says="too few runs"),
        difference("hardened", network="3g"),
    ]  # fmt: skip
    text = squeezed(printed(differences_table(lines), 100))
    assert "seed/offline · office: 8 pairs of runs manual-refresh enhanced" in text
    assert "mean age 90 ms 50 ms −40 ms (−60 ms to −20 ms) better" in text
    assert "flickers 2.0 2.0 0.00 (−1.00 to +1.00) not shown" in text
    assert "others never do – – – too few runs" in text
    assert "seed/offline · 3g: 8 pairs of runs manual-refresh hardened" in text
    assert "2 of 4 differences shown" in text
