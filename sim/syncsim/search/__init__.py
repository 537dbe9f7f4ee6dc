"""Many runs: trials, comparisons, what they show, and the claims they support."""

from syncsim.search.claims import Claim, claims
from syncsim.search.compare import Row, compare, row_of, rows
from syncsim.search.counterfactual import roll_without, with_counterfactual
from syncsim.search.differences import Difference, differences, differences_over_all
from syncsim.search.metrics import Metrics, Typical, metrics, typical
from syncsim.search.tallies import Tally, tallies
from syncsim.search.trial import Result, Trial, summarise, trial

__all__ = [
    "Claim", "Difference", "Metrics", "Result", "Row", "Tally", "Trial", "Typical", "claims",
    "compare", "differences", "differences_over_all", "metrics", "roll_without", "row_of", "rows",
    "summarise", "tallies", "trial", "typical", "with_counterfactual",
]  # fmt: skip
