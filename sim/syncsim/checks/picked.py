"""The records that are left to walk over, where columns have told the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from syncsim.checks.evidence import Evidence
from syncsim.history import Record
from syncsim.timelines.tables import Table


def picked(evidence: Evidence, *tables: Table) -> Iterable[Record]:
    """Return the records of some tables, in order; no record may be in two of them."""
    seqs = sorted(seq for table in tables for seq in table.seq.tolist())
    if evidence.history.is_in_memory:
        return map(evidence.history.__getitem__, seqs)
    # One by one they would be read from the file again and again.
    wanted = dict.fromkeys(seqs)
    kinds = dict.fromkeys(kind for table in tables for kind in table.codes(table.kind))
    return (record for record in evidence.of(*kinds) if record.seq in wanted)


_OF_ALL = ("row", "commit", "publish")
"""Kinds of which a record may matter to any client."""


def about(clients: frozenset[str], records: Iterable[Record]) -> Iterator[Record]:
    """Yield the records about some clients, and what the backend did."""
    for record in records:
        if record.at in clients or record.peer in clients or record.kind in _OF_ALL:
            yield record
