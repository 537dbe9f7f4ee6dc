"""What pages and a backend recorded, made into one history that the checks can judge."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from syncsim.checks import judge
from syncsim.errors import HistoryError
from syncsim.history import files

DOMAIN = {
    "queries": {"list": {"entity": "task", "where": []}},
    "projections": {"member/task": ["done", "id"]},
    "actions": {"finish": {"batch": False, "roles": ["member"]}},
    "transitions": {"task": {"done": [[False, True]]}},
}
HEADER = {"format": "syncsim-recording", "version": 1, "domain": DOMAIN}
START_US = 1_764_000_000_000_000


class Recording:
    """Writes lines as a recorder and a backend do; times are milliseconds after the start."""

    def __init__(self, path):
        self.path = path
        self.lines = [HEADER]
        self.counts: dict[str, int] = {}

    def line(self, ms, at, kind, **facts):
        self.lines.append({"time_us": START_US + ms * 1000, "at": at, "kind": kind, **facts})

    def backend(self, ms, kind, version=-1, lsn=-1, *, done=None, **facts):
        data = facts.pop("data", {})
        if done is not None:
            data = {**data, "fields": {"id": "T", "done": done}}
        about = {"entity": "task/T", "version": version, "lsn": lsn} if version > 0 else {}
        self.line(ms, "backend", kind, **about, **facts, data=data)

    def page(self, ms, at, kind, **facts):
        self.counts[at] = self.counts.get(at, 0) + 1
        self.line(ms, at, kind, n=self.counts[at], **facts)

    def begin(self, ms, at):
        self.page(ms, at, "page", data={"role": "member", "user": at})
        self.query(ms, at)
        self.query(ms, at, did="fetch", is_fetching=True)

    def query(self, ms, at, did=None, row=None, *, lsn=-1, **facts):
        data = {"query": "list", "is_on": True, "is_old": False, "is_fetching": False, **facts}
        if did:
            data["did"] = did
        if row is not None:
            version, done = row
            fields = {"id": "T", "done": done}
            data["rows"] = [{"entity": "task/T", "version": version, "fields": fields}]
        self.page(ms, at, "query", view="list", lsn=lsn, data=data)

    def ask(self, ms, at, intent):
        about = {"id": intent, "action": "finish", "entities": ["task/T"], "args": {}}
        self.page(ms, at, "asks", intent=intent, data=about)

    def answer(self, ms, at, intent, result):
        self.page(ms, at, "answer", intent=intent, data={"result": result})

    def read(self):
        text = "".join(json.dumps(line) + "\n" for line in self.lines)
        self.path.write_text(text, encoding="utf-8")
        return files.read(self.path)


@pytest.fixture
def recording(tmp_path):
    """Return a recording with one task and one page that shows it."""
    recording = Recording(tmp_path / "recording.jsonl")
    recording.backend(0, "row", 1, 1, done=False)
    recording.begin(10, "ann")
    recording.query(20, "ann", "success", (1, False), lsn=1)
    return recording


def commit(recording, ms, intent, at="ann", version=2):
    data = {"action": "finish", "role": "member", "user": at}
    facts = {"intent": intent, "peer": at, "data": data}
    recording.backend(ms, "commit", version, version, done=True, **facts)


def optimistic(recording, ms, at="ann", intent="ann.1"):
    """Ask for a change that is painted at once and sent."""
    recording.ask(ms, at, intent)
    recording.query(ms, at, "success", (1, True), lsn=1, by_page=True)
    recording.page(ms + 1, at, "attempt", intent=intent)


def end(recording, ms=1000):
    recording.backend(ms, "phase", data={"phase": "end"})


def told(history, *kinds):
    return [
        (record.kind, record.at, record.version, (record.data or {}).get("fields"))
        for record in history.of(*kinds)
    ]


def answers(history, *checks):
    verdict = judge(history, checks)
    return [finding.status.value for finding in verdict.findings]


def test_a_view_is_mounted_fetched_told_painted_and_ready(recording):
    history = recording.read()
    assert [record.kind for record in history if record.at == "ann"] == [
        "mount", "fetch", "fetched", "base", "paint", "ready",
    ]  # fmt: skip
    assert history.header["clients"] == {"ann": {"role": "member", "user": "ann"}}
    assert [record.time_us for record in history][:3] == [0, 0, 10_000]
    assert told(history, "base") == [("base", "ann", 1, {"id": "T", "done": False})]


def test_a_change_that_succeeds_is_an_overlay_until_the_server_has_told_of_it(recording):
    optimistic(recording, 100)
    commit(recording, 110, "ann.1")
    recording.answer(120, "ann", "ann.1", "ok")
    recording.query(121, "ann", "fetch", is_fetching=True)
    recording.query(140, "ann", "success", (2, True), lsn=2)
    end(recording)
    history = recording.read()
    kinds = [record.kind for record in history.of("overlay", "outcome", "base", "unlay", "paint")]
    assert kinds == ["base", "paint", "overlay", "paint", "outcome", "base", "unlay", "paint"]
    overlays = [(record.data or {})["overlays"] for record in history.of("paint")]
    assert overlays == [[], ["ann.1"], []]
    assert answers(history, "RYW", "MONO", "OVER", "CONV", "NOFLAP", "LEGAL", "DONE") == [
        "pass", "pass", "pass", "pass", "pass", "pass", "pass",
    ]  # fmt: skip


def test_a_refused_change_that_is_taken_back_passes(recording):
    optimistic(recording, 100)
    recording.backend(110, "refuse", intent="ann.1", entity="task/T")
    recording.answer(120, "ann", "ann.1", "refused")
    recording.query(121, "ann", "success", (1, False), lsn=1, by_page=True)
    end(recording)
    assert answers(recording.read(), "ROLL", "OVER", "NOFLAP", "DONE") == ["pass"] * 4


def test_a_refused_change_that_stays_fails(recording):
    optimistic(recording, 100)
    recording.backend(110, "refuse", intent="ann.1", entity="task/T")
    recording.answer(120, "ann", "ann.1", "refused")
    end(recording)
    assert answers(recording.read(), "ROLL") == ["fail"]


def test_a_snapshot_that_erases_what_another_did_fails(recording):
    optimistic(recording, 100)
    recording.query(105, "ann", "fetch", is_fetching=True)
    recording.begin(90, "bob")
    recording.query(91, "bob", "success", (1, False), lsn=1)
    recording.ask(95, "bob", "bob.1")
    commit(recording, 101, "bob.1", at="bob")
    recording.query(106, "ann", "success", (2, True), lsn=2)
    recording.backend(110, "refuse", intent="ann.1", entity="task/T")
    recording.answer(120, "ann", "ann.1", "refused")
    recording.query(121, "ann", "success", (1, False), lsn=1, by_page=True)
    end(recording)
    history = recording.read()
    assert answers(history, "ROLL", "MONO", "CONV") == ["fail", "fail", "fail"]
    assert "erased bob's finish" in judge(history, ["ROLL"])["ROLL"].stories[0].text


def test_an_overlay_that_a_fetch_has_replaced_is_not_painted(recording):
    optimistic(recording, 100)
    recording.query(105, "ann", "success", (1, False), lsn=1)
    overlays = [(record.data or {})["overlays"] for record in recording.read().of("paint")]
    assert overlays == [[], ["ann.1"], []]


def test_a_fetch_that_brings_data_is_mark_enough(recording):
    recording.query(30, "ann", "invalidate", is_old=True)
    recording.query(31, "ann", "fetch", is_old=True, is_fetching=True)
    recording.query(40, "ann", "success", (1, False), lsn=1)
    kinds = [record.kind for record in recording.read() if record.time_us >= 30_000]
    assert kinds == ["invalidate", "fetch", "fetched"]


def test_a_newer_row_that_the_page_writes_is_told_by_the_server(recording):
    commit(recording, 50, "")
    recording.query(60, "ann", "success", (2, True), lsn=1, by_page=True)
    assert told(recording.read(), "base")[-1] == ("base", "ann", 2, {"id": "T", "done": True})


def test_an_older_row_that_the_page_writes_is_only_painted(recording):
    commit(recording, 50, "")
    recording.query(60, "ann", "success", (2, True), lsn=2)
    recording.query(70, "ann", "success", (1, False), lsn=2, by_page=True)
    history = recording.read()
    assert [version for _, _, version, _ in told(history, "base")] == [1, 2]
    assert [version for _, _, version, _ in told(history, "paint")] == [1, 2, 1]


def test_a_change_that_never_left_certainly_failed(recording):
    recording.ask(100, "ann", "ann.1")
    recording.answer(110, "ann", "ann.1", "unknown")
    outcome = next(recording.read().of("outcome"))
    assert outcome.data == {"result": "failed"}


def test_marks_and_the_ends_of_fetches_are_told(recording):
    recording.query(30, "ann", "invalidate", is_old=True)
    recording.query(31, "ann", "fetch", is_old=True, is_fetching=True)
    recording.query(32, "ann", "fetch", is_old=True, is_fetching=True)
    recording.query(33, "ann", "error", is_old=True, error="boom")
    recording.query(34, "ann", "success", (1, True), is_old=False, by_page=True)
    recording.query(35, "ann", is_on=False)
    kinds = [record.kind for record in recording.read() if record.time_us >= 30_000]
    assert kinds == [
        "invalidate", "fetch", "fetch_cancelled", "fetch", "fetch_failed", "freshen", "paint",
        "unmount",
    ]  # fmt: skip


def test_what_a_view_was_told_is_told_again_when_it_comes_back(recording):
    recording.query(30, "ann", is_on=False)
    recording.query(40, "ann")
    kinds = [record.kind for record in recording.read() if record.time_us >= 30_000]
    assert kinds == ["unmount", "mount", "base", "paint", "ready"]


def test_an_emptied_query_shows_nothing(recording):
    recording.query(30, "ann", rows=None)
    assert told(recording.read(), "paint")[-1] == ("paint", "ann", -1, None)


def test_a_line_that_arrives_twice_or_late_counts_once_in_its_place(recording):
    whole = [*recording.read()]
    first, second = recording.lines[-1], recording.lines[-2]
    recording.lines[-2:] = [first, second, first]
    assert [*recording.read()] == whole


@pytest.mark.parametrize("late_ms", [-500, 500])
def test_no_clock_puts_an_effect_before_its_cause(recording, late_ms):
    optimistic(recording, 100 + late_ms)
    commit(recording, 110, "ann.1")
    recording.answer(120 + late_ms, "ann", "ann.1", "ok")
    recording.query(140 + late_ms, "ann", "success", (2, True), lsn=2)
    history = recording.read()
    order = [record.kind for record in history.of("intent", "commit", "outcome", "fetched")]
    assert order[-4:] == ["intent", "commit", "outcome", "fetched"]
    times = [record.time_us for record in history]
    assert times == sorted(times)


def test_records_that_wait_for_each_other_end_all_the_same(recording):
    recording.line(30, "x", "receive", message="m1")
    recording.line(30, "x", "send", message="m2")
    recording.line(30, "y", "receive", message="m2")
    recording.line(30, "y", "send", message="m1")
    assert len([*recording.read().of("receive", "send")]) == 4


def event(recording, ms, message):
    recording.backend(ms, "send", 2, 2, peer="ann", message=message, data={"what": "event"})


def test_an_event_is_received_lost_with_its_socket_or_still_on_its_way(recording):
    commit(recording, 25, "")
    event(recording, 26, "too-early")
    recording.page(30, "ann", "open", data={"epoch": 1})
    event(recording, 40, "heard")
    recording.page(50, "ann", "event", message="heard", entity="task/T", version=2, lsn=2)
    event(recording, 60, "cut-off")
    recording.page(70, "ann", "close", data={"epoch": 1})
    recording.page(80, "ann", "open", data={"epoch": 2})
    event(recording, 90, "on-its-way")
    recording.page(95, "ann", "close", data={"epoch": 3})
    history = recording.read()
    lost = [(record.message, record.time_us, record.at) for record in history.of("lose")]
    assert lost == [("too-early", 26_000, "ann"), ("cut-off", 70_000, "ann")]
    assert [record.message for record in history.of("receive")] == ["heard"]
    assert [record.lsn for record in history.of("event")] == [2]
    assert len([*history.of("close")]) == 1


def test_the_end_comes_last_and_without_it_nothing_passes(recording):
    assert answers(recording.read(), "LEGAL", "DONE") == ["unknown", "unknown"]
    end(recording, 5)
    history = recording.read()
    assert history[len(history) - 1].kind == "phase"


def test_an_audit_log_that_nobody_recorded_is_not_missed(recording):
    recording.ask(20, "ann", "ann.1")
    commit(recording, 50, "ann.1")
    end(recording)
    assert judge(recording.read(), ["AUDIT"])["AUDIT"].why == "the history tells of no audit log"
    recording.backend(51, "audit", lsn=9, intent="other")
    assert answers(recording.read(), "AUDIT") == ["fail"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"kind": "guess"}, "a known kind of line"),
        ({"kind": ["page"]}, "a known kind of line"),
        ({"view": 3}, "text in 'view'"),
        ({"time_us": 0.5}, "a whole number in 'time_us'"),
        ({"lsn": 2**40}, "a whole number in 'lsn'"),
        ({"n": True}, "a whole number in 'n'"),
        ({"at": ""}, "'at' on every line"),
        ({"time_us": -1}, "'time_us' on every line"),
        ({"data": [1]}, "an object in 'data'"),
        ({"data": {"rows": [{"entity": "task/T", "version": 1}]}}, "rows with 'entity'"),
        ({"data": {"rows": 7}}, "rows with 'entity'"),
        ({"kind": "asks", "data": {"entities": "task/T"}}, "the rows that an intent is about"),
        ({"kind": "commit", "data": {}}, "the whole row in 'fields'"),
        ({"kind": "open", "data": {"epoch": []}}, "a number as 'epoch'"),
        ({"kind": "answer", "data": {"result": None}}, "a number as 'epoch' and text as 'result'"),
    ],
)
def test_a_line_that_says_what_no_line_can_say_is_named(recording, line, expected):
    recording.lines.append({"time_us": 1, "at": "ann", "kind": "query", "n": 99, **line})
    with pytest.raises(HistoryError) as error:
        recording.read()
    [problem] = error.value.problems
    assert problem.place == f"{recording.path}:{len(recording.lines)}"
    assert expected in problem.expected


def test_the_header_of_the_guide_is_one_that_can_be_judged(recording):
    guide = Path(__file__).parents[3] / "docs" / "guide" / "record-your-app.md"
    recording.lines[0] = json.loads(
        re.findall(r"```json\n(.*?)```", guide.read_text(), re.DOTALL)[0]
    )
    end(recording)
    said = [finding.why for finding in judge(recording.read()).findings]
    assert [why for why in said if "the header does not" in why or "itself failed" in why] == []


@pytest.mark.parametrize(("at", "kind"), [("bob", "asks"), ("bob", "intent"), ("ann", "intent")])
def test_an_id_that_two_intents_have_is_refused(recording, at, kind):
    line = {"time_us": 1, "at": "ann", "kind": "asks", "intent": "i1", "data": {"entities": []}}
    # A page tells of its own intent twice: its optimistic writes are over.
    recording.lines += [{**line, "n": 98}, {**line, "n": 99}]
    recording.read()
    first = len(recording.lines) - 1
    recording.lines.append({**line, "n": 97, "at": at, "kind": kind})
    with pytest.raises(HistoryError) as error:
        recording.read()
    [problem] = error.value.problems
    assert problem.place == f"{recording.path}:{len(recording.lines)}"
    assert problem.found == f"'i1', the id of the intent at line {first}"


def test_every_wrong_line_is_named_at_once(recording):
    recording.lines += [{"kind": "guess"}, {"kind": "guess"}]
    with pytest.raises(HistoryError) as error:
        recording.read()
    assert len(error.value.problems) == 2


def test_a_file_that_was_cut_or_is_of_another_version_is_refused(recording):
    recording.read()
    whole = recording.path.read_text("utf-8")
    for damaged in (whole[:-5], whole.replace('"version": 1,', '"version": 2,', 1)):
        recording.path.write_text(damaged, "utf-8")
        with pytest.raises(HistoryError):
            files.read(recording.path)
