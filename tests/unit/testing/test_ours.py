"""What syncsim ships is held against the classes that it offers to others."""

from __future__ import annotations

from syncsim.domain import BOOKING
from syncsim.testing import DesignTests, DomainTests


class TestBooking(DomainTests):
    domain = BOOKING


class TestHardened(DesignTests):
    design = "hardened"
    scenarios = ("seed/offline", "seed/two-operators")
    keeps = ("CONV", "DONE", "INVAL", "LEGAL", "MONO", "ONCE", "OVER", "ROLL", "RYW", "XVIEW")
    seeds = (1,)
