"""The application under study, as a value."""

from syncsim.domain.booking import BOOKING
from syncsim.domain.domain import SYSTEM_ROLE, Action, Domain, Effect, Entity, Query

__all__ = ["BOOKING", "SYSTEM_ROLE", "Action", "Domain", "Effect", "Entity", "Query"]
