"""How long each screen showed old data, how coherent the screens were, and what that cost."""

from syncsim.staleness.costs import Costs, costs
from syncsim.staleness.feedback import Feedback, Sign, feedback, signs
from syncsim.staleness.flickers import flickers
from syncsim.staleness.measure import Staleness, measure
from syncsim.staleness.measures import MEASURES, Measure
from syncsim.staleness.reconnects import reconnect_peak_per_s
from syncsim.staleness.summary import frame, quantiles, survival
from syncsim.staleness.visibility import Visibility, visibility
from syncsim.staleness.window import Window

__all__ = [
    "MEASURES", "Costs", "Feedback", "Measure", "Sign", "Staleness", "Visibility", "Window",
    "costs", "feedback", "flickers", "frame", "measure", "quantiles", "reconnect_peak_per_s",
    "signs", "survival", "visibility",
]  # fmt: skip
