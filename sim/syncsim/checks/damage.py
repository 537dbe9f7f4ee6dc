"""What a history lacks that judging rests on, or how it broke off."""

from __future__ import annotations

from syncsim.checks.evidence import seconds
from syncsim.history import Header, Records

DOMAIN_FACTS = ("transitions", "actions", "queries", "projections")
"""What a header must say of the application before anything can be judged."""


def damage(history: Records) -> str:
    """Say why nothing can be judged from a history, empty if it can."""
    return _of_header(history.header) or _broke(history)


def names(header: Header, key: str) -> list[str] | None:
    """Return the names under a key of the header; None if there are none, or no names."""
    value = header.get(key)
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        return None
    return list(value)


def _of_header(header: Header) -> str:
    """Say what a header lacks that judging rests on, empty if it is whole."""
    clients, domain = header.get("clients"), header.get("domain")
    if not isinstance(clients, dict) or not clients:
        return "the header does not say who the clients were"
    for name, client in clients.items():
        if not isinstance(client, dict) or not {"role", "user"} <= client.keys():
            return f"the header does not say the role and the user of {name}"
    if not isinstance(domain, dict):
        return "the header does not say what the application is"
    for fact in DOMAIN_FACTS:
        if not isinstance(domain.get(fact), dict):
            return f"the header does not say the {fact} of the application"
    for key in ("checks", "sometimes", "properties"):
        if header.get(key) is not None and names(header, key) is None:
            return f"the header's {key} is not a list of names"
    return ""


def _broke(history: Records) -> str:
    """Say why a run went no further, empty if it did not break off."""
    for record in history.of("broke"):
        data = record.data or {}
        found = f"{data.get('place')} expected {data.get('expected')}, found {data.get('found')}"
        return f"the run broke off at {seconds(record.time_us)}: {found}"
    return ""
