"""What the net writes into the history: what was sent, what arrived, what opened and closed."""

from __future__ import annotations

from typing import Any

from syncsim.engine import Engine
from syncsim.history import History
from syncsim.net.messages import BACKEND, Message
from syncsim.net.stacks import ABNORMAL_CLOSE, GOING_AWAY_CLOSE, TOO_BIG_CLOSE

TOO_BIG = "too-big"
"""Why a frame is lost that is longer than is let through, and its connection with it."""
_CODES = {"reload": GOING_AWAY_CLOSE, TOO_BIG: TOO_BIG_CLOSE}


def code_of(reason: str) -> int:
    """Return the close code by the reason; where no close frame came, a browser says 1006."""
    return _CODES.get(reason, ABNORMAL_CLOSE)


class Ledger:
    """Writes the records of the net; each method returns the number of its record."""

    def __init__(self, engine: Engine, history: History) -> None:
        self._engine = engine
        self._history = history

    def sent(self, message: Message, cause: int) -> int:
        """Record that a message left."""
        data = {"what": message.what, "bytes": message.bytes}
        return self._message("send", message.sender, message.recipient, message, cause, data)

    def received(self, message: Message, sent: int) -> int:
        """Record that a message arrived; `sent` is the record of its sending."""
        return self._message("receive", message.recipient, message.sender, message, sent, None)

    def lost(self, message: Message, reason: str, cause: int) -> int:
        """Record that a message will not arrive."""
        data = {"reason": reason, "what": message.what}
        return self._message("lose", message.recipient, message.sender, message, cause, data)

    def opened(self, client: str, epoch: int, cause: int, gateway: str = "") -> int:
        """Record that a client's socket opened, and at which gateway if that tells anything."""
        data = {"epoch": epoch, "gateway": gateway} if gateway else {"epoch": epoch}
        return self._socket("open", client, cause, data)

    def closed(self, client: str, epoch: int, reason: str, cause: int) -> int:
        """Record that a client learnt that its socket is closed, or closed it."""
        data = {"epoch": epoch, "reason": reason, "code": code_of(reason)}
        return self._socket("close", client, cause, data)

    def deaf(self, client: str, epoch: int, cause: int) -> int:
        """Record that nothing can arrive any more on a socket that its client believes in."""
        return self._socket("deaf", client, cause, {"epoch": epoch})

    def _socket(self, kind: str, client: str, cause: int, data: dict[str, Any]) -> int:
        return self._history.append(self._engine.now_us, kind, client, BACKEND, cause, data=data)

    def _message(
        self,
        kind: str,
        at: str,
        peer: str,
        message: Message,
        cause: int,
        data: dict[str, Any] | None,
    ) -> int:
        return self._history.append(
            self._engine.now_us, kind, at, peer, cause, message.intent, message.name,
            message.entity, message.version, message.lsn, message.view, data,
        )  # fmt: skip
