"""What the net writes into the history: messages that leave, arrive or are lost, and closes."""

from __future__ import annotations

from typing import Any

from syncsim.engine import Engine
from syncsim.history import History
from syncsim.net.messages import Message


class Notes:
    """Writes records; each method returns the number of the record that it wrote."""

    def __init__(self, engine: Engine, history: History) -> None:
        self._engine = engine
        self._history = history

    def send(self, message: Message, cause: int) -> int:
        """A message leaves its sender."""
        data = {"what": message.what, "bytes": message.bytes}
        return self._note("send", message.sender, message.recipient, message, cause, data)

    def receive(self, message: Message, sent: int) -> int:
        """A message reaches its recipient."""
        return self._note("receive", message.recipient, message.sender, message, sent, None)

    def lose(self, message: Message, reason: str, cause: int) -> int:
        """A message will never arrive."""
        data = {"reason": reason, "what": message.what}
        return self._note("lose", message.recipient, message.sender, message, cause, data)

    def close(self, client: str, peer: str, epoch: int, reason: str, cause: int) -> int:
        """A socket is closed, as its client sees it."""
        data = {"epoch": epoch, "reason": reason}
        return self._history.append(self._engine.now_us, "close", client, peer, cause, data=data)

    def _note(
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
