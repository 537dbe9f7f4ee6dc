from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from syncsim.checks import CHECKS, Finding, Status, as_json, judge
from syncsim.checks.counterfactual import NAME
from syncsim.history.vocabulary import CHECK_NAMES
from tests.checks.notation import DOMAIN, HEADER, history

ASKED = (
    "A1 op-1.mount(one/A1) op-1:one/A1<A1.1 op-1:one/A1=A1.1 op-1.ready(one/A1)"
    " @100 op-1?i1:accept(A1) @180 +A1{status=accepted}/i1 $i1"
    " @200 op-1!i1=ok op-1:one/A1<A1.2 op-1:one/A1=A1.2 @300 "
)
GOOD = ASKED + "settle @900 end"
BAD = ASKED + "op-1:one/A1=A1.1 @400 op-1:one/A1=A1.2 settle @900 end"
SOME = ["RYW", "MONO", "DONE"]


def statuses(verdict):
    return {found.check: found.status for found in (*verdict.findings, *verdict.sometimes)}


def test_the_checks_are_those_of_the_vocabulary_in_its_order():
    assert tuple(CHECKS) == CHECK_NAMES


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS.keys())
def test_each_check_says_what_a_reader_must_know(check):
    for text in (check.statement, check.source, check.needs, check.proves_not):
        assert text.endswith(".")
        assert "  " not in text
    assert check.statement.count(".") == 1


def test_judging_loads_nothing_heavy():
    heavy = "{'pandas', 'numpy', 'matplotlib', 'networkx'}"
    code = f"import sys, syncsim.checks; print(sorted({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_header_names_the_checks_and_an_argument_overrides_it():
    every = judge(history(GOOD))
    assert [found.check for found in every.findings] == list(CHECK_NAMES)
    assert [found.check for found in judge(history(GOOD, checks=[])).findings] == list(CHECK_NAMES)
    assert [found.check for found in judge(history(GOOD, checks=SOME)).findings] == SOME
    assert [found.check for found in judge(history(GOOD), only=["MONO"]).findings] == ["MONO"]


def test_the_worst_answer_is_the_verdict():
    assert judge(history(GOOD, checks=SOME)).status is Status.PASS
    assert judge(history(GOOD, checks=[*SOME, "BATCH"])).status is Status.UNKNOWN
    assert judge(history(BAD, checks=[*SOME, "BATCH"])).status is Status.FAIL
    assert judge(history(GOOD), only=[]).status is Status.UNKNOWN


def test_a_name_that_is_no_check_is_unknown():
    verdict = judge(history(GOOD, checks=["RYW", "RWY"], sometimes=["rain"]))
    assert statuses(verdict) == {
        "RYW": Status.PASS,
        "RWY": Status.UNKNOWN,
        "rain": Status.UNKNOWN,
    }
    assert verdict["RWY"].why == "there is no check or situation of this name"


def test_a_check_that_crashes_is_unknown_and_the_others_go_on(monkeypatch):
    def crash(_):
        message = "no such luck"
        raise LookupError(message)

    monkeypatch.setitem(CHECKS, "MONO", replace(CHECKS["MONO"], judge=crash))
    verdict = judge(history(GOOD, checks=SOME))
    assert verdict["MONO"].why == "the check itself failed: LookupError: no such luck"
    assert statuses(verdict) == {
        "RYW": Status.PASS,
        "MONO": Status.UNKNOWN,
        "DONE": Status.PASS,
    }


def test_what_must_arise_and_did_not_is_unknown():
    met = judge(history(GOOD, checks=SOME, sometimes=["refusal"]))
    assert met["refusal"].status is met.status is Status.UNKNOWN
    line = ASKED + "op-2?i2:accept(A1) -A1/i2:illegal-state op-2!i2=refused settle end"
    met = judge(history(line, checks=SOME, sometimes=["refusal"]))
    assert met["refusal"].status is met.status is Status.PASS


def test_a_run_that_did_not_end_passes_nothing():
    verdict = judge(history(ASKED + "settle", sometimes=["refusal", "reconnect"]))
    found = (*verdict.findings, *verdict.sometimes)
    assert {finding.status for finding in found} == {Status.UNKNOWN}
    assert {finding.why for finding in found} == {
        "the run did not end: the history stops at 0.300 s, so nothing in it counts as a pass"
    }


