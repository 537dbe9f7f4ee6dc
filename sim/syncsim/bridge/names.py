"""The names of a client's requests: their luck hangs on them, so no two in a run share one."""

from __future__ import annotations

from syncsim.bridge.answers import BadAnswerError, shown

REPLY = "/reply"
"""The backend answers a request under its name with this at the end."""


class RequestNames:
    """The names that the requests of one client have had."""

    def __init__(self, client: str) -> None:
        self._own = (f"{client}:", f"{client}/")
        self._uses: dict[str, int] = {}

    def given(self, name: str, intent: str = "") -> str:
        """Return a name that the client gave.

        It begins with the client's own name or that of the intent, since those are its alone.

        Raises:
            BadAnswerError: if it does not, or if a request has had it.
        """
        heads = (*self._own, f"{intent}/") if intent else self._own
        if not name.startswith(heads):
            raise BadAnswerError(f"a 'name' that begins with {heads[-1]}", shown(name))
        if self._is_taken(name):
            raise BadAnswerError("a 'name' that no request has had", shown(name))
        self._uses[name] = 1
        return name

    def usual(self, name: str) -> str:
        """Return the name of a request that has none, numbered from its second use on."""
        numbered = name
        while self._is_taken(numbered):
            self._uses[name] = self._uses.get(name, 1) + 1
            numbered = f"{name}#{self._uses[name]}"
        self._uses[numbered] = 1
        return numbered

    def _is_taken(self, name: str) -> bool:
        """Tell whether a request, or the reply to one, has this name."""
        stem = name.removesuffix(REPLY)
        return name in self._uses or name + REPLY in self._uses or stem in self._uses
