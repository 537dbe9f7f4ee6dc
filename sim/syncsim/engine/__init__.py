"""Virtual time and keyed randomness; nothing here knows what is simulated."""

from syncsim.engine.clock import Engine
from syncsim.engine.draws import Draws
from syncsim.engine.wall_clock import WallClock

__all__ = ["Draws", "Engine", "WallClock"]
