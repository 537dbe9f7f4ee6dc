from __future__ import annotations

from syncsim.checks import as_json, judge
from syncsim_reports.figures import story_diagram
from tests.checks.notation import history
from tests.checks.test_slices import LINE


def test_the_diagram_shows_what_led_to_the_failure_and_nothing_else():
    more = " op-1.send(backend,m9,query) op-1.open(1) @250 backend.receive(op-1,m9)^2 settle @90000"
    written = history(LINE.replace(" settle @900", more), checks=["INVAL"])
    story = as_json(judge(written), written)["findings"][0]["stories"][0]
    figure = story_diagram(written, "INVAL", story)
    (axes,) = figure.axes
    told = [text.get_text() for text in axes.texts]
    assert figure.texts[0].get_text() == ("What led to the failure of INVAL at 0.200 s on op-2, A1")
    assert "asks: accept A1" in told
    assert "commits A1 v2" in told
    assert "shows A1 v1, pending" in told
    assert "socket opens" not in told
    assert sum(line.get_label() == "lost" for line in axes.lines) == 1
