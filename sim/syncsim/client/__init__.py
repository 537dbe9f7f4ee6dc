"""The dashboards: caches, overlays, writes and recovery behind one state machine."""

from syncsim.client.client import Client

__all__ = ["Client"]
