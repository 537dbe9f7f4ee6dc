from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from syncsim.staleness import costs, measure
from syncsim_reports.figures import png, save, svg, swimlanes
from tests.unit.reports.sample import sample

ROOT = Path(__file__).parents[3]

PROGRAM = """
import hashlib
from syncsim.staleness import measure
from syncsim_reports.figures import *
from tests.unit.reports.comparing import cell, difference
from tests.unit.reports.sample import sample
history = sample()
cells = [cell(), cell("hardened", checks_failed=0.0), cell(network="3g", mean_age_us=4e6)]
staleness = measure(history)
for figure in (
    swimlanes(history, staleness), spacetime(history), coherence_curve({"x": staleness}),
    survival_curves({"x": staleness.windows, "y": staleness.windows[2:]}),
    pareto(cells), heat_map(cells), difference_plot([difference()], "mean_age_us"),
):
    print(hashlib.sha256(png(figure)).hexdigest(), hashlib.sha256(svg(figure)).hexdigest())
"""


def digests(seed):
    path = os.pathsep.join([str(ROOT), *sys.path])
    env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_equal_runs_give_equal_figures_in_every_process():
    first, second = digests("1"), digests("2")
    assert first == second
    assert len(set(first)) == 14


def test_saving_writes_both_forms_and_names_neither_maker_nor_date(tmp_path):
    history = sample()
    figure = swimlanes(history, measure(history))
    paths = save(figure, tmp_path, "lanes")
    assert [path.name for path in paths] == ["lanes.png", "lanes.svg"]
    assert paths[0].read_bytes() == png(figure)
    assert paths[1].read_bytes() == svg(figure)
    assert b"Software" not in paths[0].read_bytes()
    assert b"<dc:date>" not in paths[1].read_bytes()
    assert int.from_bytes(paths[0].read_bytes()[16:20]) == 1600
    assert int.from_bytes(paths[0].read_bytes()[20:24]) == 900


def test_the_settings_of_the_user_are_neither_used_nor_lost():
    import matplotlib as mpl

    history = sample()
    plain = png(swimlanes(history, measure(history)))
    with mpl.rc_context({"font.size": 40, "figure.dpi": 30, "lines.linewidth": 20}):
        assert png(swimlanes(history, measure(history))) == plain
        assert mpl.rcParams["font.size"] == 40
    assert costs(history).commits == 5
