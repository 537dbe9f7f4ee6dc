from __future__ import annotations

from syncsim.checks.models import models_as_json, models_of
from syncsim_reports.figures import ladder
from syncsim_reports.words_of_models import broken, held
from tests.checks.notation import history

LINE = (
    "A1 op-1.mount(one/A1) op-1:one/A1=A1.1 op-1.ready(one/A1) op-2.mount(one/A1)"
    " op-2:one/A1=A1.1 op-2.ready(one/A1) @100 op-2?i1:accept(A1) +A1{status=accepted}/i1"
    " op-2!i1=ok op-2:one/A1=A1.2 @200 op-1:one/A1=A1.2 @300 op-1:one/A1=A1.1 @400"
    " op-1:one/A1=A1.2 settle @900 end"
)


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_the_figure_has_a_ladder_for_everybody_and_each_client():
    written = history(LINE)
    figure = ladder(models_of(written), written.header)
    written_there = texts(figure)
    for name in ("everybody", "op-1", "op-2", "th-1", "linearizable", "eventual", "0.300 s"):
        assert name in written_there
    assert figure.texts[0].get_text().startswith("What all screens together held to: ")


def test_a_client_whose_view_went_back_does_not_read_monotonically():
    found = models_of(history(LINE))
    assert broken(found["op-1"]) == "monotonic-reads at 0.300 s"
    assert "monotonic-reads" not in held(found["op-1"])
    assert "read-your-writes" in held(found["op-2"])
    assert broken(found["th-1"]) == "nothing; 9 models were not put to the test"


def test_the_models_as_json_say_what_decided_each():
    found = models_as_json(models_of(history(LINE)))
    assert list(found) == ["all", "op-1", "op-2", "th-1"]
    assert found["op-1"]["models"]["monotonic-reads"]["status"] == "fail"
    assert found["op-1"]["models"]["PRAM"]["decided_by"] == "MONO"


def test_nothing_is_drawn_of_a_history_that_cannot_be_judged():
    damaged = history(LINE)
    damaged.header["domain"] = None
    assert models_of(damaged) == {}
    assert ladder({}, damaged.header).texts[0].get_text() == "No model can be named"
