from __future__ import annotations

import pickle

import pytest

from syncsim import scenario
from syncsim.errors import EXIT_USAGE, InputError
from syncsim.scenario.shape import MAX_PROBLEMS
from tests.unit.scenario.sample import SAMPLE, problems_of, spoiled

ACCEPT = "{at: 1s, who: op-1, do: accept, on: A1}"
SHOW = "{at: 3s, who: op-1, do: show, views: [rejections]}"
CLOSE = "{at: 4s, who: op-1, do: close}"
OPEN = "{at: 3s, who: op-1, do: open, on: A1}"
REFRESH = "{at: 5s, who: op-2, do: refresh}"
LOAD_1 = (
    "{who: [op-1, op-2], every: 2s, from: 1s, until: 60s, actions: [accept], switch_every: 10s}"
)
LOAD_2 = "{who: [th-1], every: 5s, until: 50s, with: {reason: [ill, late]}}"
PARTITION = "{at: 5s, do: partition, on: dr-1}"
DROP = "{at: 9s, do: drop, on: op-1}"

# What is wrong, what stands in the sample in its place, the code, the place, the hint.
CASES = [
    # the head
    ("title: A little of everything\n", "", "missing-key", "1:1", "add `title: ...`"),
    ("seed: 7", "sed: 7", "unknown-key", "7:1", "did you mean 'seed'?"),
    ("title: A little of everything", "title: 5", "wrong-type", "2:8", "put it in quotes"),
    ("title: A little of everything", "title: ' '", "too-few", "2:8", "not empty"),
    ("syncsim: 1", "syncsim: 2", "unknown-version", "1:10", "`syncsim: 1`"),
    ("syncsim: 1", "syncsim: one", "wrong-type", "1:10", "whole number"),
    ("seed: 7", "seed: '7'", "wrong-type", "7:7", "whole number"),
    ("seed: 7", "seed: 7.5", "wrong-type", "7:7", "whole number"),
    ("seed: 7", "seed: true", "wrong-type", "7:7", "whole number"),
    ("seed: 7", "seed: -1", "out-of-range", "7:7", "at least 0"),
    ("seed: 7", "name: '../etc'", "bad-name", "7:7", "letters, digits"),
    ("seed: 7", "domain: bokking", "unknown-domain", "7:9", "did you mean 'booking'?"),
    ("seed: 7", "until: 20", "missing-unit", "7:8", "20s"),
    ("seed: 7", "until: -20s", "negative-time", "7:8", "0s"),
    ("seed: 7", "until: 2000h", "too-long", "7:8", "720h"),
    ("design: enhanced", "design: enhansed", "unknown-design", "8:9", "'enhanced'"),
    ("design: enhanced", "design: ./enhanced.yaml", "unknown-design", "8:9", "'enhanced'"),
    ("network: office", "network: offise", "unknown-network", "9:10", "'office'"),
    ("network: office", "network: 5", "wrong-type", "9:10", "mapping"),
    ("[CONV, INVAL]", "[CONV, INVL]", "unknown-check", "43:16", "'INVAL'"),
    ("[CONV, INVAL]", "[CONV, CONV]", "duplicate-id", "43:16", "remove it"),
    ("[CONV, INVAL]", "[]", "too-few", "43:9", "at least 1"),
    ("[CONV, INVAL]", "CONV", "wrong-type", "43:9", "[a, b]"),
    ("[refusal]", "[refusl]", "unknown-situation", "44:13", "'refusal'"),
    ("{settle: 30s}", "{setle: 30s}", "unknown-key", "42:10", "'settle'"),
    ("{settle: 30s}", "{settle: 30}", "missing-unit", "42:18", "30s"),
    ("of therapist", "of therapists", "unknown-role", "47:5", "did you mean 'therapist'?"),
    ("of client op-2", "of client op-3", "unknown-client", "48:5", "'op-"),
    ("of view active", "of view activ", "unknown-view", "49:5", "'active'"),
    ("< 800ms", "> 800ms", "bad-property", "47:5", "upper bounds"),
    ("always feedback of client op-2 <= 2s", "never rain", "bad-property", "48:5", "refusal"),
    ("always feedback of client op-2 <= 2s", "[never]", "wrong-type", "48:5", "quotes"),
    (
        "always feedback of client op-2 <= 2s",
        "p99 staleness of therapist views < 800ms",
        "duplicate-id",
        "48:5",
        "remove it",
    ),
    ("[op-1.2,", "[op-1.9,", "unknown-step", "45:8", "did you mean 'op-1."),
    ("load.1/op-1/3", "load.1/op-1/x", "unknown-step", "45:16", None),
    ("load.1/op-1/3", "load.1/th-1/3", "unknown-step", "45:16", None),
    # clients
    ("rows:", "  d 2: {role: driver}\nrows:", "bad-name", "15:3", "letters, digits"),
    ("rows:", "  backend: {role: driver}\nrows:", "reserved-name", "15:3", "another"),
    ("{role: therapist}", "{role: therapst}", "unknown-role", "13:16", "'therapist'"),
    ("user: ann", "usr: ann", "unknown-key", "12:26", "'user'"),
    ("{role: therapist}", "therapist", "wrong-type", "13:9", "{key: value}"),
    ("user: ann", "user: a b", "bad-name", "12:32", "letters, digits"),
    ("[pending, active]", "[pending, activ]", "unknown-view", "11:43", "'active'"),
    ("[pending, active]", "[pending, mine]", "view-not-allowed", "11:43", "can show: pending"),
    ("[pending, active]", "[appointment]", "view-not-allowed", "11:34", "do: open"),
    ("[pending, active]", "[active, active]", "duplicate-id", "11:42", "remove it"),
    ("[pending, active]", "[]", "too-few", "11:33", "at least 1"),
    # rows
    ("  payment:\n", "  paymnt:\n", "unknown-entity", "16:3", "'payment'"),
    ("A1: {therapist: th-1, d", "A1: {therapst: th-1, d", "unknown-field", "20:10", "'therapist'"),
    ("driver: dr-1}", "driver: 1}", "wrong-type", "20:35", "quotes"),
    ("driver: dr-1}", "overdue: 1}", "wrong-type", "20:36", "true or false"),
    ("driver: dr-1}", "trip: nome}", "unknown-state", "20:33", "'none'"),
    ("driver: dr-1}", "trip: ~}", "wrong-type", "20:33", "quotes"),
    ("driver: dr-1}", "rejection: R1}", "unknown-row", "20:38", "none to choose"),
    ("driver: dr-1}", "payment: P-A11}", "unknown-row", "20:36", "did you mean"),
    ("driver: dr-1}", "overdue_at: 5}", "missing-unit", "20:39", "5s"),
    ("driver: dr-1}", "overdue_at_us: 5}", "unknown-field", "20:27", "'overdue_at'"),
    ("driver: dr-1}", "id: A1}", "unknown-field", "20:27", None),
    ("[th-1, th-2]", "[]", "too-few", "21:25", "remove"),
    ("[th-1, th-2]", "[th-1, [th-2]]", "wrong-type", "21:32", "quotes"),
    ("A2..A9:", "A9..A2:", "bad-range", "21:5", "smaller"),
    ("A2..A9:", "A2..A999999999:", "too-many", "21:5", None),
    ("A2..A9:", "A1..A9:", "duplicate-id", "21:5", "file.yaml:20:5"),
    ("A10: {status: awaiting_payment, therapist: th-1}", "A10:", "wrong-type", "19:5", "{}"),
    ("A2..A9:", "A/2:", "bad-name", "21:5", "letters"),
    # steps
    (ACCEPT, "5", "wrong-type", "23:5", "{key: value}"),
    (ACCEPT, "{who: op-1, do: accept, on: A1}", "missing-key", "23:5", "add `at: ...`"),
    (ACCEPT, "{at: 1, who: op-1, do: accept, on: A1}", "missing-unit", "23:10", "1s"),
    (ACCEPT, "{at: -1s, who: op-1, do: accept, on: A1}", "negative-time", "23:10", "0s"),
    (ACCEPT, "{at: 1s, who: op-3, do: accept, on: A1}", "unknown-client", "23:19", "did you mean"),
    (ACCEPT, "{at: 1s, who: op-1, do: acept, on: A1}", "unknown-action", "23:29", "'accept'"),
    (ACCEPT, "{at: 1s, who: op-1, do: accept, on: A11}", "unknown-row", "23:41", "did you mean"),
    (ACCEPT, "{at: 1s, who: op-1, do: accept}", "missing-key", "23:5", "add `on: A1`"),
    (ACCEPT, "{at: 1s, who: op-1, do: accept, no: A1}", "unknown-key", "23:37", "'on'"),
    (ACCEPT, "{at: 1s, who: op-1, do: accept, on: 1}", "wrong-type", "23:41", "quotes"),
    (
        ACCEPT,
        "{at: 1s, who: dr-1, do: accept, on: A1}",
        "action-not-allowed",
        "23:29",
        "it is for operator; a driver may: accept_trip, reject_trip",
    ),
    (
        ACCEPT,
        "{at: 1s, who: op-1, do: mark_overdue, on: A1}",
        "action-not-allowed",
        "23:29",
        "the clock of the backend",
    ),
    (
        ACCEPT,
        "{at: 1s, who: op-1, do: accept, on: A1, with: {reason: x}}",
        "unknown-argument",
        "23:52",
        "none to choose",
    ),
    (
        ACCEPT,
        "{at: 1s, who: op-1, do: assign_driver, on: A1}",
        "missing-argument",
        "23:5",
        "add `with: {driver: ...}`",
    ),
    (
        ACCEPT,
        "{at: 1s, who: op-1, do: assign_driver, on: A1, with: {driver: 7}}",
        "wrong-type",
        "23:67",
        "quotes",
    ),
    (ACCEPT, "{at: 1s, who: op-1, do: show}", "missing-key", "23:5", "views"),
    (SHOW, "{at: 3s, who: op-1, do: show, views: [mine]}", "view-not-allowed", "25:43", "pending"),
    (SHOW, SHOW.replace("}", ", on: A1}"), "unknown-key", "25:56", "remove it"),
    (OPEN, "{at: 3s, who: op-1, do: open}", "missing-key", "26:5", "on: A1"),
    (OPEN, "{at: 3s, who: op-1, do: open, on: P-A1}", "unknown-row", "26:39", None),
    (CLOSE, "{at: 4s, who: op-1, do: close, on: A1}", "unknown-key", "27:36", "remove it"),
    (REFRESH, "{at: 5s, who: op-2, do: refresh, with: {a: b}}", "unknown-key", "29:38", "remove"),
    ("do: auto_cancel_overdue}", "do: auto_cancel_overdue, on: A1}", "unknown-key", "30:50", None),
    ("on: rejection-ill", "on: rejection-op-1.1", "unknown-row", "28:49", "rejection-ill"),
    (CLOSE, CLOSE.replace("}", ", id: ill}"), "duplicate-id", "27:40", "file.yaml:24:5"),
    (CLOSE, CLOSE.replace("}", ", id: load.1}"), "duplicate-id", "33:5", "file.yaml:27:5"),
    (CLOSE, CLOSE.replace("}", ", id: a b}"), "bad-name", "27:40", "letters"),
    # loads
    (LOAD_1, LOAD_1.replace("op-2", "op-3"), "unknown-client", "33:18", "did you mean"),
    (LOAD_1, LOAD_1.replace("op-2", "op-1"), "duplicate-id", "33:18", "remove it"),
    (LOAD_1, LOAD_1.replace("op-1, op-2", ""), "too-few", "33:11", "at least 1"),
    (LOAD_1, LOAD_1.replace("2s", "0s"), "out-of-range", "33:32", "nobody"),
    (LOAD_1, LOAD_1.replace("10s", "1us"), "out-of-range", "33:91", "nobody"),
    (LOAD_1, LOAD_1.replace("60s", "1s"), "out-of-range", "33:53", "later"),
    (LOAD_1, LOAD_1.replace("accept", "acept"), "unknown-action", "33:68", "'accept'"),
    (LOAD_1, LOAD_1.replace("accept", "arrived"), "action-not-allowed", "33:68", "for driver"),
    (LOAD_1, LOAD_1.replace("accept", "assign_driver"), "missing-argument", "33:5", "driver"),
    (LOAD_2, LOAD_2.replace("reason", "raeson"), "unknown-argument", "34:49", "'reason'"),
    # faults
    (PARTITION, "{at: 5s, do: partitoin, on: dr-1}", "unknown-verb", "36:18", "'partition'"),
    (PARTITION, "{at: 5s, do: partition, on: dr-2}", "unknown-place", "36:33", "'dr-1'"),
    (PARTITION, "{at: 5s, do: partition, on: backend}", "unknown-place", "36:33", "op-1"),
    (PARTITION, "{at: 5s, do: restart, on: dr-1, for: 1s}", "unknown-place", "36:31", "backend"),
    (PARTITION, "{at: 5s, do: restart, on: backend}", "missing-key", "36:5", "for: 2s"),
    (PARTITION, "{at: 5s, do: crash, on: dr-1, for: 1s}", "unknown-place", "36:29", "backend"),
    (PARTITION, "{at: 5s, do: skew-clock, on: backend}", "missing-key", "36:5", "ahead: 2s"),
    (
        PARTITION,
        "{at: 5s, do: skew-clock, on: backend, ahead: 1s, behind: 1s}",
        "unknown-key",
        "36:54",
        "remove one",
    ),
    (
        PARTITION,
        "{at: 5s, do: partition, on: dr-1, loses: 1s}",
        "unknown-key",
        "36:39",
        "remove",
    ),
    (PARTITION, "{at: 5s, do: delay, on: dr-1}", "missing-key", "36:5", "by: 2s"),
    (PARTITION, "{at: 5s, do: partition, on: dr-1, by: 1s}", "unknown-key", "36:39", "remove"),
    (DROP, "{at: 9s, do: drop, on: op-1, for: 1s}", "unknown-key", "40:34", "remove it"),
    (
        DROP,
        "{at: 9s, do: lose, on: op-1, leg: left}",
        "unknown-leg",
        "40:39",
        "request, response, event, both",
    ),
    (
        DROP,
        "{at: 9s, do: lose, on: op-1, leg: event}",
        "unknown-leg",
        "40:39",
        "request, response, both",
    ),
    (
        DROP,
        "{at: 9s, do: duplicate, on: op-1, leg: response}",
        "unknown-leg",
        "40:44",
        "request, event, both",
    ),
    (
        DROP,
        "{at: 9s, do: duplicate, on: backend}",
        "unknown-place",
        "40:33",
        "op-1",
    ),
    ("for: 5s}", "for: 5}", "missing-unit", "37:51", "5s"),
    # inline parts
    (
        "design: enhanced",
        "design: {name: x, title: x, simplifies: x, read: {strategy: manul}, "
        "overlay: {strategy: layers}, write: {strategy: serial}, recovery: {strategy: nothing}}",
        "unknown-strategy",
        "8:61",
        "did you mean 'manual'?",
    ),
    (
        "design: enhanced",
        "design: {name: x, title: x, simplifies: x, read: {strategy: invalidate}, push: false, "
        "overlay: {strategy: layers}, write: {strategy: serial}, recovery: {strategy: nothing}}",
        "does-not-fit",
        "8:61",
        "set push, or choose another read strategy",
    ),
    (
        "design: enhanced",
        "design: {name: x, title: x, simplifies: x, read: {strategy: manual, interval: 5s}, "
        "overlay: {strategy: layers}, write: {strategy: serial}, recovery: {strategy: nothing}}",
        "unused-setting",
        "8:69",
        "leave it out, or choose a strategy that looks at it",
    ),
    (
        "design: enhanced",
        "design: {name: x, title: x, simplifies: x, read: {strategy: manual, stale: 5m}, "
        "overlay: {strategy: layers}, write: {strategy: serial}, recovery: {strategy: nothing}}",
        "unknown-key",
        "8:69",
        "did you mean 'stale_time'?",
    ),
    (
        "design: enhanced",
        "design: {name: x, title: x, simplifies: x, read: {strategy: manual}, overlay: "
        "{strategy: layers}, write: {strategy: serial, sent_by: mutations}, "
        "recovery: {strategy: nothing}}",
        "unknown-sent_by",
        "8:134",
        "did you mean 'mutation'?",
    ),
    (
        "network: office",
        "network: {name: x, title: x, source: x, delay: 5ms, http_loss_ppm: 2000000}",
        "out-of-range",
        "9:68",
        "at most 1000000",
    ),
    (
        "network: office",
        "network: office\ngateways: {max_frame_bytes: -1}",
        "out-of-range",
        "10:29",
        "at least 0",
    ),
    (
        "network: office",
        "network: office\nunfaithful: {drop_ppm: 1000001}",
        "out-of-range",
        "10:24",
        "at most 1000000",
    ),
    (
        "network: office",
        "network: office\nunfaithful: {drops_ppm: 1000}",
        "unknown-key",
        "10:14",
        "'drop_ppm'",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "code", "place", "hint"),
    CASES,
    ids=[f"{number}-{case[2]}" for number, case in enumerate(CASES)],
)
def test_one_thing_wrong_gives_one_problem(old, new, code, place, hint):
    (problem,) = problems_of(spoiled(old, new))
    assert (problem.code, problem.place) == (code, f"file.yaml:{place}")
    assert hint is None or hint in problem.hint
    assert len(str(problem).splitlines()) == 3


