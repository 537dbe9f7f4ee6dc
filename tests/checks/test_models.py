from __future__ import annotations

import subprocess
import sys

import pytest

from syncsim.checks import conv, mono, ryw
from syncsim.checks.evidence import Evidence
from syncsim.checks.models import ALL, IMPLIES, lattice, models
from syncsim.checks.verdict import Status
from tests.checks.notation import history

# Two operators change a row each, twice, and each sees all of it; no model lacks its situation.
GOOD = (
    "A1 A2 op-1.mount(slice) op-1.ready(slice) op-2.mount(slice) op-2.ready(slice)"
    " @10 op-1:slice=A1.1 op-1:slice=A2.1 op-2:slice=A1.1 op-2:slice=A2.1"
    " @100 op-1?i1:accept(A1) @110 +A1{status=accepted}/i1 @120 op-1!i1=ok op-1:slice=A1.2"
    " @130 op-2:slice=A1.2"
    " @200 op-2?i2:accept(A2) @210 +A2{status=accepted}/i2 @220 op-2!i2=ok op-2:slice=A2.2"
    " @230 op-1:slice=A2.2"
    " @300 op-1?i3:finish(A1) @310 +A1{status=done}/i3 @320 op-1!i3=ok op-1:slice=A1.3"
    " @330 op-2:slice=A1.3 "
    " @400 op-2?i4:finish(A2) @410 +A2{status=done}/i4 @420 op-2!i4=ok op-2:slice=A2.3"
    " @430 op-1:slice=A2.3 @450 op-1:slice=A1.3 "
)
END = "settle @900 end"


def judged(line, **header):
    return models(Evidence(history(line, **header)))


def good(after=""):
    return judged(GOOD + after + END)


def test_every_edge_leads_from_what_is_implied_to_what_implies_it():
    graph = lattice()
    assert list(graph.nodes) == list(IMPLIES)
    assert {strong for _, strong in graph.out_edges("causal")} == {"sequential"}
    assert {strong for _, strong in graph.out_edges("writes-follow-reads")} == {"causal"}
    assert {weak for weak, _ in graph.in_edges("linearizable")} == {"sequential", "eventual"}


def test_where_all_is_well_the_strongest_model_implies_the_others():
    found = good()
    assert list(found) == [ALL, "op-1", "op-2", "th-1"]
    for client in (ALL, "op-1", "op-2"):
        assert found[client].ruled_out == found[client].unknown == {}
        assert found[client].strongest == ("linearizable",)


def test_of_a_client_that_did_nothing_nothing_is_known():
    found = good()["th-1"]
    assert (found.client, found.strongest) == ("th-1", ())
    assert list(found.unknown) == list(IMPLIES)
    assert found.unknown["PRAM"].check == "RYW"


@pytest.mark.parametrize(
    ("after", "model", "check"),
    [
        ("@500 op-1:slice=A1.2 @600 op-1:slice=A1.3 ", "read-your-writes", "RYW"),
        ("@500 op-2:slice=A1.2 @600 op-2:slice=A1.3 ", "monotonic-reads", "MONO"),
        ("@500 op-2:slice=A1.2 ", "eventual", "CONV"),
    ],
)
def test_what_rules_out_a_weak_model_rules_out_all_that_imply_it(after, model, check):
    found = good(after)[ALL]
    assert model in found.ruled_out
    assert found.ruled_out[model].check == check
    for strong in [m for m in IMPLIES if model in IMPLIES[m]]:
        assert strong in found.ruled_out


def test_only_the_client_that_was_shown_something_wrong_is_to_blame():
    found = good("@500 op-2:slice=A1.2 @600 op-2:slice=A1.3 ")
    assert "monotonic-reads" in found["op-2"].ruled_out
    assert "monotonic-reads" not in found["op-1"].ruled_out
    assert found["op-2"].ruled_out["causal"].check == "MONO"
    assert "causal" not in found["op-1"].ruled_out


def test_the_stories_of_one_client_are_told_with_the_records_of_the_whole():
    line = GOOD + (
        "@460 op-2.send(backend,f1,query) @470 backend.receive(op-2,f1)^"
        " backend.send(op-2,f1,rows)^ @490 op-2.receive(backend,f1)^"
        " op-2.fetched(slice,f1,3)^ @500 op-2:slice=A1.2^2 @600 op-2:slice=A1.3 "
    )
    evidence = Evidence(history(line + END))
    found = models(evidence)["op-2"].ruled_out["monotonic-reads"]
    assert found.stories == mono.judge(evidence).stories
    assert "It came with a fetch sent at 0.460 s" in found.why


