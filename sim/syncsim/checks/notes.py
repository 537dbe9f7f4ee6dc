"""What a reader must know of the world of a run, beside the answers of the checks."""

from __future__ import annotations

from syncsim.history import Header

_RATES = {
    "drop_ppm": "were lost",
    "duplicate_ppm": "came twice",
    "reorder_ppm": "came out of order",
}


def note_of(header: Header) -> str:
    """Say that single frames were lost, doubled or swapped, empty if connections were faithful."""
    rates = header.get("unfaithful")
    if not isinstance(rates, dict):
        return ""
    said = [
        f"{rates[key]:,} {what}"
        for key, what in _RATES.items()
        if isinstance(rates.get(key), int) and rates[key] > 0
    ]
    if not said:
        return ""
    return (
        "The connections were unfaithful, which TCP is not: of a million frames on open WebSockets"
        f" {', '.join(said[:-1])}{' and ' if said[1:] else ''}{said[-1]}."
    )
