"""What came on the screens and what clients were told of rows, as one table."""

from __future__ import annotations

from syncsim.timelines.rows import Rows
from syncsim.timelines.tables import Data, Table, Tables

SCREENS = ("mount", "ready", "unmount", "paint", "base")

ROW, OVERLAYS = 0, 1
"""The columns of `read`: the number of the row, and how many intents are painted over it."""


def screens(tables: Tables, rows: Rows) -> Table:
    """Return the records of `SCREENS`, with the rows that they show or tell of numbered."""

    def read(data: Data) -> tuple[int, int]:
        overlays = data.get("overlays")
        return rows.told(data), len(overlays) if isinstance(overlays, list | tuple) else 0

    return tables.of(*SCREENS, read=read)
