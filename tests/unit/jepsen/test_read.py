"""Histories from outside: what is understood, and every kind of input that is refused."""

from __future__ import annotations

import json
from dataclasses import astuple

import pytest

from syncsim.errors import HistoryError, InputError
from syncsim.jepsen import edn, judge, read, read_file, read_text
from syncsim.jepsen.values import DEPTH_MAX, Tagged, words

INVOKE = "{:index 0, :time 5, :type :invoke, :process 0, :f :txn, :value [[:r :x nil]]}"
OK = "{:index 1, :time 9, :type :ok, :process 0, :f :txn, :value [[:r :x [1 2]]]}"


def form(text):
    return edn.read(text, 0, len(text))[0]


def refused(text):
    """Return each problem of a text as its place in it and its code."""
    with pytest.raises(HistoryError) as error:
        read_text(text, "F")
    assert all(
        problem.expected and problem.found and problem.hint for problem in error.value.problems
    )
    return [f"{problem.place}: {problem.code}" for problem in error.value.problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("nil", None),
        (":jepsen/op", "jepsen/op"),
        ("java.net.ConnectException", "java.net.ConnectException"),
        ("-17", -17),
        ("17N", 17),
        ("0x1F", 31),
        ("-", "-"),
        ('"a\\n\\"\\u0041;"', 'a\n"A;'),
        ("[1, 2 (3)]", (1, 2, (3,))),
        ("; first\n[1 ;second\n 2 #_ #_ 3 4 5]", (1, 2, 5)),
        ('#inst "2026-01-01"', Tagged("inst", "2026-01-01")),
        ("#{1 2}", Tagged("set", (1, 2))),
        ("\\a", Tagged("char", "a")),
        ("\\newline", Tagged("char", "\n")),
        ('{:a 1, "b" {}}', {"a": 1, "b": {}}),
        ("#a.b.Op{:x 1}", Tagged("a.b.Op", {"x": 1})),
    ],
    ids=str,
)  # fmt: skip
def test_edn_is_read(text, value):
    assert form(text) == value


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False), ("1.5", 1.5)])
def test_truth_and_fractions_are_read_as_such(text, value):
    assert form(text) is value or (form(text) == value and isinstance(form(text), float))


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("", 0, "a value"),
        ("[1", 0, "the end of what begins with '['"),
        ("[1}", 2, "']'"),
        ("]", 0, "a value"),
        ("{:a}", 0, "a map with a value for each key"),
        ("{:a 1 :a 2}", 0, "each key once"),
        ("{{} 1}", 0, "keys that are no maps"),
        ('"abc', 0, "the closing quote of a string"),
        ('["\\q"]', 2, "an escape of EDN"),
        ("12abc", 0, "a number"),
        ("1/2", 0, "a number"),
        ("9" * 41, 0, "a number of at most 40 characters"),
        (":", 0, "a keyword with a name"),
        ("::a", 0, "a keyword with a name"),
        ("#", 0, "a value"),
        ("##Inf", 0, "a value"),
        ("^a b", 0, "a value"),
        ("#_", 0, "the end of what begins with '#_'"),
        ("#tag", 0, "the end of what begins with '#tag'"),
        ("[" * (DEPTH_MAX + 1), DEPTH_MAX, f"at most {DEPTH_MAX} levels"),
        ("#a " * (DEPTH_MAX + 1), DEPTH_MAX * 3, f"at most {DEPTH_MAX} levels"),
    ],
)
def test_what_is_not_edn_is_refused_at_its_place(text, offset, expected):
    with pytest.raises(edn.EdnError) as error:
        form(text)
    assert (error.value.offset, error.value.expected) == (offset, expected)


def test_edn_is_never_evaluated():
    assert form("#=(System/exit 1)" if False else "(System/exit 1)") == ("System/exit", 1)
    with pytest.raises(edn.EdnError):
        form("#=(System/exit 1)")


AS_JSON = [
    {
        "index": 0,
        "time": 5,
        "type": "invoke",
        "process": 0,
        "f": "txn",
        "value": [["r", "x", None]],
    },
    {"index": 1, "time": 9, "type": "ok", "process": 0, "f": "txn", "value": [["r", "x", [1, 2]]]},
]


