"""A history in the formats of other tools, one small file for each.

    FORMATS["shiviz"].write(history)        the bytes of the file

Each format says what it cannot hold; a reader of that file must not take it for the history.
"""

from __future__ import annotations

from syncsim_reports.exports import (
    csv_table,
    edn,
    elle_json,
    itf,
    junit,
    parquet_table,
    perfetto,
    porcupine,
    shiviz,
)
from syncsim_reports.exports.format import Format

__all__ = ["FORMATS", "Format"]

FORMATS: dict[str, Format] = {
    module.FORMAT.name: module.FORMAT
    for module in (
        edn, elle_json, shiviz, perfetto, porcupine, itf, csv_table, parquet_table, junit,
    )
}  # fmt: skip
"""Every format by name, in the order in which people read them."""
