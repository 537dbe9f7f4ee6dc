from __future__ import annotations

from syncsim.staleness import Costs, costs
from tests.checks.notation import history


def test_everything_that_was_sent_is_paid_for_even_if_it_was_lost():
    line = """
        A1 op-1.fetch(one/A1,f1,mount) op-1.send(backend,f1,query,bytes=100)
        @10 backend.send(op-1,f1/reply,rows,bytes=1000)
        @20 op-1?i1:accept(A1) op-1.send(backend,i1/1,mutate,bytes=50)
        @25 backend.lose(op-1,i1/1,mutate,lossy)
        @30 op-1.send(backend,i1/2,mutate,bytes=50)
        @40 +A1{status=accepted}&P1{status=paid}/i1 backend.send(op-1,i1/2/reply,result,bytes=70)
        backend.send(op-2,e1,event,bytes=7) backend.send(th-1,e1b,event,bytes=7)
        op-3.lose(backend,e1c,event,away)
        @60 op-2.fetch(one/A1,f2,event) op-2.send(backend,f2,query,bytes=100)
        @70 op-2.fetch(one/A1,f3,retry) @80 +A1{status=done}/:mark @90 end
    """
    spent = costs(history(line))
    assert spent == Costs(requests=4, bytes=1384, socket_events=2, refetches=2, commits=2)
    assert spent.requests_per_commit == 2.0
    assert spent.bytes_per_commit == 692.0
    assert spent.socket_events_per_commit == 1.0
    assert spent.refetches_per_commit == 1.0


def test_without_commits_nothing_is_per_commit():
    spent = costs(history("A1 op-1.fetch(one/A1,f1,mount) op-1.send(backend,f1,query,bytes=9)"))
    assert (spent.commits, spent.refetches) == (0, 0)
    assert spent.requests_per_commit is None
    assert spent.bytes_per_commit is None
    assert spent.socket_events_per_commit is None
    assert spent.refetches_per_commit is None
