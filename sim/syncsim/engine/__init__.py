"""Virtual time and keyed randomness; nothing here knows what is simulated."""

from syncsim.engine.clock import Engine
from syncsim.engine.draws import Draws

__all__ = ["Draws", "Engine"]
