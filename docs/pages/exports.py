"""The reference page of the formats that a history can be exported to."""

from __future__ import annotations

from pages.markdown import GENERATED, table
from syncsim_reports.exports import FORMATS

_INTRO = """\
# Exports

    syncsim export RUN --to FORMAT --out FILE

`RUN` is the folder of a run or a history file; without `--out` the file goes to standard output.
Each time, what the format cannot hold is said on standard error. Equal histories give equal files.
"""

_LISTS = """\
## Requests as transactions over lists

Jepsen's tools know no versions of rows. They find the order of all writes in what was read, and
lists tell most: an entity is a list, and each commit appends one element to it, the id of the
intent, or `commit-9` where the backend acted by itself. Who reads a row at its third version reads
the list of all that was done to it since the start.

```clojure
{:type :invoke, :process 0, :f :txn, :value [[:append "appointment/A1" "op-1.1"]]}
{:type :ok, :process 1, :f :txn, :value [[:r "appointment/A1" ["op-1.1"]]]}
```

A client has many requests open at once and a process of Jepsen one, so a client is several
processes. `strict-serializable` there is LINEAR here: every request takes effect at one moment
between its start and its end. An intent that took effect twice is `duplicate-elements` there and
ONCE here; one that was refused and took effect all the same is `G1a`.

    syncsim export out/run --to edn --out history.edn
    syncsim check history.edn

Screens cannot be judged there. A row is painted while an intent on it is open, which is what
optimistic updates are for, and a process of Jepsen does one thing at a time.
"""


def page() -> str:
    """Return the reference page of the exports."""
    rows = (
        (f"`{form.name}`", form.readers, form.holds, form.cannot_hold) for form in FORMATS.values()
    )
    heads = ("format", "who reads it", "what it holds", "what it cannot hold")
    return "\n".join([GENERATED, _INTRO, table(heads, rows), _LISTS])
