"""The page of a study and the sentences that end it: nothing is said that was not measured."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from syncsim.search.study import value_names
from syncsim_reports.conclusions import Found, choice, values
from syncsim_reports.studies import study_page
from tests.unit.reports.comparing import cell, difference, tally
from tests.unit.reports.records import claim


def found(**changes):
    parts = {
        "typical": [
            cell("manual-refresh", requests_per_commit=3.0, checks_failed=1.0),
            cell("enhanced", requests_per_commit=5.0, checks_failed=2.0),
            cell("hardened", requests_per_commit=6.0, checks_failed=0.0),
        ],
        "differences": [
            difference("manual-refresh", against="hardened", measure="checks_failed", says="worse"),
            difference("enhanced", against="hardened", measure="checks_failed", says="worse"),
            difference("hardened", against="enhanced", measure="checks_failed", says="better"),
            difference("enhanced", against="manual-refresh"),
        ],
        "claims": [
            claim("coherence", "enhanced", holds=False),
            claim("real time", "enhanced", holds=True),
            claim("targeted refetch", "enhanced", holds=True),
            claim("immediate feedback", "enhanced", holds=None),
        ],
        "tallies": [tally()],
    }
    return Found(**{**parts, **changes})


def test_there_is_a_value_for_every_name_and_no_other():
    assert sorted(values(found())) == sorted(
        value_names(["manual-refresh", "enhanced", "hardened"])
    )


def test_a_value_is_written_as_in_every_table():
    filled = values(found())
    assert filled["enhanced.mean_age_us"] == "50 ms"
    assert filled["enhanced.censored_share"] == "5.0 %"
    assert filled["enhanced.requests_per_commit"] == "5.0"
    assert filled["enhanced.reconnect_peak_per_s"] == "–"


def test_claims_that_nothing_tested_are_neither_kept_nor_broken():
    filled = values(found())
    assert filled["enhanced.keeps"] == "real time and targeted refetch"
    assert filled["enhanced.breaks"] == "coherence"
    assert filled["hardened.keeps"] == "none of the claims"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "40 ms lower (interval 20 ms to 60 ms)"),
        (
            {"difference": 3e6, "low": 2e6, "high": 4e6, "says": "worse"},
            "3.0 s higher (interval 2.0 s to 4.0 s)",
        ),
        (
            {"low": -60_000.0, "high": 1_000.0, "says": "not shown"},
            "not shown to differ (interval −60 ms to +1 ms)",
        ),
        ({"says": "too few runs"}, "not comparable in so few runs"),
        ({"difference": None, "low": None, "high": None}, "not measured under both"),
    ],
)
def test_a_difference_is_said_only_where_it_is_shown(changes, text):
    filled = values(found(differences=[difference(**changes)]))
    assert filled["enhanced.mean_age_us.against.manual-refresh"] == text


def test_failed_checks_are_named_with_their_share_the_worst_first():
    def failed(*counts):
        tallies = [
            tally(f"C{number}", passed=8 - count, failed=count)
            for number, count in enumerate(counts)
        ]
        return values(found(tallies=tallies))["enhanced.failed"]

    assert failed(0, 0) == "no check failed"
    assert failed(2) == "C0 failed in 25.0 % of the runs that could tell"
    assert failed(2, 8) == "C1 failed in 100 % and C0 in 25.0 % of the runs that could tell"
    assert failed(8, 7, 6, 5, 4, 3).endswith(
        "C3 in 62.5 % and 2 other checks in some of the runs that could tell"
    )


def test_a_check_that_failed_in_several_scenarios_has_one_share():
    tallies = [tally(), tally(scenario="seed/payment", failed=0, passed=8)]
    assert values(found(tallies=tallies))["enhanced.failed"].startswith("ROLL failed in 12.5 %")


def test_the_choice_is_the_cheapest_of_those_not_shown_to_fail_more():
    assert choice(found()) == "hardened"
    assert choice(found(differences=[])) == "manual-refresh"
    only = [difference("manual-refresh", measure="checks_failed", says="worse")]
    assert choice(found(differences=only)) == "enhanced"
    other = [difference("manual-refresh", measure="flickers", says="worse")]
    assert choice(found(differences=other)) == "manual-refresh"
    filled = values(found())
    assert filled["choice"] == "hardened"
    assert filled["choice.requests_per_commit"] == filled["hardened.requests_per_commit"]
    assert filled["choice.mean_age_us.against.hardened"] == "the same, being its own"


def test_a_design_without_commits_is_no_bargain():
    cells = [cell("idle", requests_per_commit=None), cell("busy")]
    assert choice(found(typical=cells, differences=[])) == "busy"
    assert choice(found(typical=cells[:1], differences=[])) == "idle"


STUDY = SimpleNamespace(
    name="mine",
    title="Mine | yours",
    question="Which " * 40,
    designs=("manual-refresh", "enhanced"),
    networks=(),
    scenarios=("seed/offline",),
    seeds=8,
    measure="mean_age_us",
    titles={"enhanced": "After", "manual-refresh": "Before", "seed/offline": "A <b>driver</b>"},
)


def page(**changes):
    parts = {
        "typical": [cell("manual-refresh", scenario="seed/offline"), cell(scenario="seed/offline")],
        "differences": [difference(), difference(measure="flickers", says="worse")],
        "claims": [claim(), claim(design="hardened", holds=True, where="in all")],
        "conclusion": ["One.", "Two.", "Three."],
    }
    return study_page(STUDY, **{**parts, **changes})


def test_the_page_holds_question_setting_table_figures_and_conclusion():
    text = page()
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "# Mine \\| yours", "## Setting", "## What came out", "## Mean age: the differences",
        "## The claims of the application", "## Conclusion",
    ]  # fmt: skip
    assert "`syncsim study mine` makes this page" in text
    assert "16 runs in all" in text
    assert text.count("](figures/") == 3
    assert text.index("1. One.\n2. Two.\n3. Three.") > text.index("## Conclusion")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_the_table_has_a_line_for_each_design_and_leaves_out_what_nobody_measured():
    text = page()
    assert "| seed/offline · office | `manual-refresh` | 1.0 | 76 ms |" in text
    assert "reconnect peak" not in text
    assert "flickers" in text
    with_peak = cell(scenario="seed/offline", reconnect_peak_per_s=4.0)
    assert "reconnect peak" in page(typical=[with_peak])


def test_the_differences_are_those_of_the_measure_that_decides():
    text = page()
    assert "| seed/offline · office | `enhanced` | −40 ms (−60 ms to −20 ms) | better | 8 |" in text
    assert "| worse |" not in text


def test_every_row_of_a_table_has_as_many_cells_as_its_head():
    tables = [block for block in page().split("\n\n") if block.startswith("|")]
    assert len(tables) == 3
    for table in tables:
        assert len({line.replace("\\|", "").count("|") for line in table.splitlines()}) == 1


def test_names_and_titles_break_neither_tables_nor_lines():
    hostile = cell("enhanced", scenario="a|b\n<script>")
    text = page(typical=[hostile])
    assert "a\\|b?&lt;script>" in text
    assert "A &lt;b>driver" in text
    assert all(len(line) <= 100 for line in text.splitlines() if line.startswith("Which"))
