"""What the backend runs on: whether it is up, how busy it is, and its read replicas.

The backend is a plain state machine. Which replica a query is led to, how long a commit takes
to reach one and which request finds the machine too busy are matters of luck, so they are
decided here, under the name of the message or of the commit.
"""

from __future__ import annotations

from collections.abc import Callable

from syncsim.backend import Backend, Settings, ports
from syncsim.engine import Draws, Engine
from syncsim.net.messages import Message
from syncsim.scenario.generator import Swarm
from syncsim.scenario.scenario import ALL_PERCENT, Scenario

CarryOut = Callable[[list[ports.Output], int], None]
"""Takes what the backend causes, and the record that led to it."""


def settings_of(scenario: Scenario) -> Settings:
    """Return how the design and the scenario would have the backend."""
    design = scenario.design
    swarms = [each for each in scenario.generators if isinstance(each, Swarm)]
    lost_us = [fault.loses_us for fault in scenario.faults]
    lost_us += [kind.loses_us[1] for swarm in swarms for kind in swarm.kinds]
    return Settings(
        push=design.push,
        payload=design.feed.payload,
        audit=design.audit,
        outbox=design.outbox,
        merge=design.merge,
        replicas=scenario.hosting.replicas,
        fresh_by=design.read.fresh_by,
        primary_window_us=design.read.primary_window_us,
        journal_us=max(lost_us, default=0),
    )


class Host:
    """Hands the backend its inputs; `carry_out` takes what they cause.

    `stopped` is called when the backend goes down, for those who live in its memory, and `started`
    when it has booted again.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        draws: Draws,
        scenario: Scenario,
        backend: Backend,
        carry_out: CarryOut,
        stopped: Callable[[], None],
        started: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._draws = draws
        self._hosting = scenario.hosting
        self._backend = backend
        self._carry_out = carry_out
        self._stopped = stopped
        self._started = started
        self._overdue: list[ports.Due] = []
        self._copied_us: dict[int, int] = {}
        self._down: dict[str, bool] = {}
        self._busy: tuple[int, int] | None = None

    def tell(self, event: ports.Input, cause: int) -> None:
        """Hand the backend one input."""
        self._carry_out(self._backend.handle(self._engine.now_us, event), cause)

    def request(self, message: Message, seq: int) -> None:
        """Hand the backend a message that arrived, or turn it away if it is busy."""
        if self._busy is not None:
            percent, retry_after_us = self._busy
            if self._draws.below(ALL_PERCENT, f"{message.name}/busy") < percent:
                self.tell(ports.Shed(message, retry_after_us), seq)
                return
        self.tell(ports.Request(message, self._replica_for(message)), seq)

    def _replica_for(self, message: Message) -> int:
        """Return the replica that a query is led to, -1 for all else and where there is none."""
        replicas = self._hosting.replicas
        if message.what not in ("query", "checkpoint") or not replicas:
            return -1
        return self._draws.below(replicas, f"{message.name}/replica")

    def due(self, due: ports.Due) -> None:
        """Let the backend's clock strike; if it is down, once it is up again."""
        if self._down:
            self._overdue.append(due)
        else:
            self.tell(due, -1)

    def replicate(self, commit: ports.Replicate) -> None:
        """Let a commit reach every replica after a drawn time, behind the commits before it."""
        now_us, hosting = self._engine.now_us, self._hosting
        for replica in range(hosting.replicas):
            luck = f"{commit.name}/replica/{replica}"
            extra_us = (
                self._draws.exponential_us(hosting.lag_jitter_us, luck)
                if hosting.lag_jitter_us
                else 0
            )
            due_us = max(now_us + hosting.lag_us + extra_us, self._copied_us.get(replica, 0))
            self._copied_us[replica] = due_us
            copied = ports.Copied(replica, commit.lsn)
            self._engine.after(due_us - now_us, self._copied, copied)

    def _copied(self, event: ports.Copied) -> None:
        self.tell(event, -1)

    # Up and down

    def stop(self, why: str) -> None:
        """Take the backend down for a reason; there may be several at a time."""
        self._down[why] = True
        self._stopped()

    def start(self, why: str, cause: int) -> bool:
        """Let a reason be gone; tell whether the backend is up again.

        It then does what its clock would have made it do in the meantime.
        """
        self._down.pop(why, None)
        if self._down:
            return False
        self.tell(ports.Boot(), cause)
        self._started()
        for due in self._overdue:
            self.tell(due, cause)
        self._overdue.clear()
        return True

    def be_busy(self, percent: int, retry_after_us: int) -> None:
        """Turn away so many requests, from now on; 0 percent is none."""
        self._busy = (percent, retry_after_us) if percent else None
