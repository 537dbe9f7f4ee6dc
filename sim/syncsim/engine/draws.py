"""Keyed randomness: every draw is a hash of the seed and the name of what is decided.

There is no stream whose position could shift. Removing one message from a run leaves the
draws of all others as they were, and two designs under one seed meet the same luck.
"""

from __future__ import annotations

import hashlib
import math
import zlib

_UNIT = 1 << 64
_WORD = 1 << 32


class Draws:
    """The luck of one seed.

    >>> Draws(7).bits("op-1.1/1") == Draws(7).bits("op-1.1/1")
    True
    """

    __slots__ = ("_root",)

    def __init__(self, seed: int) -> None:
        assert seed >= 0, seed
        self._root = hashlib.blake2b(digest_size=8, key=str(seed).encode(), person=b"syncsim")

    def bits(self, name: str) -> int:
        """Return 64 bits that depend on the seed and the name alone."""
        hasher = self._root.copy()
        hasher.update(name.encode())
        return int.from_bytes(hasher.digest(), "big")

    def below(self, limit: int, name: str) -> int:
        """Return a whole number from 0 to `limit` - 1."""
        assert limit > 0, limit
        return self.bits(name) * limit // _UNIT

    def exponential_us(self, mean_us: int, name: str) -> int:
        """Return an exponentially distributed duration, in microseconds."""
        assert mean_us >= 0, mean_us
        return round(-mean_us * math.log((self.bits(name) + 1) / _UNIT))

    def first(self, names: list[str], salt: str) -> str:
        """Return the name that comes first in an order shuffled by `salt`.

        Taking a name away does not change which of the others comes first, unless it was
        the one. There may be many names, so each costs a checksum and not a hash. The checksum
        alone would favour some: for names of one length its start flips the same bits in all.
        """
        assert names, salt
        bits = self.bits(salt)
        start, odd = bits >> 32, bits | 1
        return min(names, key=lambda name: (zlib.crc32(name.encode(), start) * odd % _WORD, name))
