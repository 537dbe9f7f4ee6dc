"""A sync design: five independent choices and their settings, not a product name.

The axes and the numbering of the strategies follow design.md's decision 9: R how a client
learns of changes, O how it shows what is not confirmed, W how it sends, V how it recovers
from a gap, M how the backend decides.
"""

from __future__ import annotations

from dataclasses import Field, asdict, dataclass, field, fields, is_dataclass
from typing import Any, Literal, TypeVar

from syncsim.design.compatibility import SETTINGS, is_used
from syncsim.net.stacks import StackName

SECOND_US = 1_000_000

T = TypeVar("T")


def quiet(default: T) -> T:
    """Return a field that a header leaves out while it has its default.

    So the histories of the designs that do not use a setting are the same bytes with it and
    without it.
    """
    made: T = field(default=default, metadata={"quiet": True})
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """R: how a client learns that what it shows is old.

    `manual`: the person refreshes. `poll`: what is on screen is fetched at an interval.
    `invalidate`: a socket event marks the related queries stale and refetches those on screen.
    `generation`: the same, but each fetch remembers how often its query had been invalidated
    when it began, so none is absorbed. `patch`: an event carries what changed, and that is
    written into the rows held. `versioned-patch`: the same if it is the next change of its row;
    if one was missed, the related queries are fetched. `delta-log`: events carry the rows, also
    those of a client's own changes, and are applied in the order of the log and in no other.
    `checkpoint`: all that is on screen is fetched at once, as of one commit.
    """

    strategy: str
    stale_time_us: int = 300 * SECOND_US
    refresh_every_us: int = 0
    """The habit of the person, for `manual`: a refresh by hand at this interval."""
    retries: int = 3
    """Retries of a failed fetch, 1 s doubling to 30 s apart (query-core's defaults)."""
    timeout_us: int = 10 * SECOND_US
    interval_us: int = 30 * SECOND_US
    """From one fetch of a query to the next, for `poll`."""
    trailing_us: int = 0
    """How long `generation` waits before it fetches once more, so that one fetch serves many
    events."""
    fresh_by: Literal["nothing", "token", "primary-window", "hold-event"] = quiet("nothing")
    """What keeps a read from a replica that is too old. `token`: the client names the newest
    commit that it has heard of, and a replica behind that does not answer. `primary-window`:
    who has written reads from the primary for a while. `hold-event`: nobody is told of a change
    before every replica has it."""
    primary_window_us: int = 5 * SECOND_US
    persist: bool = quiet(default=False)
    """Whether the query cache is stored in the browser, and outlives a reload of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """O: how a pending intent is shown.

    `pessimistic`: not at all. `snapshot`: written into the cache, restored from a snapshot
    on error. `inverse`: written into the cache, undone by a patch of the changed fields.
    `revision`: as `snapshot`, but restored only if nothing else was written since. `layers`:
    kept apart and applied again on every change of the confirmed rows. `rebase`: as `layers`,
    run again on the new rows until they contain the intent. `freeze`: the touched rows stay
    as painted until the confirmed rows contain the commit.
    """

    strategy: str
    cancel_fetches: bool = False
    """Whether fetches in flight are cancelled before the overlay goes on."""
    address: Literal["id", "index"] = "id"
    """How an `inverse` patch finds its row: by its id, or by its place in the list."""
    fence_timeout_us: int = 5 * SECOND_US
    """How long `freeze` waits for the commit after an ok (TanStack DB's awaitTxId: 5 s)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """W: how intents are sent.

    `parallel`: each at once. `serial`: one at a time per row. `fifo`: one at a time. A `thunk`
    is sent once and knows nothing of the network; a `mutation` of the cache waits for it, and is
    tried again.
    """

    strategy: str
    sent_by: Literal["thunk", "mutation"] = "thunk"
    idempotency_key: bool = False
    if_match: bool = False
    """Whether a write names the version it was based on, and is refused if that is old."""
    retries: int = 0
    """Retries of a mutation whose fate is unknown, 1 s doubling to 30 s apart."""
    timeout_us: int = 10 * SECOND_US
    on_refusal: Literal["continue", "abort-dependants", "abort-all"] = quiet("continue")
    """What becomes of the intents that wait when one is refused: of those on its rows, of all."""
    invalidate_when_last: bool = quiet(default=False)
    """Whether an intent that ends invalidates nothing while others are under way."""
    persist: bool = quiet(default=False)
    """Whether intents without an outcome are stored, and sent again after a reload of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """V: what a client does when its socket is open again.

    `nothing`: it carries on. `invalidate-all`: it looks at everything again. `invalidate-spread`:
    the same, after a wait that is another one for each client. `replay`: it is told what it
    missed, if that is still kept; else as `invalidate-all`. `cursor`: it is told what came after
    the commit that its rows stand for, if the log reaches back so far; else it takes a snapshot.
    `audit`: at an interval it asks whether what it holds is what the backend has.
    """

    strategy: str
    spread_us: int = 10 * SECOND_US
    """The longest wait of `invalidate-spread`."""
    every_us: int = 30 * SECOND_US
    """From one question of `audit` to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """M: how the backend orders writes.

    `arrival`: first come, guard decides. `client-clock`: the last by the clocks of the clients
    wins; `hybrid-clock`: the same by hybrid logical clocks, which never run behind what their
    client has seen. `version`: a write that does not name the row's version is refused.
    """

    strategy: str = "arrival"
    stamps: Literal["row", "field"] = "row"
    """What a time stamp is kept of: a whole row, or each of its fields."""

    @property
    def is_stamped(self) -> bool:
        """Tell whether writes carry a time stamp."""
        return self.strategy in ("client-clock", "hybrid-clock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """How the backend tells of changes.

    An event carries the `ids` and versions of the rows, or also what was changed of them, or the
    whole rows. With a `retention_us`, events are numbered and kept for so long. A `log` has the
    number of the commit for each, survives a restart, and keeps all if neither a time nor a count
    is given. Told `at-least-once`, each is numbered and kept for each client until that has
    acknowledged it, and told again when its socket opens.
    """

    payload: Literal["ids", "changes", "rows"] = "ids"
    delivery: Literal["at-most-once", "at-least-once", "log"] = quiet("at-most-once")
    retention_us: int = 0
    retention_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """One sync design.

    `store` says which copies the dashboard paints from: the slice store alone, or the query
    cache beside the slice store. `push` is whether the backend broadcasts events, `audit`
    whether it writes an audit entry for each commit. `keep_newest` makes a client ignore a
    row that is older than the one it holds. `socket` is the client
    library whose heartbeat and reconnecting the socket has. With `outbox`, an event is stored
    with its commit, so that a crash can delay it but not lose it. With `retry_after`, a client
    comes back when a busy server asked it to.
    """

    name: str
    title: str
    simplifies: str
    read: Read
    overlay: Overlay
    write: Write
    recovery: Recovery
    merge: Merge = Merge()
    feed: Feed = field(default=Feed(), metadata={"quiet": True})
    store: Literal["slice", "cache-and-slice"] = "cache-and-slice"
    push: bool = True
    audit: bool = True
    keep_newest: bool = False
    socket: StackName = field(default="socket.io-client", metadata={"quiet": True})
    outbox: bool = quiet(default=False)
    retry_after: bool = quiet(default=False)
    source: str = quiet("")
    """Where the facts come from, if the design stands for something published."""

    @property
    def numbers_intents(self) -> bool:
        """Tell whether writes are numbered, and answers tell the last number decided."""
        return self.overlay.strategy == "rebase"

    @property
    def echoes(self) -> bool:
        """Tell whether a client is told of its own changes, too."""
        return self.read.strategy == "delta-log"

    def facts(self) -> dict[str, Any]:
        """Return the design as plain data for a header.

        What plays no part is left out: the settings of other strategies, those that are 0, and
        quiet ones at their default.
        """
        facts = asdict(self)
        for key in SETTINGS:
            axis, _, name = key.partition(".")
            if not is_used(self, key) or not facts[axis][name]:
                del facts[axis][name]
        for each in fields(self):
            record = getattr(self, each.name)
            if _is_silent(self, each):
                del facts[each.name]
            elif is_dataclass(record):
                for setting in fields(record):
                    if setting.name in facts[each.name] and _is_silent(record, setting):
                        del facts[each.name][setting.name]
        return facts


def _is_silent(record: object, each: Field[Any]) -> bool:
    """Tell whether a header need not mention a field."""
    return bool(each.metadata.get("quiet")) and getattr(record, each.name) == each.default
