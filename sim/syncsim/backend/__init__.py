"""The backend: one store, its guards, its audit log and its change feed."""

from syncsim.backend.backend import Backend
from syncsim.backend.settings import Settings

__all__ = ["Backend", "Settings"]
