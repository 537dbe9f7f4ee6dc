"""Many runs: trials, comparisons and the claims they support."""

from syncsim.search.claims import Claim, claims
from syncsim.search.compare import Row, compare, row_of, rows
from syncsim.search.trial import Result, Trial, summarise, trial

__all__ = [
    "Claim", "Result", "Row", "Trial", "claims", "compare", "row_of", "rows", "summarise", "trial",
]  # fmt: skip
