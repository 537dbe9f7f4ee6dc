"""The wire format of Protocol Buffers, as much of it as a trace needs.

A message is its fields one after the other, each a tag (number and wire type) and a value:
a varint, or bytes with their length before them.
"""

from __future__ import annotations


def varint(number: int) -> bytes:
    """Return a number of at most 64 bits, seven bits a byte, the lowest first.

    A negative number is written as its two's complement of 64 bits, as `int64` is.
    """
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def whole(field: int, number: int) -> bytes:
    """Return a field that holds a whole number, a truth or a name of an enumeration."""
    return varint(field << 3) + varint(number)


def fixed(field: int, number: int) -> bytes:
    """Return a field that holds 64 bits at a fixed length."""
    return varint(field << 3 | 1) + number.to_bytes(8, "little")


def nested(field: int, content: bytes | str) -> bytes:
    """Return a field that holds a text or another message."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(data)) + data
