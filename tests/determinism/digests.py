"""Prints the SHA-256 of some histories; the tests run it in other processes and Pythons.

The worlds made in Python need nothing but SimPy; with `catalogue` as the argument it also runs
the largest scenario of the catalogue, read from its file.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from syncsim.history import History, jsonl
from syncsim.world import run
from tests.support.scenarios import DESIGNS, busy

SEEDS = (1, 2)


def worlds() -> Iterator[tuple[str, History]]:
    """Yield busy worlds with every fault, under each design and seed."""
    for design in DESIGNS.values():
        for seed in SEEDS:
            yield f"busy {design.name} {seed}", run(busy(design, seed))


def catalogue() -> Iterator[tuple[str, History]]:
    """Yield the largest scenario of the catalogue under each design."""
    from syncsim.scenario import load

    for design in DESIGNS:
        scenario = load("seed/everyone-at-once", design=design)
        yield f"{scenario.name} {design}", run(scenario)


def digests(*, with_catalogue: bool) -> dict[str, str]:
    """Return the digest of each history, by name."""
    histories = [*worlds(), *(catalogue() if with_catalogue else ())]
    return {name: jsonl.digest(history) for name, history in histories}


if __name__ == "__main__":
    found = digests(with_catalogue="catalogue" in sys.argv[1:])
    sys.stdout.write("".join(f"{name}: {digest}\n" for name, digest in found.items()))
