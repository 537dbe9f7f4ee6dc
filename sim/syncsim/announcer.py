"""From the backend through the broker to the sockets: who is told of a change, and when.

The broker is a process of its own between the backend and the gateways, and may fail alone. The
gateways hold the sockets, which stay open, and they know who is connected.

restart     it is down, and has forgotten what it kept in memory. The gateways hear nothing of it,
            and it hears nothing of them.
hold        it stalls: all that reaches it waits, and goes on in order.
partition   the backend cannot reach it. It goes on telling the gateways what it has.

What is published while it is down or cut off is lost, if the design delivers at most once and has
no outbox. Otherwise the backend keeps it, and publishes it in order when the broker is back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from syncsim.backend.ports import Publish
from syncsim.design import Design
from syncsim.engine import Engine
from syncsim.history import History
from syncsim.net import BACKEND, Broker, Net
from syncsim.net.broker import KEPT_MAX, Kept
from syncsim.net.messages import RESUME_BYTES, AckBody, Message, ResumeBody, ResumedBody

Off = Literal["restart", "hold", "partition", "backend"]
"""Why nothing that is published gets through: a fault of the broker, or a backend that is down."""

LOST_BY: Mapping[Off, str] = {"restart": "broker-down", "partition": "broker-cut"}
"""What loses an event that nobody keeps, and the reason that its record gives."""


class _Waiting(NamedTuple):
    """What the broker has not heard of yet: a change, or that the commits after `lsn` are undone.

    `cause` is the record of the commit, `lsn` the number of its commit.
    """

    publish: Publish | None
    cause: int
    lsn: int


class Announcer:
    """Hands changes to the broker, and to the net what the broker tells the clients."""

    def __init__(
        self,
        *,
        engine: Engine,
        history: History,
        net: Net,
        design: Design,
        roles: Mapping[str, str],
    ) -> None:
        feed = design.feed
        self._engine = engine
        self._history = history
        self._net = net
        self._roles = roles
        self._echoes = design.echoes
        self._has_outbox = design.outbox
        self._is_kept = design.outbox or feed.delivery != "at-most-once"
        self._broker = Broker(
            feed.retention_us,
            is_log=feed.delivery == "log",
            is_acked=feed.delivery == "at-least-once",
            retention_count=feed.retention_count,
        )
        self._off: dict[Off, None] = {}
        self._waiting: list[_Waiting] = []
        # While the broker hears nothing of the gateways: what it will be told of clients.
        self._acks: list[tuple[str, int]] = []
        self._untold: dict[str, None] = {}
        self._resumes: dict[str, tuple[Message, ResumeBody, int]] = {}
        self._returns = 0

    # What the backend says

    def publish(self, publish: Publish, cause: int) -> None:
        """Tell every session of a change, or what becomes of it while that is not possible."""
        reason = self._loses()
        if reason:
            self._lose(publish, cause, reason)
        elif self._waiting or not self._off.keys() <= {"backend"}:
            assert len(self._waiting) < KEPT_MAX, "too many changes wait for the broker"
            self._published(publish, cause, 0, waits=True)
            self._waiting.append(_Waiting(publish, cause, publish.event.lsn))
        else:
            self._pass_on(publish, cause)

    def _loses(self) -> str:
        """Return why a change that is published now is lost, empty if it is not."""
        if self._is_kept:
            return ""
        return next((reason for off, reason in LOST_BY.items() if off in self._off), "")

    def _pass_on(self, publish: Publish, cause: int) -> None:
        kept = self._broker.keep(self._engine.now_us, publish, publish.event.lsn)
        told, away = self._audience(publish)
        seq = self._published(publish, cause, len(told))
        for client in told:
            self._broker.owe(client, kept)
            self._net.frame(self._event(kept, client), seq)
        for client in away:
            self._broker.owe(client, kept)
            self._net.missed(self._event(kept, client), seq)

    def _lose(self, publish: Publish, cause: int, reason: str) -> None:
        """Record that a change reached nobody; it never had a number."""
        told, away = self._audience(publish)
        seq = self._published(publish, cause, 0)
        nobody = Kept(0, self._engine.now_us, publish)
        for client in told:
            self._net.missed(self._event(nobody, client), seq, reason)
        for client in away:
            self._net.missed(self._event(nobody, client), seq)

    def _lose_all(self, reason: str) -> None:
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if each.publish is not None:
                self._lose(each.publish, each.cause, reason)

    def _audience(self, publish: Publish) -> tuple[list[str], list[str]]:
        return self._broker.fan_out("" if self._echoes else publish.origin)

    def _published(self, publish: Publish, cause: int, count: int, *, waits: bool = False) -> int:
        event = publish.event
        entity, version = event.rows[0]
        data = {"to": count, "waits": True} if waits else {"to": count}
        return self._history.append(
            self._engine.now_us, "publish", BACKEND, "", cause, event.intent, publish.name,
            entity, version, event.lsn, "", data,
        )  # fmt: skip

    def _event(self, kept: Kept, client: str, again: str = "") -> Message:
        """Return the message that tells a client of a change, perhaps again."""
        publish: Publish = kept.change
        body, size = publish.told_to(self._roles[client])
        entity, version = body.rows[0]
        return Message(
            f"{publish.name}>{client}{again}", BACKEND, client, "event",
            body._replace(offset=kept.offset, previous=kept.previous), size, body.intent, entity,
            version, body.lsn,
        )  # fmt: skip

    def rewound(self, kept_lsn: int, lsn: int) -> None:
        """The backend undid its commits after `kept_lsn`, by new ones up to `lsn`."""
        for each in self._waiting:
            if each.publish is not None and each.lsn > kept_lsn:
                self._published(each.publish, each.cause, 0)
        self._waiting = [each for each in self._waiting if each.lsn <= kept_lsn]
        if self._waiting:
            self._waiting.append(_Waiting(None, -1, lsn))
        else:
            self._broker.reset(lsn)

    def backend_stopped(self) -> None:
        """The backend went down, and all that lies in memory with it, there and at the broker."""
        self._broker.forget()
        self._off["backend"] = None
        if not self._has_outbox:
            self._lose_all("unpublished")

    def backend_started(self) -> None:
        """The backend is back, and has said which commits are undone; the rest goes out."""
        self._off.pop("backend", None)
        self._catch_up()

    # What the clients say

    def session_opened(self, client: str, epoch: int, seq: int) -> None:
        """Tell a client of changes from now on, first again of those that it may not have."""
        self._broker.opened(client)
        self._resumes.pop(client, None)
        if self._is_deaf:
            self._untold[client] = None
        else:
            self._tell_owed(client, f"@session/{epoch}", seq)

    def session_closed(self, client: str) -> None:
        """Stop telling a client of changes."""
        self._broker.closed(client)
        self._resumes.pop(client, None)

    def resume(self, message: Message, body: ResumeBody, seq: int) -> None:
        """Tell a client again what it missed, and whether that was all."""
        if self._is_deaf:
            self._resumes[message.sender] = (message, body, seq)
            return
        client = message.sender
        kept = self._broker.missed(client, body.cursor, self._engine.now_us)
        for each in kept or ():
            if self._echoes or each.change.origin != client:
                self._net.frame(self._event(each, client, f"@{message.name}"), seq)
        answer = ResumedBody(kept is not None, self._broker.opened_at(client))
        name = f"{message.name}/reply"
        self._net.frame(Message(name, BACKEND, client, "resumed", answer, RESUME_BYTES), seq)

    def acknowledged(self, client: str, body: AckBody) -> None:
        """A client has a change; a broker that is down never hears of that."""
        if not self._is_deaf:
            self._broker.acknowledged(client, body.offset)
        elif "restart" not in self._off:
            self._acks.append((client, body.offset))

    @property
    def _is_deaf(self) -> bool:
        """Whether the broker and the gateways hear nothing of each other."""
        return "restart" in self._off or "hold" in self._off

    def _tell_owed(self, client: str, again: str, seq: int) -> None:
        for kept in self._broker.owed(client):
            self._net.frame(self._event(kept, client, again), seq)

    # Faults of the broker

    def go_off(self, why: Off) -> None:
        """Let the broker be down, which empties its memory, or be stalled, or cut off."""
        self._off[why] = None
        if why == "restart":
            self._broker.forget()
            self._acks.clear()
        reason = self._loses()
        if reason:
            # A broker that had stalled takes along what waited in front of it.
            self._lose_all(reason)

    def come_back(self, why: Off, cause: int) -> None:
        """End one of these, and catch up with the clients and the backend if none is left.

        What a client has not acknowledged to a broker that was down, it is told again.
        """
        self._off.pop(why, None)
        if why == "restart":
            self._untold |= dict.fromkeys(self._broker.fan_out("")[0])
        if not self._is_deaf:
            self._answer_clients(cause)
            self._catch_up()

    def _answer_clients(self, cause: int) -> None:
        for client, offset in self._acks:
            self._broker.acknowledged(client, offset)
        self._acks.clear()
        self._returns += 1
        here = self._broker.fan_out("")[0]
        for client in [name for name in self._untold if name in here]:
            self._tell_owed(client, f"@broker/{self._returns}", cause)
        self._untold.clear()
        resumes, self._resumes = self._resumes, {}
        for message, body, seq in resumes.values():
            self.resume(message, body, seq)

    def _catch_up(self) -> None:
        """Hand over what waited, in its order."""
        if self._off:
            return
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if each.publish is None:
                self._broker.reset(each.lsn)
            else:
                self._pass_on(each.publish, each.cause)
