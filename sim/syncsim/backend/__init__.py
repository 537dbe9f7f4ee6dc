"""The backend: one store, its guards, its audit log and its change feed."""

from syncsim.backend.backend import Backend

__all__ = ["Backend"]