@pytest.mark.parametrize(
    "text",
    [
        f"{INVOKE}\n{OK}\n",
        f"{INVOKE} {OK}",
        f"[{INVOKE}\n {OK}]",
        f"; a comment\n#jepsen.history.Op{INVOKE}\r\n#jepsen.history.Op{OK}",
        json.dumps(AS_JSON),
        json.dumps(AS_JSON, indent=2),
        "\n".join(map(json.dumps, AS_JSON)),
    ],
    ids=["lines", "one-line", "vector", "records", "array", "indented", "json-lines"],
)
def test_every_layout_gives_the_same_operations(text):
    operations = read_text(text)
    assert [astuple(operation)[:6] for operation in operations] == [
        (0, 5, "invoke", 0, "txn", (("r", "x", None),)),
        (1, 9, "ok", 0, "txn", (("r", "x", (1, 2)),)),
    ]


def test_a_history_without_index_and_time_is_numbered_as_it_stands():
    operations = read_text('{"type":"invoke","process":0}\n{"type":"ok","process":0,"time":-1}')
    assert [(operation.index, operation.time_ns, operation.f) for operation in operations] == [
        (0, None, ""), (1, None, ""),
    ]  # fmt: skip


def test_the_nemesis_keeps_no_rules():
    nemesis = "{:type :info :process :nemesis :f :start :value {:cut #{1 2}}}"
    operations = read_text(nemesis * 3)
    assert operations[0].value == Tagged("map", (("cut", Tagged("set", (1, 2))),))


def test_a_file_is_read_with_its_name_in_problems(tmp_path):
    path = tmp_path / "history.edn"
    path.write_bytes(b"\xef\xbb\xbf" + f"{INVOKE}\n{OK}\n".encode())
    assert len(read_file(path)) == 2
    path.write_text(f"{INVOKE}\n {{:index 1 :type :okay :process 0}}", "utf-8")
    with pytest.raises(HistoryError) as error:
        read_file(path)
    (problem,) = error.value.problems
    assert problem.place == f"{path}:2:2"
    assert problem.hint == "did you mean 'ok'?"


def test_a_file_in_another_encoding_is_refused_at_its_byte(tmp_path):
    path = tmp_path / "history.edn"
    path.write_bytes(f"{INVOKE}\n".encode() + b'{:a "\xe9"}')
    with pytest.raises(HistoryError) as error:
        read_file(path)
    (problem,) = error.value.problems
    assert (problem.code, problem.found) == ("wrong-encoding", "the byte 0xe9")
    assert problem.place == f"{path}:2:6"


def test_a_file_that_is_missing_or_too_large_is_refused(tmp_path, monkeypatch):
    with pytest.raises(HistoryError, match="No such file"):
        read_file(tmp_path / "nothing.edn")
    (tmp_path / "large.edn").write_text(INVOKE + OK, "utf-8")
    monkeypatch.setattr(read, "FILE_BYTES_MAX", 20)
    with pytest.raises(HistoryError, match="at most 20 bytes"):
        read_file(tmp_path / "large.edn")


def event(index, kind, process=0, f="txn", extra=""):
    return f"{{:index {index} :type :{kind} :process {process} :f :{f} {extra}}}\n"


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["F: unreadable-history"]),
        ("[]", ["F: unreadable-history"]),
        ("7 8", ["F:1:1: wrong-type", "F:1:3: wrong-type"]),
        ("{}", ["F:1:1: unknown-type", "F:1:1: wrong-type"]),
        (event(0, "invok"), ["F:1:1: unknown-type"]),
        (event(0, "invoke", "1.5"), ["F:1:1: wrong-type"]),
        (event(0, "invoke", "nil"), ["F:1:1: wrong-type"]),
        (event(0, "invoke", "true"), ["F:1:1: wrong-type"]),
        (event(-1, "invoke"), ["F:1:1: wrong-type"]),
        (event(2**63, "invoke"), ["F:1:1: wrong-type"]),
        (event(0, "invoke", extra=":time 1.5"), ["F:1:1: wrong-type"]),
        ("{:index 0 :type :invoke :process 0 :f 7}", ["F:1:1: wrong-type"]),
        (event(0, "invoke") + "{:type :ok :process 0 :f :txn}", ["F:2:1: wrong-type"]),
        ("{:type :invoke :process 0}" + event(3, "ok", f="txn"), ["F:1:27: wrong-type"]),
        (event(0, "ok"), ["F:1:1: never-invoked"]),
        (event(0, "invoke") + event(1, "invoke"), ["F:2:1: process-busy"]),
        (event(0, "invoke") + event(1, "info") + event(2, "invoke"), ["F:3:1: process-retired"]),
        (event(0, "invoke") + event(1, "ok", f="read"), ["F:2:1: other-function"]),
        (event(0, "invoke") + event(0, "ok"), ["F:2:1: duplicate-index"]),
        (event(5, "invoke") + event(3, "ok"), ["F:2:1: index-back"]),
        (
            event(0, "invoke", extra=":time 9") + event(1, "ok", extra=":time 8"),
            ["F:2:1: time-back"],
        ),
        (INVOKE[:-9], ["F:1:1: cut-short"]),
        (f"[{INVOKE}", [f"F:1:{len(INVOKE) + 2}: cut-short"]),
        (f"[{INVOKE}] 7", [f"F:1:{len(INVOKE) + 4}: unreadable-history"]),
        ('{:type "a', ["F:1:8: cut-short"]),
        ('[{"type":"invoke","process":0},', ["F:1:32: cut-short"]),
        ('{"type":"invoke","proc', ["F:1:18: cut-short"]),
        ('{"type":"invoke","process":0,"process":1}', ["F:1:1: unreadable-history"]),
        ('{"type":"invoke","process":0,"value":NaN}', ["F:1:1: unreadable-history"]),
        ('{"type":"invoke";"process":0}', ["F:1:17: unreadable-history"]),
        ('{"type":' * 100_000, ["F:1:1: unreadable-history"]),
        (
            '{"type":"invoke","process":0,"value":' + "[" * 70 + "]" * 70 + "}",
            ["F:1:1: unreadable-history"],
        ),
        ("{:type " + "[" * 100_000, ["F:1:71: unreadable-history"]),
    ],
)
def test_bad_input_is_refused_at_its_place(text, problems):
    assert refused(text) == problems