def test_the_sample_itself_has_nothing_wrong():
    assert scenario.loads(SAMPLE)


def test_a_problem_is_three_lines():
    with pytest.raises(InputError) as caught:
        scenario.loads(spoiled("title: A", "titel: A"), place="a.yaml")
    error = caught.value
    assert str(error).splitlines() == [
        "a.yaml:1:1: missing-key",
        "  expected the key 'title', found nothing",
        "  hint: add `title: ...`",
        "a.yaml:2:1: unknown-key",
        "  expected the name of a key, found 'titel'",
        "  hint: did you mean 'title'?",
    ]
    assert error.exit_status == EXIT_USAGE
    assert pickle.loads(pickle.dumps(error)).problems == error.problems  # noqa: S301 - our own


@pytest.mark.parametrize(
    ("until", "places"),
    [
        ("9s", ["33:53", "34:37", "40:10", "41:10"]),
        ("59s", ["33:53"]),
        ("6s", ["30:10", "31:10", "33:53", "34:37", *(f"{n}:10" for n in range(37, 42))]),
        ("5500ms", ["30:10", "31:10", "33:53", "34:37", *(f"{n}:10" for n in range(37, 42))]),
    ],
)
def test_nothing_may_happen_after_the_end(until, places):
    found = problems_of(f"{SAMPLE}until: {until}\n")
    assert {problem.code for problem in found} == {"after-the-end"}
    assert [problem.place for problem in found] == [f"file.yaml:{place}" for place in places]


