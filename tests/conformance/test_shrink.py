"""Rows of bytes are cut to the smallest that still do what is looked for."""

from __future__ import annotations

from syncsim.conformance import shrink
from syncsim.conformance.shrink import smallest

ROWS = (bytes([9, 200, 3]), *(bytes([step, 50, 60, 70]) for step in range(1, 20)))


def test_only_what_is_needed_is_left():
    def differs(rows):
        kinds = [row[0] for row in rows[1:] if row]
        return 5 in kinds and 17 in kinds and any(row[2:3] >= b"\x30" for row in rows)

    assert smallest(ROWS, differs) == (b"", b"\x05", b"\x11\x00\x30")


def test_all_goes_if_nothing_is_needed_but_a_row_of_its_own():
    assert smallest(ROWS, lambda rows: True) == (b"",)


def test_what_must_stay_as_it_is_stays():
    assert smallest(ROWS, lambda rows: rows == ROWS) == ROWS


def test_the_rows_of_the_result_differ():
    def differs(rows):
        return sum(map(sum, rows)) % 7 == sum(map(sum, ROWS)) % 7

    assert differs(smallest(ROWS, differs))


def test_there_is_an_end_to_trials(monkeypatch):
    monkeypatch.setattr(shrink, "TRIALS_MAX", 3)
    tried: list[int] = []
    smallest(ROWS, lambda rows: bool(tried.append(len(rows))))
    assert len(tried) == 3
