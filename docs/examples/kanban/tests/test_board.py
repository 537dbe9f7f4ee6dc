"""The board is held against what syncsim asks of every application and every design."""

from pathlib import Path

from kanban_board.board import KANBAN

from syncsim.testing import DesignTests, DomainTests

SCENARIO = Path(__file__).parents[1] / "two-members.yaml"


class TestBoard(DomainTests):
    domain = KANBAN


class TestHardened(DesignTests):
    design = "hardened"
    scenarios = (SCENARIO,)
    keeps = ("CONV", "INVAL", "ROLL", "RYW", "MONO", "ONCE", "XVIEW", "LEGAL", "BATCH", "DONE")