def test_a_run_that_would_not_end_in_a_month_is_refused():
    (problem,) = problems_of(spoiled("until: 50s", "until: 720h"))
    assert problem.code == "too-long"


def test_everything_is_reported_at_once_and_in_order():
    text = SAMPLE
    for old, new in [
        ("title: A", "titel: A"),
        ("design: enhanced", "design: enhansed"),
        ("user: ann", "user: 5"),
        ("[th-1, th-2]", "[th-1, 5]"),
        (ACCEPT, "{at: 1, who: op-9, do: acept, on: A1}"),
        (CLOSE, "{at: 4s, who: op-9, do: clse}"),
        (LOAD_1, LOAD_1.replace("every: 2s", "every: 2")),
        (PARTITION, "{at: 5s, do: duplcate, on: dr-1}"),
        ("[refusal]", "[refusl]"),
    ]:
        assert text.count(old) == 1
        text = text.replace(old, new)
    found = problems_of(f"{text}seed: 8\n")
    assert [(problem.code, problem.place.removeprefix("file.yaml:")) for problem in found] == [
        ("missing-key", "1:1"),
        ("unknown-key", "2:1"),
        ("unknown-design", "8:9"),
        ("wrong-type", "12:32"),
        ("wrong-type", "21:32"),
        ("missing-unit", "23:10"),
        ("unknown-client", "27:19"),
        ("unknown-action", "27:29"),
        ("missing-unit", "33:32"),
        ("unknown-verb", "36:18"),
        ("unknown-situation", "44:13"),
        ("duplicate-key", "50:1"),
    ]


