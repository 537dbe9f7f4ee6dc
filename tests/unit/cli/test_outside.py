"""`syncsim check` on histories of other testers."""

from __future__ import annotations

import json

import pytest

from syncsim.checks import CHECKS
from syncsim.cli.main import main
from syncsim.errors import EXIT_FAIL, EXIT_PASS, EXIT_UNKNOWN, EXIT_USAGE

REGISTER = """\
{:process 0, :type :invoke, :f :write, :value 1}
{:process 0, :type :ok, :f :write, :value 1}
{:process 1, :type :invoke, :f :read, :value nil}
{:process 1, :type :ok, :f :read, :value 1}
"""
SKEW = """\
{:index 0, :type :invoke, :process 0, :f :txn, :value [[:r :x nil] [:append :y 1]]}
{:index 1, :type :invoke, :process 1, :f :txn, :value [[:r :y nil] [:append :x 1]]}
{:index 2, :type :ok, :process 0, :f :txn, :value [[:r :x []] [:append :y 1]]}
{:index 3, :type :ok, :process 1, :f :txn, :value [[:r :y []] [:append :x 1]]}
{:index 4, :type :invoke, :process 1, :f :txn, :value [[:r :y nil] [:r :x nil]]}
{:index 5, :type :ok, :process 1, :f :txn, :value [[:r :y [1]] [:r :x [1]]]}
"""
KEY_VALUE = """\
[{:process 0, :type :invoke, :f :append, :value [:x 1]}
 {:process 0, :type :ok, :f :append, :value [:x 1]}
 {:process 1, :type :invoke, :f :get, :value [:x nil]}
 {:process 1, :type :ok, :f :get, :value [:x nil]}
 {:process 1, :type :invoke, :f :get, :value [:x nil]}
 {:process 1, :type :ok, :f :get, :value [:x [1]]}]
"""
RW = """\
[{"type":"invoke","process":0,"f":"txn","value":[["w","x",1]]},
 {"type":"fail","process":0,"f":"txn","value":[["w","x",1]]},
 {"type":"invoke","process":1,"f":"txn","value":[["r","x",null]]},
 {"type":"ok","process":1,"f":"txn","value":[["r","x",1]]}]
"""


@pytest.fixture
def check(capsys, tmp_path):
    def run(text, *options):
        path = tmp_path / "history"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(SystemExit) as ended:
            main(["check", str(path), *options])
        check.out, check.err = capsys.readouterr()
        check.out = " ".join(check.out.split())
        return ended.value.code

    check = run
    return run


@pytest.mark.parametrize(
    ("text", "status", "kind", "asked"),
    [
        (REGISTER, EXIT_PASS, "register", "linearizable"),
        (REGISTER.replace(":ok, :f :read, :value 1", ":ok, :f :read, :value 2"), EXIT_FAIL,
         "register", "linearizable"),
        (SKEW, EXIT_FAIL, "list-append", "G2-item"),
        (KEY_VALUE, EXIT_FAIL, "list-append", "G-single-realtime"),
        (RW, EXIT_FAIL, "rw-register", "G1a"),
        ("\ufeff" + REGISTER, EXIT_PASS, "register", "linearizable"),
        ("; by hand\n" + SKEW, EXIT_FAIL, "list-append", "G2-item"),
        (RW.strip()[1:-1].replace("},\n", "}\n"), EXIT_FAIL, "rw-register", "G1a"),
    ],
)  # fmt: skip
def test_a_history_tells_by_itself_what_it_is(check, text, status, kind, asked):
    assert check(text) == status
    assert f"history: {kind}" in check.out
    assert asked in check.out


def test_a_model_that_allows_what_was_found_passes(check):
    assert check(SKEW, "--model", "snapshot-isolation") == EXIT_PASS
    assert "1 found; snapshot-isolation allows it" in check.out
    assert check(SKEW, "--model", "serializable") == EXIT_FAIL


def test_the_document_says_what_is_asked_and_what_is_not(check):
    assert check(RW, "--json") == EXIT_FAIL
    document = json.loads(check.out)
    assert document["kind"] == "rw-register"
    assert [f["check"] for f in document["findings"]] == ["strict-serializable", "G1a"]
    asked = {entry["what"]: entry for entry in document["applies"]}
    assert asked["isolation models"]["applies"]
    assert asked.keys() >= CHECKS.keys()
    for name in CHECKS:
        assert not asked[name]["applies"]
        assert CHECKS[name].needs[1:30] in asked[name]["why"]


def test_only_reads_tell_no_kind(check):
    reads = "{:process 0, :type :invoke, :f :txn, :value [[:r :x nil]]}\n"
    assert check(reads) == EXIT_USAGE
    assert "--as register or --as list-append" in check.err
    assert check(reads, "--as", "rw-register") == EXIT_UNKNOWN


def test_what_is_vouched_for_is_used(check):
    text = """\
[{"type":"invoke","process":0,"f":"txn","value":[["w","x",1]]},
 {"type":"ok","process":0,"f":"txn","value":[["w","x",1]]},
 {"type":"invoke","process":0,"f":"txn","value":[["w","x",2]]},
 {"type":"ok","process":0,"f":"txn","value":[["w","x",2]]},
 {"type":"invoke","process":1,"f":"txn","value":[["r","x",null]]},
 {"type":"ok","process":1,"f":"txn","value":[["r","x",1]]}]
"""
    assert check(text) == EXIT_PASS
    assert check(text, "--assume", "linearizable-keys") == EXIT_FAIL
    assert check(text, "--assume", "linearisable-keys") == EXIT_USAGE
    assert "did you mean 'linearizable-keys'?" in check.err


def test_time_that_is_over_gives_unknown_and_says_so(check):
    assert check(SKEW, "--seconds", "0") == EXIT_UNKNOWN
    assert "the time allowed was over" in check.out


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        (SKEW[:-30], 6, "cut-short"),
        (SKEW.encode("utf-16"), 1, "unreadable-history"),
        (SKEW.replace(":x 1]", ":x \xe9]").encode("latin-1"), 2, "wrong-encoding"),
        (SKEW.replace("{:index 0", "{:index 7"), 2, "index-back"),
        (SKEW.replace("{:index 1", "{:index 0"), 2, "duplicate-index"),
        (SKEW.replace("invoke, :process 1", "ok, :process 1", 1), 2, "never-invoked"),
        (SKEW.replace(":append :x 1", ":append :x 1 2"), 2, "wrong-step"),
        ("{:index 0, :value [" + "9 " * 600_000 + "]}", 1, "unreadable-history"),
    ],
)
def test_bad_input_is_refused_with_its_line(check, text, line, code):
    assert check(text) == EXIT_UNKNOWN
    assert f"history:{line}" in check.err.splitlines()[0]
    assert check.err.splitlines()[0].endswith(code)
    assert "Traceback" not in check.err
    assert not check.out


def test_options_of_one_kind_are_refused_for_the_other(check):
    assert check(SKEW, "--only", "ROLL") == EXIT_USAGE
    assert "--model NAME" in check.err
    own = '{"format":"syncsim-history","version":1,"records":0}\n'
    assert check(own, "--model", "serializable") == EXIT_USAGE
    assert check(SKEW, "--as", "list") == EXIT_USAGE
    assert check(SKEW, "--model", "serialisable") == EXIT_USAGE
