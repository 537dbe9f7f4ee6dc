from __future__ import annotations

from types import SimpleNamespace

import pytest
from matplotlib.collections import PolyCollection

from syncsim.history import History
from syncsim.staleness import measure
from syncsim_reports.figures import png, swimlanes
from tests.unit.reports.records import window, words
from tests.unit.reports.sample import SECOND, sample


def draw(*windows, **options):
    history = sample()
    return swimlanes(history, SimpleNamespace(windows=windows), **options)


def shapes(figure, label):
    return [
        path.vertices
        for artist in figure.axes[0].collections
        if isinstance(artist, PolyCollection) and artist.get_label() == label
        for path in artist.get_paths()
    ]


def test_a_lane_stands_for_each_client_and_row():
    history = sample()
    figure = swimlanes(history, measure(history))
    shown = words(figure)
    assert shown.count("appointment A5") == 2
    assert [name for name in shown if name in ("op-1", "op-2", "dr-1")] == ["op-1", "op-2", "dr-1"]
    assert "offline" in shown
    assert "settle" in shown


def test_a_closed_window_is_a_bar_from_its_start_to_its_end():
    (bar,) = shapes(draw(window()), "propagation, closed")
    assert (bar[:, 0].min(), bar[:, 0].max()) == (1.0, 2.0)


@pytest.mark.parametrize("ended", ["end", "left"])
def test_a_censored_window_goes_on_in_an_arrow_past_its_end(ended):
    figure = draw(window(ended=ended))
    assert not shapes(figure, "propagation, closed")
    (arrow,) = shapes(figure, "propagation, open end")
    tip = arrow[arrow[:, 0].argmax()]
    assert tip[0] > 2.0
    assert tip[1] == 0.0, "the tip is in the middle of the lane"


def test_windows_are_coloured_by_cause():
    figure = draw(window(), window(cause="outage"), window(cause="unmended", ended="end"))
    colours = {
        artist.get_label(): tuple(artist.get_facecolor()[0])
        for artist in figure.axes[0].collections
        if isinstance(artist, PolyCollection)
    }
    assert len(set(colours.values())) == len(colours) == 3


def test_the_lanes_with_the_most_old_data_are_kept_and_the_others_counted():
    windows = [
        window(entity=f"appointment/B{number}", end_us=SECOND + number * 1000)
        for number in range(1, 41)
    ]
    shown = words(draw(*windows, lanes_max=28))
    lanes = [text for text in shown if text.startswith("appointment B")]
    assert len(lanes) == 28
    assert "appointment B40" in lanes
    assert "appointment B12" not in lanes
    assert any("and 12 more lanes" in text for text in shown)


def test_the_slice_store_has_no_lanes_of_its_own():
    assert any("No client showed" in text for text in words(draw(window(query="slice"))))


def test_a_run_without_old_data_says_so():
    figure = draw()
    assert any("No client showed" in text for text in words(figure))
    assert png(figure)


def test_an_empty_history_says_so():
    history = History()
    assert any("No client showed" in t for t in words(swimlanes(history, measure(history))))


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "$\\frac{$", "a\x00b\x1b[2J", "操作员", "x" * 500]
)
def test_hostile_names_are_drawn_as_text(name):
    history = sample(title=name)
    history.header["clients"] = {name: {"role": name, "user": name}}
    figure = swimlanes(history, SimpleNamespace(windows=[window(name, f"appointment/{name}")]))
    assert png(figure)


def test_the_header_of_a_foreign_recorder_may_lack_everything():
    history = History(dict.fromkeys(("title", "design", "network")))
    assert png(swimlanes(history, SimpleNamespace(windows=[window()])))