def test_old_rows_in_time_are_sequential_but_not_linearizable():
    line = (
        "A1 op-1.mount(slice) op-2.mount(slice) @10 op-1:slice=A1.1"
        " @100 +A1{status=accepted}/:accept @110 op-1:slice=A1.2 @120 op-2:slice=A1.1"
        " @130 op-2:slice=A1.2 " + END
    )
    found = judged(line)["op-2"]
    assert found.ruled_out["linearizable"].why == (
        "At 0.110 s op-1 was shown version 2 of appointment A1; at 0.120 s op-2's view slice showed"
        " version 1."
    )
    assert "sequential" not in found.ruled_out


def test_two_people_who_see_two_changes_in_opposite_orders_fit_no_one_order():
    line = (
        "A1 A2 op-1.mount(slice) op-2.mount(slice) @10 +A1{status=accepted}/:accept"
        " +A2{status=accepted}/:accept @100 op-1:slice=A1.2 @110 op-1:slice=A2.1"
        " @120 op-2:slice=A2.2 @130 op-2:slice=A1.1 " + END
    )
    found = judged(line)
    for client in (ALL, "op-1", "op-2"):
        assert found[client].ruled_out["sequential"].why == (
            "No one order of all changes gives what people saw and did: op-1 saw version 2 of"
            " appointment A1 at 0.100 s; op-1 saw version 1 of appointment A2 at 0.110 s; op-2"
            " saw version 2 of appointment A2 at 0.120 s; op-2 saw version 1 of appointment A1 at"
            " 0.130 s."
        )
        assert "causal" not in found[client].ruled_out
    assert found["op-1"].ruled_out["sequential"].stories[0].records == (6, 7, 8, 9)


def test_changes_that_are_made_in_a_circle_fit_no_one_order_either():
    line = (
        "A1 A2 op-1?i1:accept(A1) +A1.3/i1 op-1!i1=ok op-1?i2:accept(A2) +A2.2/i2"
        " op-2?i3:accept(A2) +A2.3/i3 op-2!i3=ok op-2?i4:accept(A1) +A1.2/i4 " + END
    )
    found = judged(line)["op-2"].ruled_out["sequential"]
    assert found.why == (
        "No one order of all changes gives what people saw and did: backend made version 3 of"
        " appointment A1 at 0.000 s; backend made version 2 of appointment A2 at 0.000 s; backend"
        " made version 3 of appointment A2 at 0.000 s; backend made version 2 of appointment A1 at"
        " 0.000 s."
    )


def test_a_pending_change_stands_in_for_its_commit_in_the_one_order():
    line = (
        "A1 A2 op-1.mount(slice) op-1?i1:accept(A1) @10 +A1{status=accepted}/i1 @20 op-1!i1=ok"
        " op-1:slice=A1.1{status=accepted}+i1 "
    )
    assert "sequential" not in judged(line + END)["op-1"].ruled_out
    bare = line.replace("+i1 ", " ")
    assert judged(bare + END)["op-1"].ruled_out["sequential"].check == "RYW"
    both = line + "@30 op-1:slice=A1.2 op-1:slice=A1.1 @40 op-1:slice=A1.2 "
    assert "sequential" in judged(both + END)["op-1"].ruled_out


def test_a_screen_that_lives_in_the_past_for_ever_is_not_eventual_but_may_be_sequential():
    found = good("@500 +A2{overdue=true}/:mark_overdue ")["op-1"]
    assert list(found.ruled_out) == ["linearizable", "eventual"]
    assert found.strongest == ("sequential",)


def test_in_a_run_that_did_not_end_nothing_holds():
    found = judged(GOOD)
    assert found[ALL].strongest == ()
    assert found[ALL].unknown["monotonic-writes"].why == (
        "the run did not end, so nothing in it counts as a pass"
    )
    broken = judged(GOOD + "@500 op-2:slice=A1.2")
    assert "monotonic-reads" in broken[ALL].ruled_out


def test_the_whole_is_judged_as_the_checks_judge_it():
    evidence = Evidence(history(GOOD + "@500 op-2:slice=A1.2 " + END))
    found = models(evidence)[ALL].standings
    for model, check in (("eventual", conv), ("read-your-writes", ryw), ("monotonic-reads", mono)):
        assert found[model].finding == check.judge(evidence)
        assert found[model].status is not Status.UNKNOWN


def test_importing_the_models_loads_nothing_heavy():
    code = "import sys, syncsim.checks.models; print('networkx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
