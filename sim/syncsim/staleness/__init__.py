"""How long each screen showed old data, how coherent the screens were, and what that cost."""

from syncsim.staleness.costs import Costs, costs
from syncsim.staleness.feedback import Feedback, feedback
from syncsim.staleness.measure import Staleness, measure
from syncsim.staleness.summary import frame, quantiles, survival
from syncsim.staleness.window import Window

__all__ = [
    "Costs", "Feedback", "Staleness", "Window", "costs", "feedback", "frame", "measure",
    "quantiles", "survival",
]  # fmt: skip
