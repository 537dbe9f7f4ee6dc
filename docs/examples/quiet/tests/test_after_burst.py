"""The strategy is held against what syncsim asks of every design."""

from pathlib import Path

from syncsim.scenario import load
from syncsim.testing import DesignTests
from syncsim.world import run

DESIGN = Path(__file__).parents[1] / "quiet.yaml"


class TestQuiet(DesignTests):
    design = str(DESIGN)
    scenarios = ("seed/accept-pending", "seed/payment", "seed/everyone-at-once")
    keeps = ("CONV", "INVAL", "ROLL", "RYW", "MONO", "ONCE", "OVER", "LEGAL", "DONE")


def test_it_asks_less_often_than_hardened():
    quiet, hardened = (
        len(list(run(load("seed/everyone-at-once", design=design)).of("fetch")))
        for design in (str(DESIGN), "hardened")
    )
    assert quiet < hardened
