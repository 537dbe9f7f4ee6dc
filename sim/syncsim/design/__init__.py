"""Sync designs as records; the strategies that carry them out live with the clients."""

from syncsim.design.design import Design, Feed, Merge, Overlay, Read, Recovery, Write

__all__ = ["Design", "Feed", "Merge", "Overlay", "Read", "Recovery", "Write"]
