from __future__ import annotations

from html.parser import HTMLParser

import pytest

from syncsim.checks import judge
from syncsim.history import History
from syncsim.staleness import costs, measure
from syncsim_reports.figures import survival_curves, swimlanes
from syncsim_reports.html import demo_page, picture, run_page
from tests.unit.reports.records import claim, row
from tests.unit.reports.sample import CLIENTS, header, sample, told_old

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


class Page(HTMLParser):
    """Collects the tags, the text and what would be loaded."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.text, self.loads = [], "", []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loads += [value for name, value in attrs if name in ("src", "href", "onerror")]

    def handle_data(self, data):
        self.text += data


def page_of(history, *figures):
    pictures = [picture(figure) for figure in figures]
    return run_page(history, judge(history), measure(history), costs(history), pictures)


def test_the_page_of_a_run_tells_the_verdict_the_story_and_the_command():
    page = Page(page_of(sample()))
    assert "Two operators and a driver who goes offline" in page.text
    assert "CONV" in page.text
    assert "op-1's view appointments/list/pending showed" in page.text
    assert "syncsim run seed/sample --design enhanced --network office --seed 7" in page.text
    assert "my-trips" in page.text
    assert "refusal" in page.text


def test_what_the_server_told_wrongly_stands_under_the_checks_if_nobody_saw_it():
    heading = "In what the server told, on no screen"
    page = Page(page_of(told_old()))
    assert heading in page.text
    assert "1 failure, the first: op-1 chose" in page.text
    assert heading not in Page(page_of(sample())).text


def test_a_page_stands_alone():
    history = sample()
    figure = swimlanes(history, measure(history))
    page = Page(page_of(history, figure, figure))
    assert page.tags.count("img") == 2
    assert all(load.startswith("data:image/svg+xml;base64,") for load in page.loads)
    assert not {"script", "link", "iframe", "object"} & set(page.tags)


def test_names_from_a_history_never_become_markup():
    clean = Page(page_of(sample()))
    clients = {**CLIENTS}
    history = History(
        header(scenario=HOSTILE, title=HOSTILE, design={"name": HOSTILE}, clients=clients)
    )
    for record in sample():
        history.append(record.time_us, record.kind, *record[3:])
    page = Page(page_of(history))
    assert page.tags == clean.tags
    assert HOSTILE in page.text


def test_names_of_clients_never_become_markup():
    names = {name: name.replace("op-1", HOSTILE) for name in CLIENTS}
    history = History(header(clients={names[name]: who for name, who in CLIENTS.items()}))
    for record in sample():
        at, peer = (names.get(place, place) for place in (record.at, record.peer))
        history.append(record.time_us, record.kind, at, peer, *record[5:])
    page = Page(page_of(history))
    assert page.tags == Page(page_of(sample())).tags
    assert HOSTILE in page.text


def test_a_run_in_which_nothing_is_known_has_a_page():
    page = Page(page_of(History()))
    assert "unknown" in page.text
    assert "No screen ever showed old data" in page.text


def test_the_page_of_a_comparison_has_every_claim_and_every_scenario():
    rows = [
        row(),
        row(design="hardened", failed=(), unknown=("BATCH",)),
        row(scenario="seed/payment", runs=20),
    ]
    claims = [claim(), claim(design="hardened", holds=True), claim("real time", holds=None)]
    page = Page(demo_page(rows, claims, [picture(survival_curves({}))]))
    for text in (
        "does not hold",
        "holds",
        "not tested",
        "seed/payment · office · 20 runs",
        "84 ms",
        "43.2 kB",
    ):
        assert text in page.text
    assert "22 runs" in page.text
    assert "The share of windows" in page.text


@pytest.mark.parametrize("part", ["scenario", "design", "network"])
def test_names_in_a_comparison_never_become_markup(part):
    page = Page(demo_page([row(**{part: HOSTILE})], [claim(design=HOSTILE, where=HOSTILE)]))
    assert not {"script", "img"} & set(page.tags)
    assert HOSTILE in page.text


def test_the_words_of_a_figure_stand_beside_it_as_text():
    windows = measure(sample()).windows
    figure = survival_curves({HOSTILE: windows, "x": windows[:1]})
    source = page_of(sample(), figure)
    page = Page(source)
    assert not {"script"} & set(page.tags)
    assert page.tags.count("img") == 1
    assert "The share of windows of old data" in page.text
    assert 'alt="Half of the old data is gone' in source
