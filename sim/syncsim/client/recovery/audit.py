"""V5: at an interval, a client asks whether what it holds is what the backend has.

It sends a hash of the confirmed rows of each view on screen, and fetches those that differ.
Whatever went wrong before, a lost event, a broken order or a patch over the wrong row, is mended
after one interval and one fetch; nobody needs to notice a gap, and no socket is needed.

    event of A7 lost, socket open     nothing follows; V1 to V4 never look
    next audit:  pending is 5e1c...   pending differs: one fetch

It costs a small request for every interval, also where all is well, and the backend must read
every view that is asked about. An event under way looks like a difference; a view is let be if
it has changed since it was asked about, or is being fetched. What is painted over the rows is
not looked at. Dynamo and Cassandra compare trees of such hashes between replicas (anti-entropy).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncsim.client.cache.promise import Promise
from syncsim.client.context import LUCK_BITS
from syncsim.client.page import MS
from syncsim.client.ports import Request
from syncsim.client.recovery import RecoveryStrategy
from syncsim.domain import digest
from syncsim.net.messages import AUDIT_BYTES, REQUEST_BYTES, AuditBody, AuditedBody

if TYPE_CHECKING:
    from syncsim.client.view import View
    from syncsim.client.views import Views

AUDIT = "audit"
"""What is armed as long as a client will compare what it holds."""


class Audit(RecoveryStrategy):
    """Compare every view on screen at an interval; fetch those that differ."""

    def start(self, views: Views) -> None:
        """Plan the first question, at the client's own point of the interval."""
        context = views.context
        context.arm(AUDIT, armed=True)
        every_us = context.design.recovery.every_us
        assert every_us > 0, "an interval of nothing would never let time pass"
        first_us = every_us - (every_us * context.luck >> LUCK_BITS)
        context.page.set_timeout(lambda: self._ask(views), first_us // MS)

    def _ask(self, views: Views) -> None:
        context = views.context
        every_ms = max(context.design.recovery.every_us // MS, 1)
        context.page.set_timeout(lambda: self._ask(views), every_ms)
        held = [view for view in views.mounted() if view.confirmed is not None]
        if not held:
            return
        digests = [digest((view.confirmed or {}).values()) for view in held]
        asked = tuple(
            (view.name, view.row_id, each) for view, each in zip(held, digests, strict=True)
        )
        name = context.unique(f"{context.name}:audit")
        size = REQUEST_BYTES + AUDIT_BYTES * len(asked)
        answer: Promise = views.ask(Request(name, "audit", AuditBody(asked), size))
        answer.then(
            lambda body: self._answered(views, held, digests, body),
            lambda _: None,
        )

    def _answered(
        self, views: Views, held: list[View], digests: list[str], body: AuditedBody
    ) -> None:
        """Fetch what differs, unless that is being mended already."""
        context = views.context
        assert all(place < len(held) for place in body.differ), body
        wrong = [held[place] for place in body.differ if is_as(held[place], digests[place])]
        context.origin, context.trigger = body.request, "audit"
        views.invalidate(wrong, "audit")


def is_as(view: View, known: str) -> bool:
    """Tell whether a view holds what it held, and no answer is on its way that would change it."""
    return (
        view.fetch is None
        and view.confirmed is not None
        and digest(view.confirmed.values()) == known
    )
