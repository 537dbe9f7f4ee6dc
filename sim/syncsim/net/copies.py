"""Messages that arrive twice, as they do on real networks.

A request goes out again when its connection broke before the answer was there. The backend then
has it twice, and the client gets the second answer only (nginx, `proxy_next_upstream` with
`non_idempotent`; RFC 9110, 9.2.2, asks proxies not to do so with requests that cannot be
repeated). An event is told again by a broker that delivers at least once and did not see that it
had arrived.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from syncsim.net.messages import Message, direction_of

SENT_AGAIN, TOLD_AGAIN, DOUBLED = "2", "again", "twice"
"""What the name of a copy ends with. They differ, since a client names its requests after the
events that set them off."""


@dataclass(slots=True)
class Copies:
    """What arrives twice on one link, and which answer belongs to which request.

    `leg` is request, event, both or empty for nothing; the second comes `by_us` later.
    """

    leg: str = ""
    by_us: int = 0
    _original: dict[str, str] = field(default_factory=dict)
    _replaced: dict[str, None] = field(default_factory=dict)

    def of_request(self, message: Message) -> Message | None:
        """Return what goes out behind a request, None if nothing does."""
        if self.leg not in ("request", "both") or direction_of(message) != "up":
            return None
        if message.name in self._original:
            return None
        copy = copy_of(message, SENT_AGAIN)
        self._original[copy.name] = message.name
        self._replaced[message.name] = None
        return copy

    def of_frame(self, message: Message) -> Message | None:
        """Return what goes out behind a frame, None if nothing does."""
        if self.leg not in ("event", "both") or message.what != "event":
            return None
        if message.name.endswith(f"~{TOLD_AGAIN}"):
            return None
        return copy_of(message, TOLD_AGAIN)

    def is_replaced(self, answer: Message) -> bool:
        """Tell whether an answer comes to nothing, because its request went out again."""
        return getattr(answer.body, "request", None) in self._replaced

    def as_asked(self, message: Message) -> Message:
        """Return a request, or the answer to one, under the name by which the client knows it."""
        asked = getattr(message.body, "request", message.name)
        original = self._original.get(asked)
        if original is None:
            return message
        if asked == message.name:
            return message._replace(name=original)
        return message._replace(body=message.body._replace(request=original))


def copy_of(message: Message, mark: str) -> Message:
    """Return a message once more, under a name and with luck of its own."""
    return message._replace(name=f"{message.name}~{mark}")
