"""The figures that lay designs side by side."""

from __future__ import annotations

import pytest

from syncsim_reports.figures import difference_plot, heat_map, pareto, png
from syncsim_reports.figures.pareto import Point, front
from tests.unit.reports.comparing import cell, difference
from tests.unit.reports.records import words


def point(design, cost, age_us):
    return Point(design, "#000000", cost, age_us)


def boxes(figure, texts):
    figure.canvas.draw()
    return [
        artist.get_window_extent()
        for axes in figure.axes
        for artist in axes.texts
        if artist.get_text() in texts
    ]


def disjoint(found):
    return not any(a.overlaps(b) for place, a in enumerate(found) for b in found[place + 1 :])


THREE = [
    cell("manual-refresh", mean_age_us=2_000_000.0, requests_per_commit=3.0),
    cell("enhanced", mean_age_us=90_000.0, requests_per_commit=8.0),
    cell("hardened", mean_age_us=80_000.0, requests_per_commit=7.5),
]


def test_the_front_is_what_nothing_beats():
    a, b, c = point("a", 1, 9), point("b", 2, 2), point("c", 3, 2)
    assert front([c, b, a]) == [a, b]
    assert front([a, point("twin", 1, 9)]) == [a, point("twin", 1, 9)]
    assert front([]) == []


def test_a_design_behind_the_front_is_hollow_and_said_to_be():
    figure = pareto(THREE)
    shown = words(figure)
    assert "manual-refresh and hardened are on the front of cost and age; enhanced never" in shown
    assert "90 ms for 8.0 requests" in shown
    assert "80 ms for 7.5 requests" in shown
    (axes,) = figure.axes
    marks = {line.get_label(): line.get_markerfacecolor() for line in axes.lines}
    assert marks["enhanced"] == "white" != marks["hardened"]
    (line,) = [line for line in axes.lines if line.get_label() == "front"]
    assert list(line.get_xdata()) == [3.0, 7.5]


def test_designs_are_compared_within_a_network_and_each_network_has_a_panel():
    there = [cell(c.design, "3g", **{**c.values, "mean_age_us": 5e6}) for c in THREE]
    figure = pareto([*THREE, *there])
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["office", "3g"]
    lines = [line for axes in figure.axes for line in axes.lines if line.get_label() == "front"]
    assert [len(line.get_xdata()) for line in lines] == [2, 1]


def test_panels_that_have_no_room_are_counted():
    cells = [cell(network=f"n{number}") for number in range(6)]
    figure = pareto(cells)
    assert len(figure.axes) == 4
    assert any("2 networks not drawn" in text for text in words(figure))


def test_labels_of_points_do_not_lie_on_each_other():
    near = [
        cell(f"design-{n}", requests_per_commit=5.0 + 0.2 * n, mean_age_us=1e5 * (1 + n / 5))
        for n in range(5)
    ]
    figure = pareto([*near, *(cell(c.design, "3g", **c.values) for c in near)])
    for axes in figure.axes:
        figure.canvas.draw()
        texts = [t for t in axes.texts if t.get_text()]
        assert len(texts) == 11
        assert disjoint([text.get_window_extent() for text in texts])
        marks = [line for line in axes.lines if line.get_marker() == "o"]
        spots = [axes.transData.transform((m.get_xdata()[0], m.get_ydata()[0])) for m in marks]
        assert not any(text.get_window_extent().contains(*at) for text in texts for at in spots)


