"""The record: what happened in a run, and the only evidence that anything is judged by."""

from syncsim.history.conditions import Condition, Fields, Test, compile_conditions
from syncsim.history.history import Header, History
from syncsim.history.kinds import FORMAT, KINDS, VERSION, Kind
from syncsim.history.record import Record
from syncsim.history.records import Records

__all__ = [
    "FORMAT", "KINDS", "VERSION", "Condition", "Fields", "Header", "History", "Kind", "Record",
    "Records", "Test", "compile_conditions",
]  # fmt: skip