def test_all_problems_are_told_at_once_and_none_twice():
    text = (
        event(0, "invoke")
        + event(1, "okk")
        + event(2, "invoke")
        + "{:index 3 :type :ok ]\n"
        + event(2, "ok", process=7)
        + event(9, "invoke", extra=":time -7")
    )
    assert refused(text) == [
        "F:2:1: unknown-type", "F:4:21: unreadable-history", "F:5:1: duplicate-index",
        "F:6:1: wrong-type",
    ]  # fmt: skip


def test_what_follows_from_a_lost_event_is_forgiven_once():
    text = event(0, "invokee") + event(1, "ok") + event(2, "ok", process=1) + event(3, "ok")
    assert refused(text) == [
        "F:1:1: unknown-type", "F:3:1: never-invoked", "F:4:1: never-invoked",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"), [("#{1 2 3}", "#{3 1 2}"), ("{:a 1 :b [2]}", "{:b [2] :a 1}")]
)
def test_sets_and_maps_are_equal_in_any_order(one, other):
    text = "{:type :info :process :nemesis :value "
    (a,), (b,) = read_text(f"{text}{one}}}"), read_text(f"{text}{other}}}")
    assert a == b


def test_no_more_than_a_hundred_problems_are_told():
    assert len(refused("7\n" * 1_000)) == read.PROBLEMS_MAX
    assert len(refused("{]\n" * 1_000)) == read.PROBLEMS_MAX


def test_an_event_longer_than_the_bound_is_refused(monkeypatch):
    monkeypatch.setattr(read, "OPERATION_CHARACTERS_MAX", 200)
    long = event(1, "ok", extra=f':value "{"a" * 200}"')
    with pytest.raises(HistoryError, match="at most 200 characters an event") as error:
        read_text(event(0, "invoke") + long + event(2, "invoke"))
    assert len(error.value.problems) == 1
    with pytest.raises(HistoryError, match="at most 200 characters an event"):
        read_text(json.dumps(AS_JSON[0] | {"value": "a" * 200}))


def test_values_are_written_short_and_printable():
    assert words((1, None, Tagged("bool", True), "a\nb")) == "[1 nil true a?b]"
    assert words(tuple(range(1_000_000))).endswith("...")
    assert len(words("a" * 1_000)) <= 60


def test_a_kind_or_model_that_does_not_exist_is_refused_before_anything_is_read():
    with pytest.raises(InputError) as error:
        judge("not even a history", "list-apend", "serialisable")
    assert [problem.hint for problem in error.value.problems] == [
        "did you mean 'list-append'?", "did you mean 'serializable'?",
    ]  # fmt: skip
    with pytest.raises(InputError):
        judge("", "register", "serializable")


def test_a_path_and_a_text_are_judged_alike(tmp_path):
    path = tmp_path / "history.edn"
    path.write_text(INVOKE + OK, "utf-8")
    assert judge(path, "list-append") == judge(INVOKE + OK, "list-append")
    assert judge(path, "list-append").verdict["garbage-read"].status == "fail"
