"""Read replicas: old answers, and three ways to keep them from those who know better."""

from __future__ import annotations

from syncsim.backend.ports import Boot, Copied, Crash, Replicate, Request, Shed
from syncsim.net.messages import ErrorBody, Message, QueryBody
from tests.support.scenarios import SECOND, appointments
from tests.support.server import Server

ACCEPTED = 5
"""The commit of the first acceptance, after the four rows of the start."""


def server(**settings) -> Server:
    """Return a backend with two replicas, where A1 has just been accepted."""
    made = Server(appointments(2), replicas=2, **settings)
    made.accepted = made.ask("op-1", "accept", "A1")
    return made


def lsn(made: Server, client: str = "op-1", replica: int = 0, after: int = -1) -> int:
    """Return how new the answer of a replica is."""
    message = Message("q", client, "backend", "query", QueryBody("pending", "", after), 450)
    return made.tell(Request(message, replica)).reply.body.lsn


def test_a_replica_answers_as_of_the_last_commit_that_reached_it():
    made = server()
    assert [out for out in made.accepted.outputs if isinstance(out, Replicate)] == [
        Replicate(ACCEPTED, "i1/1/A1")
    ]
    assert (lsn(made), lsn(made, replica=-1)) == (ACCEPTED - 1, ACCEPTED)
    made.tell(Copied(0, ACCEPTED))
    assert (lsn(made, replica=0), lsn(made, replica=1)) == (ACCEPTED, ACCEPTED - 1)


def test_an_arrival_brings_every_commit_before_it():
    made = server()
    made.ask("op-1", "accept", "A2")
    made.tell(Copied(0, ACCEPTED + 1))
    assert lsn(made) == ACCEPTED + 1
    made.tell(Copied(0, ACCEPTED))
    assert lsn(made) == ACCEPTED + 1


def test_without_replicas_nothing_is_copied():
    did = Server(appointments(1)).ask("op-1", "accept", "A1")
    assert not [out for out in did.outputs if isinstance(out, Replicate)]


def test_a_token_leads_past_a_replica_that_is_behind():
    made = server(fresh_by="token")
    assert lsn(made, after=ACCEPTED) == ACCEPTED
    assert lsn(made, after=ACCEPTED - 1) == ACCEPTED - 1
    assert lsn(server(), after=ACCEPTED) == ACCEPTED - 1, "not unless the design has it"


def test_who_has_written_reads_from_the_primary_for_a_while():
    made = server(fresh_by="primary-window", primary_window_us=SECOND)
    assert (lsn(made, "op-1"), lsn(made, "op-2")) == (ACCEPTED, ACCEPTED - 1)
    made.now_us = SECOND - 1
    assert lsn(made, "op-1") == ACCEPTED
    made.now_us = SECOND
    assert lsn(made, "op-1") == ACCEPTED - 1


def test_an_event_is_held_until_every_replica_has_its_commit():
    made = server(fresh_by="hold-event")
    assert made.accepted.published == []
    assert made.tell(Copied(1, ACCEPTED)).published == []
    assert [out.event.lsn for out in made.tell(Copied(0, ACCEPTED)).published] == [ACCEPTED]


def test_an_event_that_is_held_dies_with_the_process_unless_there_is_an_outbox():
    for outbox in (False, True):
        made = server(fresh_by="hold-event", outbox=outbox)
        made.tell(Crash())
        assert len(made.tell(Boot()).published) == outbox
        assert made.tell(Copied(0, ACCEPTED)).published == []


def test_replicas_follow_what_goes_back_after_a_crash():
    made = server(journal_us=SECOND)
    made.tell(Copied(0, ACCEPTED))
    made.tell(Crash(SECOND))
    (copy,) = [out for out in made.tell(Boot()).outputs if isinstance(out, Replicate)]
    assert lsn(made) == ACCEPTED
    made.tell(Copied(0, copy.lsn))
    assert lsn(made) == copy.lsn


def test_a_request_turned_away_changes_nothing_and_is_told_when_to_return():
    made = Server(appointments(1))
    message = Message("m", "op-1", "backend", "mutate", None, 450)
    did = made.tell(Shed(message, 2 * SECOND))
    assert len(did.outputs) == 1
    assert did.reply.what == "error"
    assert did.reply.body == ErrorBody("m", 503, 2 * SECOND)
