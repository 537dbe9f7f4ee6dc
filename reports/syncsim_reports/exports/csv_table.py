"""CSV: one line a record, for spreadsheets and other statistics."""

from __future__ import annotations

import csv
from io import StringIO

from syncsim.history import History
from syncsim.history.record import FIELDS, NUMBER_FIELDS, Record
from syncsim_reports.exports.format import Format, compact


def write(history: History) -> bytes:
    """Return the records; an empty field says that it does not apply, `data` is JSON."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    writer.writerows(_row(record) for record in history)
    return out.getvalue().encode("utf-8")


def _row(record: Record) -> list[str | int]:
    made = record._asdict()
    for field in NUMBER_FIELDS:
        made[field] = "" if made[field] < 0 else made[field]
    made["data"] = "" if record.data is None else compact(record.data)
    return [made[field] for field in FIELDS]


FORMAT = Format(
    name="csv",
    suffix=".csv",
    readers="any spreadsheet, R, pandas",
    holds="every field of every record, in order; `data` as JSON",
    cannot_hold=(
        "the header: who the clients were, what the application is, the design, the seed. Without"
        " it nothing can be judged"
    ),
    write=write,
)
