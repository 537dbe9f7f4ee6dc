"""The application under study, as a value."""

from syncsim.domain.booking import BOOKING
from syncsim.domain.digest import digest
from syncsim.domain.domain import SYSTEM_ROLE, Action, Domain, Effect, Entity, Query
from syncsim.domain.row import Fields, Row, id_of, type_of
from syncsim.domain.rules import Change, Lookup, allows, changes

__all__ = [
    "BOOKING", "SYSTEM_ROLE", "Action", "Change", "Domain", "Effect", "Entity", "Fields",
    "Lookup", "Query", "Row", "allows", "changes", "digest", "id_of",
    "type_of",
]  # fmt: skip
