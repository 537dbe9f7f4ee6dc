"""How numbers and names are written for people: `84 ms`, `12.3 kB`, `99.9 %`.

Every figure, page and table writes through this module, so one quantity looks the same
wherever it is read.
"""

from __future__ import annotations

from collections.abc import Sequence

MILLISECOND_US = 1_000
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US

NOTHING = "–"
"""What stands where there is no number."""


def duration(time_us: float | None) -> str:
    """Write a duration with two or three digits: `250 µs`, `84 ms`, `1.2 s`, `3.5 min`."""
    if time_us is None:
        return NOTHING
    if time_us == 0:
        return "0 s"
    if time_us < MILLISECOND_US:
        return f"{time_us:.0f} µs"
    if time_us < 999.5 * MILLISECOND_US:
        return f"{time_us / MILLISECOND_US:.0f} ms"
    if time_us < 9.95 * SECOND_US:
        return f"{time_us / SECOND_US:.1f} s"
    if time_us < 119.5 * SECOND_US:
        return f"{time_us / SECOND_US:.0f} s"
    return f"{time_us / MINUTE_US:.1f} min"


def moment(time_us: int) -> str:
    """Write a point in virtual time: `1.204 s`."""
    return f"{time_us // SECOND_US}.{time_us % SECOND_US // MILLISECOND_US:03d} s"


def size(count: float | None) -> str:
    """Write a number of bytes in decimal units: `512 B`, `12.3 kB`, `4.0 MB`."""
    if count is None:
        return NOTHING
    if count < 999.5:
        return f"{count:.0f} B"
    if count < 999_950:
        return f"{count / 1e3:.1f} kB"
    if count < 999_950_000:
        return f"{count / 1e6:.1f} MB"
    return f"{count / 1e9:.1f} GB"


def share(part: float | None) -> str:
    """Write a share of one as a percentage; only the whole is `100 %`, only none is `0 %`."""
    if part is None:
        return NOTHING
    if part in (0, 1):
        return f"{part * 100:.0f} %"
    return f"{min(max(part * 100, 0.1), 99.9):.1f} %"


def ratio(value: float | None) -> str:
    """Write a plain number with one decimal."""
    return NOTHING if value is None else f"{value:.1f}"


def amount(value: float | None, unit: str) -> str:
    """Write a measure in its unit: `us`, `share`, `bytes` or `count`."""
    write = {"us": duration, "share": share, "bytes": size}.get(unit, ratio)
    return write(value)


def change(value: float | None, unit: str) -> str:
    """Write a difference with its sign; that of two shares in percentage points."""
    if value is None:
        return NOTHING
    if unit == "share":
        text = f"{abs(value) * 100:.1f} points"
    elif unit == "count":
        text = f"{abs(value):.2f}"
    else:
        text = amount(abs(value), unit)
    sign = "" if value == 0 else "+" if value > 0 else "−"
    return sign + text


def count(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun: `1 window`, `1,204 windows`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(names: Sequence[str]) -> str:
    """Write names as in a sentence: `a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), *names[-1:]] if len(names) > 1 else names)


def row_name(entity: str, limit: int) -> str:
    """Write a row as `appointment A1`, or as the end of its id where that is too long."""
    kind, _, name = entity.partition("/")
    if len(kind) + 1 + len(name) <= limit:
        return f"{kind} {name}"
    return row_id(entity, limit)


def row_id(entity: str, limit: int = 14) -> str:
    """Write a row without its type, `A1`; of a long id the end, which tells it apart."""
    name = entity.partition("/")[2]
    return name if len(name) <= limit else f"…{name[1 - limit :]}"


def plain(text: str, limit: int = 200) -> str:
    """Return text that is safe on one line: printable, and cut at `limit` characters.

    Names come from files that anyone may have written; control characters in them could
    reach a terminal as commands or break an XML file.
    """
    clean = "".join(char if char.isprintable() else "?" for char in text[: limit + 1])
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"
