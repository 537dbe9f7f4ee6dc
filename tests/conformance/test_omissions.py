"""What the generator leaves out is what the list says: no option of the package is forgotten."""

from __future__ import annotations

import re

import pytest

from syncsim.bridge.tanstack import FOLDER
from syncsim.conformance import programs
from syncsim.conformance.omissions import OMISSIONS

SOURCE = FOLDER / "node_modules" / "@tanstack" / "query-core" / "src"

RECORDS = {
    "types.ts": (
        *("QueryOptions", "QueryObserverOptions", "FetchQueryOptions", "EnsureQueryDataOptions"),
        *("MutationOptions", "MutationObserverOptions", "MutateOptions"),
        *("InvalidateQueryFilters", "InvalidateOptions", "RefetchOptions", "ResultOptions"),
        *("CancelOptions", "SetDataOptions"),
    ),
    "utils.ts": ("QueryFilters",),
}

OF_STEPS = {
    *("queryKey", "queryFn", "mutationFn", "mutationKey"),
    *("refetchType", "cancelRefetch", "revert", "silent", "updatedAt", "revalidateIfStale"),
    *("onMutate", "onSuccess", "onError", "onSettled"),
}
"""What a step says by its kind, or what the generator writes beside the tables of options."""


def options_of(text: str, record: str) -> set[str]:
    """Return the names of the members of an interface, but for those of the package's own."""
    found = re.search(
        rf"^export (?:interface|type) {record}\b.*?^\}}", text, re.DOTALL | re.MULTILINE
    )
    assert found is not None, record
    return set(re.findall(r"^  ([a-zA-Z]\w*)\??:", found[0], re.MULTILINE))


@pytest.mark.usefixtures("packages")
def test_every_option_of_the_package_is_generated_or_left_out_by_name():
    there: set[str] = set()
    for file, records in RECORDS.items():
        text = (SOURCE / file).read_text(encoding="utf-8")
        for record in records:
            there |= options_of(text, record)
    generated = {*programs.QUERY_OPTIONS, *programs.MUTATION_OPTIONS, *programs.FILTERS, *OF_STEPS}
    left_out = [name for omission in OMISSIONS for name in omission.options]
    assert len(left_out) == len(set(left_out))
    assert sorted(there - generated) == sorted(left_out)
    assert sorted(generated - there) == ["defaults"], "a step's own: setMutationDefaults"