def test_a_failure_stands_even_if_the_run_did_not_end():
    verdict = judge(history(BAD.replace(" settle @900 end", ""), checks=SOME))
    assert statuses(verdict) == {
        "RYW": Status.FAIL,
        "MONO": Status.FAIL,
        "DONE": Status.UNKNOWN,
    }


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        ({"clients": None}, "the header does not say who the clients were"),
        ({"clients": {}}, "the header does not say who the clients were"),
        ({"clients": ["op-1"]}, "the header does not say who the clients were"),
        ({"clients": {"op-1": "olga"}}, "the header does not say the role and the user of op-1"),
        (
            {"clients": {"op-1": {"role": "operator"}}},
            "the header does not say the role and the user of op-1",
        ),
        ({"domain": None}, "the header does not say what the application is"),
        *(
            (
                {"domain": {name: value for name, value in DOMAIN.items() if name != fact}},
                f"the header does not say the {fact} of the application",
            )
            for fact in ("transitions", "actions", "queries", "projections")
        ),
        ({"checks": "RYW"}, "the header's checks is not a list of names"),
        ({"sometimes": [1]}, "the header's sometimes is not a list of names"),
    ],
)
@pytest.mark.parametrize("line", [GOOD, BAD], ids=["good", "bad"])
def test_a_damaged_header_leaves_everything_unknown(line, damage, why):
    damaged = history(line)
    damaged.header.update(damage)
    verdict = judge(damaged)
    assert verdict.status is Status.UNKNOWN
    assert [found.check for found in verdict.findings] == list(CHECK_NAMES)
    assert {(found.status, found.why) for found in verdict.findings} == {(Status.UNKNOWN, why)}


def test_a_header_without_clients_or_domain_leaves_everything_unknown():
    for key in ("clients", "domain"):
        damaged = history(GOOD)
        del damaged.header[key]
        assert {found.status for found in judge(damaged).findings} == {Status.UNKNOWN}


def test_a_verdict_as_json_is_plain_data_with_a_command_for_each_story():
    header = {"scenario": "seed/two operators", "seed": 7, "sometimes": ["refusal"]}
    bad = history(BAD, checks=SOME, **header)
    data = as_json(judge(bad), bad)
    assert {key: data[key] for key in data if not isinstance(data[key], list)} == {
        "scenario": "seed/two operators",
        "seed": 7,
        "design": "written",
        "network": "none",
        "status": "fail",
    }
    ryw = data["findings"][0]
    assert (ryw["check"], ryw["status"], ryw["seen"], ryw["failures"]) == ("RYW", "fail", 1, 1)
    assert ryw["why"] == ryw["stories"][0]["text"]
    assert ryw["stories"][0]["replay"] == (
        "syncsim run 'seed/two operators' --design written --network none --seed 7"
    )
    assert data["sometimes"][0]["status"] == "unknown"
    told = {each["check"]: (each["status"], each["seen"]) for each in data["confirmed"]}
    assert told == {"RYW": ("pass", 1), "MONO": ("pass", 1)}
    assert json.loads(json.dumps(data)) == data
    assert no_floats(data)


def no_floats(value):
    if isinstance(value, dict):
        return all(no_floats(item) for item in value.values())
    if isinstance(value, list):
        return all(no_floats(item) for item in value)
    return not isinstance(value, float)


def test_a_story_of_a_counterfactual_is_shown_again_by_a_run_with_one():
    bad = history(BAD, checks=SOME)
    verdict = judge(bad)
    extra = replace(verdict.findings[0], check=NAME)
    told = as_json(replace(verdict, findings=(*verdict.findings, extra)), bad)["findings"]
    assert told[-1]["stories"][0]["replay"] == told[0]["stories"][0]["replay"] + " --counterfactual"
    assert "--counterfactual" not in told[0]["stories"][0]["replay"]


TOLD_OLD = ASKED + "op-1:one/A1<A1.1 @400 op-1:one/A1<A1.2 settle @900 end"


def test_what_the_server_told_wrongly_is_no_part_of_the_verdict():
    verdict = judge(history(TOLD_OLD, checks=SOME))
    assert verdict.status is Status.PASS
    confirmed = {found.check: found.status for found in verdict.confirmed}
    assert confirmed == {"RYW": Status.FAIL, "MONO": Status.FAIL}
    assert [found.check for found in verdict.hidden()] == ["RYW", "MONO"]
    assert "RYW of confirmed views: fail" in str(verdict)
    both = judge(history(TOLD_OLD.replace("@400", "op-1:one/A1=A1.1 @400"), checks=SOME))
    assert (len(both.confirmed), both.hidden()) == (2, ())
    assert [found.check for found in judge(history(GOOD), only=["DONE"]).confirmed] == []


def test_of_a_damaged_history_nothing_is_said_of_confirmed_views():
    damaged = history(TOLD_OLD, checks=SOME)
    del damaged.header["clients"]
    assert {found.status for found in judge(damaged).confirmed} == {Status.UNKNOWN}


def test_a_verdict_of_a_bare_header_can_still_be_written():
    damaged = history(GOOD)
    for key in HEADER:
        del damaged.header[key]
    data = as_json(judge(damaged), damaged)
    assert (data["status"], data["design"], data["seed"]) == ("unknown", "", None)


def test_a_verdict_is_asked_by_name():
    verdict = judge(history(GOOD, sometimes=["refusal"]))
    assert isinstance(verdict["RYW"], Finding)
    assert verdict["refusal"].check == "refusal"