def test_twelve_labels_do_not_lie_on_each_other_and_twins_share_one():
    cells = [
        cell(f"design-{n}", requests_per_commit=5.0 + n % 4, mean_age_us=1e5 * (1 + n // 4))
        for n in range(11)
    ]
    (axes,) = pareto([*cells, cell("twin", **cells[0].values)]).axes
    texts = [text for text in axes.texts if text.get_text()]
    assert len(texts) == 12, "eleven names and the hint"
    assert "design-0, twin" in [text.get_text() for text in texts]
    assert disjoint([text.get_window_extent() for text in texts])
    points = [line for line in axes.lines if len(line.get_xdata()) == 1]
    assert len(dict.fromkeys((line.get_color(), line.get_marker()) for line in points)) == 12


def test_a_design_without_commits_has_no_point_and_none_at_all_is_said():
    figure = pareto([*THREE, cell("idle", requests_per_commit=None)])
    assert "idle" not in words(figure)
    assert any("No design had" in text for text in words(pareto([cell(mean_age_us=None)])))
    assert png(pareto([cell(mean_age_us=0.0, requests_per_commit=0.0)]))


def test_a_heat_map_has_two_fields_for_each_design_and_network():
    cells = [
        cell("enhanced", "office", mean_age_us=2e6, checks_failed=0.0),
        cell("enhanced", "3g", checks_failed=4.0),
        cell("hardened", "office", mean_age_us=None, checks_failed=0.5),
    ]
    shown = words(heat_map(cells))
    title = "On average, screens are oldest under enhanced on office; "
    assert title + "most checks fail under enhanced on 3g" in shown
    assert {"2.0 s", "50 ms", "4.0", "0.5", "p99 900 ms, 5.0 % censored", "in 8 runs"} <= set(shown)
    assert "nothing to measure" in shown


def test_the_worst_field_is_the_darkest():
    figure = heat_map([cell("a", checks_failed=0.0), cell("b", checks_failed=3.0)])
    faces = [sum(patch.get_facecolor()[:3]) for patch in figure.axes[1].patches]
    assert faces[0] > faces[1]


def test_a_heat_map_without_failures_or_without_screens_says_so():
    assert any("no check failed" in t for t in words(heat_map([cell(checks_failed=0.0)])))
    assert any("No screen was ever ready" in t for t in words(heat_map([cell(mean_age_us=None)])))
    assert any("Nothing was run" in t for t in words(heat_map([])))


def test_several_worst_fields_are_not_told_apart():
    shown = words(heat_map([cell("a"), cell("b")]))
    (title,) = (text for text in shown if text.startswith("On average"))
    assert title.endswith("oldest under several designs; most checks fail under several designs")


def test_more_designs_and_networks_than_fit_are_counted():
    cells = [cell(f"d{d}", f"n{n}") for d in range(13) for n in range(9)]
    figure = heat_map(cells)
    assert any("2 of them not drawn" in text for text in words(figure))
    assert len(figure.axes[0].patches) == 96


def test_the_names_of_twelve_designs_do_not_touch():
    figure = heat_map([cell(f"design-{n}") for n in range(12)])
    figure.canvas.draw()
    for axes in figure.axes:
        assert disjoint([label.get_window_extent() for label in axes.get_yticklabels()])


@pytest.mark.parametrize("columns", [1, 5])
def test_what_stands_in_a_field_fits_it(columns):
    figure = heat_map(
        [
            cell("manual-refresh", f"wifi-lossy-{n}", staleness_p99_us=28e6, censored_share=0.123)
            for n in range(columns)
        ]
    )
    figure.canvas.draw()
    for axes in figure.axes:
        wide = axes.get_window_extent().width / columns
        assert all(t.get_window_extent().width <= wide for t in axes.texts[1:])


LINES = [
    difference("enhanced"),
    difference("hardened", difference=5_000.0, low=-1_000.0, high=9_000.0, says="not shown"),
    difference("enhanced", network="3g", difference=3e6, low=2e6, high=4e6, says="worse"),
    difference("hardened", network="3g", measure="flickers"),
]


def headline(figure):
    """Return the title, and see that it stands on the figure whole and can be read."""
    figure.canvas.draw()
    title = figure.texts[0]
    assert title.get_window_extent().x1 <= figure.bbox.x1 - 60
    assert title.get_fontsize() >= 14
    assert "…" not in title.get_text()
    return title.get_text()


def test_with_many_designs_the_headline_of_differences_says_less_and_is_whole():
    few = [difference(name) for name in ("tkdodo", "polling")]
    assert headline(difference_plot(few, "mean_age_us")) == (
        "Mean age: tkdodo better in 1 of 1; polling better in 1 of 1"
    )
    names = ("enhanced", "hardened", "tkdodo", "polling", "socketio-recovery")
    five = [difference(name) for name in names]
    assert headline(difference_plot(five, "mean_age_us")) == (
        "Mean age: enhanced, hardened, tkdodo, polling and socketio-recovery better in 1 of 1"
    )
    twelve = [difference(f"design-number-{n}") for n in range(10)]
    twelve += [difference(name, says="worse") for name in ("manual-refresh", "polling")]
    assert headline(difference_plot(twelve, "mean_age_us")) == (
        "Mean age: 10 designs better in 1 of 1; 2 designs worse in 1 of 1"
    )
    mixed = [
        difference(f"d{n}", scenario=f"s{s}", says="better" if s < n else "worse")
        for n in range(12)
        for s in range(12)
    ]
    assert headline(difference_plot(mixed, "mean_age_us")) == (
        "Mean age: 12 designs, 11 better somewhere, 12 worse somewhere"
    )


def test_with_many_designs_the_headline_of_the_front_says_less_and_is_whole():
    names = [f"design-number-{n}" for n in range(12)]
    behind = [cell(name, requests_per_commit=5.0 + n) for n, name in enumerate(names)]
    assert headline(pareto(behind)) == (
        "design-number-0 is on the front of cost and age; the other 11 never"
    )
    ahead = [
        cell(name, requests_per_commit=5.0 + n, mean_age_us=1e6 - n) for n, name in enumerate(names)
    ]
    assert headline(pareto(ahead)) == "All 12 designs are on the front of cost and age"
    one = [*ahead[:8], cell("polling", requests_per_commit=20.0, mean_age_us=2e6)]
    assert headline(pareto(one)) == "All but polling are on the front of cost and age"


def test_each_difference_is_a_dot_with_its_interval_and_its_numbers():
    figure = difference_plot(LINES, "mean_age_us")
    shown = words(figure)
    title = "Mean age: enhanced better in 1, worse in 1 of 2; hardened not shown to differ of 1"
    assert title in shown
    assert "−40 ms (−60 ms to −20 ms)" in shown
    assert "+3.0 s (+2.0 s to +4.0 s)" in shown
    assert {"seed/offline · office", "seed/offline · 3g"} <= set(shown)
    spans = [tuple(line.get_xdata()) for line in figure.axes[0].lines if len(line.get_xdata()) == 2]
    assert (-60_000.0, -20_000.0) in spans


def test_zero_and_every_interval_are_in_sight():
    figure = difference_plot(LINES, "mean_age_us")
    low, high = figure.axes[0].get_xlim()
    assert low < -60_000
    assert high > 4e6


def test_the_colour_says_what_is_shown():
    figure = difference_plot(LINES, "mean_age_us")
    marks = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert len({line.get_color() for line in marks}) == 3


def test_names_on_the_axis_of_differences_do_not_touch():
    far = [
        difference(difference=1e9, low=9e8, high=2e9),
        difference(difference=-1e9, low=-2e9, high=-9e8),
        difference(difference=1.0, low=0.5, high=2.0),
    ]
    for lines in (LINES, LINES[:1], far, [difference(difference=-0.4, low=-0.5, high=0.2)]):
        figure = difference_plot(lines, "mean_age_us")
        figure.canvas.draw()
        (axes,) = figure.axes
        low, high = axes.get_xlim()
        ticks = zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
        assert disjoint([t.get_window_extent() for at, t in ticks if low <= at <= high])


def test_the_plot_points_to_the_better_side():
    assert difference_plot(LINES, "mean_age_us").axes[0].get_xlabel() == "better is to the left"
    share = difference(measure="coherent_share", difference=0.1, low=0.05, high=0.2)
    figure = difference_plot([share], "coherent_share")
    assert figure.axes[0].get_xlabel() == "better is to the right"
    assert "+10.0 points (+5.0 to +20.0 points)" in words(figure)


def test_lines_without_room_are_counted_and_none_at_all_is_said():
    many = [difference(scenario=f"s{n}") for n in range(27)]
    assert any("3 lines not drawn" in text for text in words(difference_plot(many, "mean_age_us")))
    alike = difference(scenario="alike", difference=0.0, low=-1.0, high=1.0, says="not shown")
    drawn = words(difference_plot([alike, *many[:24], alike], "mean_age_us"))
    assert any("2 lines that show no difference not drawn" in text for text in drawn)
    assert not any("alike" in text for text in drawn)
    nothing = difference_plot([difference(difference=None)], "mean_age_us")
    assert any("No two designs" in text for text in words(nothing))


def test_differences_of_nothing_are_drawn():
    zero = difference(difference=0.0, low=0.0, high=0.0, says="not shown")
    assert png(difference_plot([zero], "mean_age_us"))