def test_a_broken_client_hides_no_other_problem_and_makes_none():
    text = spoiled("{role: therapist}", "{role: therapst}")
    assert [problem.code for problem in problems_of(text)] == ["unknown-role"]


def test_a_file_that_is_no_mapping_is_refused():
    for text in ("[a, b]", "just words", "5"):
        (problem,) = problems_of(text)
        assert (problem.code, problem.place) == ("wrong-type", "file.yaml:1:1")


def test_a_newer_version_is_not_judged_by_our_keys():
    (problem,) = problems_of("syncsim: 2\nactors: {}\n")
    assert (problem.code, problem.place) == ("unknown-version", "file.yaml:1:10")


def test_a_hopeless_file_is_given_up_early():
    steps = "".join("- {at: 1, who: nobody, do: nothing}\n" for _ in range(2 * MAX_PROBLEMS))
    text = SAMPLE[: SAMPLE.index("steps:")] + f"steps:\n{steps}"
    assert len(problems_of(text)) == MAX_PROBLEMS


@pytest.mark.parametrize(
    ("section", "entries"),
    [("load", 1_001), ("faults", 1_001)],
)
def test_a_section_has_a_limit(section, entries):
    text = f"{SAMPLE[: SAMPLE.index('load:')]}{section}:\n" + "- ~\n" * entries
    (problem,) = [p for p in problems_of(text) if p.code == "too-many"]
    assert problem.found == str(entries)


def test_too_many_clients_are_refused():
    clients = "".join(f"  c{number}:\n" for number in range(10_001))
    text = f"syncsim: 1\ntitle: x\ndesign: enhanced\nnetwork: office\nclients:\n{clients}"
    (problem,) = problems_of(text)
    assert (problem.code, problem.place, problem.found) == ("too-many", "file.yaml:6:3", "10001")


def test_retries_of_a_thunk_are_refused():
    design = (
        "design: {name: mine, title: x, simplifies: x, read: {strategy: invalidate}, "
        "overlay: {strategy: snapshot}, write: {strategy: parallel, retries: 2}, "
        "recovery: {strategy: nothing}}"
    )
    (problem,) = problems_of(spoiled("design: enhanced", design))
    assert problem.code == "needs-mutation"
