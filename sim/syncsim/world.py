"""One run: the parts wired together in virtual time, and everything recorded.

The parts are plain state machines. The world hands each its inputs, carries its outputs to
the network and the clock, and writes what they note into the history, caused by the record
of the input.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from syncsim.announcer import Announcer
from syncsim.backend import Backend
from syncsim.backend import ports as backend_ports
from syncsim.bridge import ClientError, LockstepClient, command_of
from syncsim.client import Client
from syncsim.client import ports as client_ports
from syncsim.engine import Draws, Engine
from syncsim.errors import InputError, Problem, quoted
from syncsim.faults import Faults
from syncsim.history import History
from syncsim.history.vocabulary import REWIND
from syncsim.host import Host, settings_of
from syncsim.machines import Machines
from syncsim.net import BACKEND, STACKS, Net
from syncsim.net.gateways import ONE_GATEWAY
from syncsim.net.messages import AckBody, ErrorBody, Message, ResumeBody
from syncsim.scenario.expand import expand
from syncsim.scenario.person import arrivals, choose
from syncsim.scenario.scenario import BROKER, MODEL, ClientSpec, Load, Scenario, Step
from syncsim.stage import Stage

WAKES = (client_ports.Wake, client_ports.Woke)
"""Inputs that run the timers of a page by themselves."""


def run(scenario: Scenario, *, allow_commands: bool = False) -> History:
    """Run a scenario to its end and return its history; equal scenarios give equal bytes.

    A client of another make that breaks off ends the run there; the history says so.

    Args:
        scenario: What to run.
        allow_commands: Whether programs that the scenario names may be started.

    Raises:
        InputError: if the scenario names a program and none may be started.
        ClientError: if a client of another make cannot be started.
    """
    if not allow_commands:
        _refuse_commands(scenario)
    world = World(scenario)
    try:
        with _uncollected():
            world.run()
    except ClientError as error:
        world.break_off(error)
    finally:
        world.close()
    return world.history


def _refuse_commands(scenario: Scenario) -> None:
    """A scenario may come from anywhere; what it names is started only if somebody says so."""
    named = [client for client in scenario.clients if not isinstance(client.runs, str)]
    if named:
        raise InputError(
            Problem(
                code="command-not-allowed",
                place=f"clients.{client.name}.runs",
                expected="the leave to start programs that a scenario names",
                found=quoted(" ".join(client.runs)),
                hint="read the command; then use --allow-commands, or allow_commands=True",
            )
            for client in named
        )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold back Python's cycle collector.

    A run makes no cycles but many records that stay, and the collector would walk through all
    of them again and again: a quarter of the time of a run.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def header_of(scenario: Scenario) -> dict[str, Any]:
    """Return what a judge must know of a scenario that is not an event."""
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "seed": scenario.seed,
        "design": scenario.design.facts(),
        "network": scenario.network.facts(),
        **({"gateways": asdict(scenario.gateways)} if scenario.gateways != ONE_GATEWAY else {}),
        "domain": scenario.domain.facts(),
        "clients": {
            client.name: {"role": client.role, "user": client.user}
            | ({} if client.runs == MODEL else {"runs": _make_of(client)})
            for client in scenario.clients
        },
        "bounds": {
            name: bound for name, bound in asdict(scenario.bounds).items() if bound is not None
        },
        "checks": list(scenario.checks),
        "sometimes": list(scenario.sometimes),
        **({"properties": list(scenario.properties)} if scenario.properties else {}),
        **({"unfaithful": asdict(scenario.unfaithful)} if scenario.unfaithful.is_on else {}),
        **({"core": list(scenario.core)} if scenario.core else {}),
    }


def _make_of(client: ClientSpec) -> str | list[str]:
    return client.runs if isinstance(client.runs, str) else list(client.runs)


class World:
    """The parts of one run and the wires between them."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._draws = Draws(scenario.seed)
        self._engine = Engine()
        self.history = History(header_of(scenario))
        self._backend = Backend(
            domain=scenario.domain,
            users={client.name: (client.role, client.user) for client in scenario.clients},
            settings=settings_of(scenario),
        )
        self._clients: dict[str, client_ports.Dashboard] = {}
        try:
            for client in scenario.clients:
                self._clients[client.name] = self._seat(client)
        except ClientError:
            self.close()
            raise
        self._net = Net(
            engine=self._engine,
            draws=self._draws,
            history=self.history,
            profile=scenario.network,
            clients=tuple(client.name for client in scenario.clients),
            listener=self,
            stack=STACKS[scenario.design.socket],
            gateways=scenario.gateways,
            unfaithful=scenario.unfaithful,
        )
        self._announcer = Announcer(
            engine=self._engine,
            history=self.history,
            net=self._net,
            design=scenario.design,
            roles={client.name: client.role for client in scenario.clients},
        )
        self._wakes: dict[str, int] = {}
        self._host = Host(
            engine=self._engine,
            draws=self._draws,
            scenario=scenario,
            backend=self._backend,
            carry_out=self._backend_did,
            stopped=self._announcer.backend_stopped,
            started=self._announcer.backend_started,
        )
        self._machines = Machines()
        stage = Stage(
            net=self._net,
            host=self._host,
            announcer=self._announcer,
            machines=self._machines,
            tell=self._tell,
            wake=self._wake_machine,
        )
        self._faults = Faults(self._engine, self.history, stage)

    def _seat(self, client: ClientSpec) -> client_ports.Dashboard:
        """Return the dashboard that somebody sits at."""
        domain, design = self._scenario.domain, self._scenario.design
        name, role, user = client.name, client.role, client.user
        if client.runs == MODEL:
            return Client(name=name, role=role, user=user, domain=domain, design=design)
        command = command_of(client.runs, design, domain, f"clients.{name}.runs")
        return LockstepClient(
            name=name, role=role, user=user, domain=domain, design=design, command=command
        )

    def close(self) -> None:
        """End what the clients hold outside the run."""
        for client in self._clients.values():
            client.close()

    def break_off(self, error: ClientError) -> None:
        """Record why the run goes no further."""
        (problem,) = error.problems
        self.history.append(self._engine.now_us, "broke", data=asdict(problem))

    def run(self) -> None:
        """Run both phases: first anything may break, then the world heals and settles."""
        scenario = self._scenario
        self._phase("safety")
        rows = [(f"{row.entity}/{row.id}", dict(row.fields)) for row in scenario.rows]
        self._backend_did(self._backend.start(rows), -1)
        for client in scenario.clients:
            luck = self._draws.bits(f"{client.name}/luck")
            self._tell(client.name, client_ports.Start(client.shows, luck), -1)
            self._plan_habit(client.name)
        for step in scenario.steps:
            if step.id not in scenario.omit:
                self._engine.after(step.at_us, self._step, step)
        for load in scenario.loads:
            self._plan(load)
        faults = (*scenario.faults, *expand(scenario.generators, self._draws))
        self._faults.plan(fault for fault in faults if fault.id not in scenario.omit)
        self._engine.run(scenario.until_us)
        self._settle()
        self._engine.run(scenario.until_us + scenario.bounds.settle_us)
        self._phase("end")

    # People

    def _step(self, step: Step) -> None:
        event: client_ports.Input
        if step.do == "show":
            event = client_ports.Show(step.id, step.views)
        elif step.do == "open":
            event = client_ports.Open(step.id, step.on)
        elif step.do == "close":
            event = client_ports.Close(step.id)
        elif step.do == "refresh":
            event = client_ports.Refresh(step.id)
        else:
            event = client_ports.Ask(step.id, step.do, step.on, dict(step.args))
        self._tell(step.who, event, -1)

    def _plan(self, load: Load) -> None:
        for who in load.who:
            self._next_arrival(load, who, arrivals(load, who, self._draws))
            if load.switch_every_us:
                self._engine.after(load.from_us, self._switch, load, who, 1)

    def _next_arrival(self, load: Load, who: str, coming: Iterator[tuple[str, int]]) -> None:
        following = next(coming, None)
        if following is not None:
            name, at_us = following
            self._engine.after(at_us - self._engine.now_us, self._arrive, load, who, name, coming)

    def _arrive(self, load: Load, who: str, name: str, coming: Iterator[tuple[str, int]]) -> None:
        if name not in self._scenario.omit:
            ask = choose(load, name, self._clients[who], self._scenario.domain, self._draws)
            if ask is not None:
                self._tell(who, ask, -1)
        self._next_arrival(load, who, coming)

    def _switch(self, load: Load, who: str, count: int) -> None:
        """Move a person on to the next of the role's views."""
        domain = self._scenario.domain
        role = self._clients[who].role
        views = [name for name in domain.queries_of(role) if not domain.queries[name].takes_id]
        step = f"{load.id}/{who}/switch/{count}"
        self._tell(who, client_ports.Show(step, (views[count % len(views)],)), -1)
        if self._engine.now_us + load.switch_every_us <= load.until_us:
            self._engine.after(load.switch_every_us, self._switch, load, who, count + 1)

    def _plan_habit(self, name: str) -> None:
        """Plan the refreshes by hand; the first comes at a drawn point of the interval."""
        every_us = self._scenario.design.read.refresh_every_us
        if every_us:
            first_us = self._draws.below(every_us, f"{name}/habit")
            self._engine.after(first_us, self._refresh_by_habit, name, every_us, 1)

    def _refresh_by_habit(self, name: str, every_us: int, count: int) -> None:
        self._tell(name, client_ports.Refresh(f"habit/{count}"), -1)
        self._engine.after(every_us, self._refresh_by_habit, name, every_us, count + 1)

    # Clients

    def _tell(self, name: str, event: client_ports.Input, cause: int) -> None:
        """Hand a client one input, behind its timers that are due, and carry out what it causes.

        What a person does has no earlier cause; the rest follows from its first record.
        """
        if self._machines.hold(name, event, cause):
            return
        history = self.history
        now_us = self._engine.now_us
        client = self._clients[name]
        due_us = client.wake_us
        if due_us is not None and due_us <= now_us and not isinstance(event, WAKES):
            self._tell(name, client_ports.Wake(), -1)
        for out in client.handle(now_us, event, cause if cause >= 0 else len(history)):
            led_by = out.cause if out.cause < len(history) else -1
            if isinstance(out, client_ports.Note):
                history.append(
                    now_us, out.kind, name, "", led_by, out.intent, out.message, out.entity,
                    out.version, out.lsn, out.view, out.data,
                )  # fmt: skip
            elif isinstance(out, client_ports.Request):
                self._net.http(
                    Message(
                        out.name, name, BACKEND, out.what, out.body, out.bytes, out.intent,
                        out.entity, -1, -1, out.view,
                    ),
                    led_by,
                )  # fmt: skip
            elif isinstance(out, client_ports.Frame):
                frame = Message(out.name, name, BACKEND, out.what, out.body, out.bytes)
                self._net.frame(frame, led_by)
            else:
                self._net.connect(name, led_by)
        self._plan_wake(name)

    def _plan_wake(self, name: str) -> None:
        """Wake a client when its next timer is due, unless it will be woken before."""
        due_us = self._clients[name].wake_us
        if due_us is not None and due_us < self._wakes.get(name, due_us + 1):
            self._wakes[name] = due_us
            self._engine.after(due_us - self._engine.now_us, self._wake, name, due_us)

    def _wake(self, name: str, planned_us: int) -> None:
        if self._wakes.get(name) != planned_us:
            return
        del self._wakes[name]
        if self._machines.is_asleep(name):
            return
        due_us = self._clients[name].wake_us
        if due_us is not None and due_us <= self._engine.now_us:
            self._tell(name, client_ports.Wake(), -1)
        else:
            self._plan_wake(name)

    def _wake_machine(self, name: str, cause: int) -> None:
        """Let a client's machine wake up, and tell its page what it missed."""
        missed = self._machines.wake(name)
        self._tell(name, client_ports.Woke(), cause)
        for event, led_by in missed:
            self._tell(name, event, led_by)

    # Backend

    def _backend_did(self, outputs: list[backend_ports.Output], cause: int) -> None:
        """Carry out what the backend causes; a publication is caused by its commit."""
        committed = cause
        for out in outputs:
            if isinstance(out, backend_ports.Note):
                seq = self.history.append(
                    self._engine.now_us, out.kind, BACKEND, out.peer, cause, out.intent, "",
                    out.entity, out.version, out.lsn, "", out.data,
                )  # fmt: skip
                committed = seq if out.kind == "commit" else committed
                if out.kind == REWIND:
                    self._announcer.rewound(out.lsn, self._backend.lsn)
            elif isinstance(out, backend_ports.Reply):
                self._net.http(out.message, cause)
            elif isinstance(out, backend_ports.Publish):
                self._announcer.publish(out, committed)
            elif isinstance(out, backend_ports.Replicate):
                self._host.replicate(out)
            elif isinstance(out, backend_ports.Died):
                self._faults.spring()
            else:
                self._engine.after(out.at_us - self._engine.now_us, self._host.due, out.due)

    # The network

    def message_arrived(self, message: Message, seq: int) -> None:
        """Hand a message to its recipient."""
        if isinstance(message.body, ResumeBody):
            self._announcer.resume(message, message.body, seq)
        elif isinstance(message.body, AckBody):
            self._announcer.acknowledged(message.sender, message.body)
        elif message.recipient == BACKEND:
            self._host.request(message, seq)
        else:
            self._tell(message.recipient, self._arrival(message), seq)

    def _arrival(self, message: Message) -> client_ports.Input:
        """Return what a client is told when a message reaches it.

        The protocol of clients of another make knows no errors; to them nobody answered.
        """
        body = message.body
        if isinstance(body, ErrorBody) and not isinstance(self._clients[message.recipient], Client):
            return client_ports.Failed(body.request, f"http-{body.status}")
        return client_ports.Received(body, message.intent or message.name)

    def request_refused(self, message: Message, seq: int) -> None:
        """Tell a client that nobody answered its request."""
        self._tell(message.sender, client_ports.Failed(message.name, "refused"), seq)

    def socket_opened(self, client: str, seq: int) -> None:
        """Tell a client that its socket is open."""
        self._tell(client, client_ports.SocketOpened(), seq)

    def socket_closed(self, client: str, seq: int) -> None:
        """Tell a client that its socket is closed."""
        self._tell(client, client_ports.SocketClosed(), seq)

    def session_opened(self, client: str, epoch: int, seq: int) -> None:
        """Let the broker tell a client of changes."""
        self._announcer.session_opened(client, epoch, seq)

    def session_closed(self, client: str) -> None:
        """Let the broker stop telling a client of changes."""
        self._announcer.session_closed(client)

    # Phases

    def _settle(self) -> None:
        """Heal everything, or the core and the backend, and begin the second phase."""
        self._phase("settle")
        core = self._scenario.core or tuple(self._clients)
        self._faults.heal(frozenset((BACKEND, BROKER, *self._scenario.gateways.names, *core)))
        self._net.calm(core)

    def _phase(self, phase: str) -> None:
        self.history.append(self._engine.now_us, "phase", data={"phase": phase})
