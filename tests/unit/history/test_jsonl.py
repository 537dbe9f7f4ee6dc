"""Histories on disk: canonical, read back to the byte, and never trusted when damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from syncsim.errors import EXIT_UNKNOWN, HistoryError
from syncsim.history import History, jsonl


def sample() -> History:
    history = History({"scenario": "sample", "clients": {"op-1": {"role": "operator"}}})
    history.append(0, "phase", data={"phase": "safety"})
    history.append(5, "send", "op-1", "backend", 0, "i1", "i1/1", data={"what": "mutate"})
    history.append(9, "receive", "backend", "op-1", 1, "i1", "i1/1", "appointment/A1", 2, 7)
    history.append(9, "phase", data={"phase": "end"})
    return history


@pytest.fixture
def lines(tmp_path: Path) -> list[str]:
    jsonl.write(sample(), tmp_path / "history.jsonl")
    return (tmp_path / "history.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)


def refused(tmp_path: Path, text: str | bytes) -> str:
    """Return what is said of a file with this text."""
    path = tmp_path / "damaged.jsonl"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(HistoryError) as error:
        jsonl.read(path)
    assert error.value.exit_status == EXIT_UNKNOWN
    return str(error.value).replace(str(path), "FILE")


def test_what_is_written_reads_back_to_the_byte(tmp_path, lines):
    path = tmp_path / "history.jsonl"
    again = tmp_path / "again.jsonl"
    jsonl.write(jsonl.read(path), again)
    assert again.read_bytes() == path.read_bytes()
    assert list(jsonl.read(path)) == list(sample())


def test_keys_are_sorted_and_empty_fields_left_out(lines):
    assert lines[1] == '{"data":{"phase":"safety"},"kind":"phase","seq":0,"time_us":0}\n'
    assert json.loads(lines[0])["records"] == 4


def test_the_digest_is_that_of_the_file(tmp_path, lines):
    import hashlib

    digest = hashlib.sha256((tmp_path / "history.jsonl").read_bytes()).hexdigest()
    assert jsonl.digest(sample()) == digest


def test_floats_cannot_be_written(tmp_path):
    history = sample()
    history.append(9, "fault", data={"rate": float("nan")})
    with pytest.raises(ValueError, match="not JSON compliant"):
        jsonl.digest(history)


def test_a_file_cut_between_lines_is_refused_at_its_last_line(tmp_path, lines):
    said = refused(tmp_path, "".join(lines[:3]))
    assert said.startswith("FILE:3: unreadable-history")
    assert "expected 4 records, as the header promises" in said
    assert "the end of the file after 2" in said


def test_a_file_cut_within_a_line_is_refused_at_that_line(tmp_path, lines):
    said = refused(tmp_path, "".join(lines[:3]) + lines[3][:20])
    assert said.startswith("FILE:4: unreadable-history")
    assert "expected a line end" in said


@pytest.mark.parametrize(
    ("damage", "place", "expected"),
    [
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], 2, "record 0"),
        (lambda lines: [*lines[:3], lines[3].replace('"time_us":9', '"time_us":4'), lines[4]], 4,
         "a time of 5 or later"),
        (lambda lines: [*lines[:2], lines[2].replace('"send"', '"sent"'), *lines[3:]], 3,
         "a known kind of record"),
        (lambda lines: [*lines[:2], lines[2].replace('"cause":0', '"cause":7'), *lines[3:]], 3,
         "an earlier record as the cause"),
        (lambda lines: [*lines[:2], lines[2].replace('"op-1"', "17"), *lines[3:]], 3, "text in"),
        (lambda lines: [*lines[:2], lines[2].replace('"time_us":5', '"time_us":5.5'), *lines[3:]],
         3, "a whole number in 'time_us'"),
        (lambda lines: [*lines[:2], lines[2].replace('"send"', '["send"]'), *lines[3:]], 3,
         "a known kind of record"),
        (lambda lines: [*lines[:3], lines[3].replace('"lsn":7', '"lsn":2147483648'), lines[4]], 4,
         "a whole number in 'lsn'"),
        (lambda lines: [*lines[:4], lines[4].replace(":9", f":{2**63}")], 5,
         "a whole number in 'time_us'"),
        (lambda lines: [*lines[:4], lines[4].replace(":9", ":" + "9" * 5_000)], 5, "a JSON object"),
        (lambda lines: [*lines[:2], lines[2].replace("mutate", "\\ud800"), *lines[3:]], 3,
         "a JSON object"),
        (lambda lines: [*lines[:2], lines[1], *lines[2:]], 3, "record 1"),
        (lambda lines: [*lines[:2], "[1, 2]\n", *lines[3:]], 3, "a JSON object"),
        (lambda lines: [*lines[:2], "[" * 100_000 + "\n", *lines[3:]], 3, "a JSON object"),
        (lambda lines: [lines[0].replace('"version":1', '"version":99'), *lines[1:]], 1,
         "history format version 1"),
        (lambda lines: [lines[0].replace('"records":4', '"records":-4'), *lines[1:]], 1,
         "the number of records"),
        (lambda lines: lines[1:], 1, "a header with"),
        (lambda lines: [], 1, "a line end"),
    ],
    ids=[
        "reordered", "time-back", "unknown-kind", "later-cause", "number-for-text", "float",
        "list-for-kind", "large", "late", "endless-number", "half-a-surrogate", "twice",
        "list", "deep", "newer-format", "negative-count", "no-header", "empty",
    ],
)  # fmt: skip
def test_a_damaged_line_is_named(tmp_path, lines, damage, place, expected):
    said = refused(tmp_path, "".join(damage(lines)))
    assert said.startswith(f"FILE:{place}: unreadable-history"), said
    assert f"expected {expected}" in said


def test_an_id_that_two_intents_have_is_refused(tmp_path):
    history = sample()
    for at in ("op-1", "op-2"):
        history.append(20, "intent", at, intent="")
        history.append(20, "intent", at, intent=f"{at}.1")
    jsonl.write(history, tmp_path / "once.jsonl")
    assert len(jsonl.read(tmp_path / "once.jsonl")) == len(history)
    said = refused(tmp_path, (tmp_path / "once.jsonl").read_text().replace("op-2.1", "op-1.1"))
    assert said.startswith("FILE:9: unreadable-history")
    assert "found 'op-1.1', the id of the intent at line 7" in said


def test_an_outcome_of_what_nobody_asked_is_refused(tmp_path):
    history = sample()
    history.append(20, "outcome", "op-1", intent="", data={"result": "ok"})
    history.append(20, "intent", "op-1", intent="op-1.1")
    history.append(21, "outcome", "op-1", intent="op-1.1", data={"result": "ok"})
    jsonl.write(history, tmp_path / "asked.jsonl")
    assert len(jsonl.read(tmp_path / "asked.jsonl")) == len(history)
    lines = (tmp_path / "asked.jsonl").read_text().splitlines(keepends=True)
    said = refused(tmp_path, "".join([*lines[:-1], lines[-1].replace("op-1.1", "op-1.7")]))
    assert said.startswith("FILE:8: unreadable-history")
    assert "found an outcome of 'op-1.7', which nobody had asked" in said


def test_bytes_that_are_no_text_are_refused(tmp_path, lines):
    said = refused(tmp_path, lines[0].encode() + b"\xff\xfe\x00\n")
    assert said.startswith("FILE:2:")


def test_a_line_without_end_is_not_read_into_memory(tmp_path, lines, monkeypatch):
    monkeypatch.setattr(jsonl, "LINE_BYTES_MAX", 1_000)
    said = refused(tmp_path, lines[0] + '{"seq":0' + " " * 2_000 + "}\n")
    assert said.startswith("FILE:2:")
    assert "at most 1000 bytes a line" in said


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(HistoryError, match="No such file"):
        jsonl.read(tmp_path / "nothing.jsonl")
