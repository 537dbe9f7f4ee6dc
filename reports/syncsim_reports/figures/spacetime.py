"""The space-time diagram: who sent what to whom, and when it arrived.

Time runs down, each place has a lifeline, each message an arrow from its sending to its
arrival.

Source: Lamport, Time, Clocks, and the Ordering of Events in a Distributed System, 1978.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from syncsim.history import History
from syncsim_reports.figures.canvas import (
    BLUE,
    FAINT,
    GREEN,
    HEIGHT_PX,
    INK,
    MARGIN_PX,
    ORANGE,
    PURPLE,
    QUIET,
    RULE,
    SHADE,
    SMALL_PT,
    VERMILLION,
    WIDTH_PX,
    blank,
    drawable,
    key_line,
    run_line,
    say_empty,
    styled,
)
from syncsim_reports.figures.focus import MESSAGES_MAX, Focus, focus
from syncsim_reports.figures.marks import Mark, marks
from syncsim_reports.figures.outages import BACKEND, outages
from syncsim_reports.figures.placing import spread
from syncsim_reports.figures.timeline import Timeline
from syncsim_reports.words import count, duration, moment

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import TransformedBbox

CAPTION = "Time runs down. Each arrow is one message, from its sending to its arrival."

CLIENTS_MAX = 4
"""With more, labels would lie on the lifelines of others."""

TOP_PX, BOTTOM_PX = 668, 52
FIRST_PX, LAST_PX = 390, 1300
"""Where the first and last lifelines stand; beyond them is room for their labels."""

STEP_PX_MAX = 430.0
CLOCK_PX = 150.0
OUTSIDE_PX = 230.0
"""Room for a label beyond the outermost lifelines."""

LABEL_GAP_PX = 21.0
CHARACTER_PX = 8.9
LOST_AT = 0.86
"""How far towards its recipient the arrow of a lost message is drawn."""


UNSENT_PX = 26.0
"""A message that was lost before it left is drawn falling by this much."""

KEY = {
    "HTTP": BLUE, "socket": ORANGE, "lost or refused": VERMILLION,
    "painted before the backend agreed": PURPLE, "committed, or painted as confirmed": GREEN,
}  # fmt: skip


class Message(NamedTuple):
    """One message: when it left and when it arrived or was lost."""

    sender: str
    recipient: str
    what: str
    sent_us: int
    ended_us: int
    lost: bool


class _Scale(NamedTuple):
    """Where places and times stand in pixels from the lower left."""

    x_of: Mapping[str, float]
    time: Timeline

    @property
    def step(self) -> float:
        """Return the distance between two lifelines."""
        xs = list(self.x_of.values())
        return xs[1] - xs[0] if len(xs) > 1 else STEP_PX_MAX

    def y(self, time_us: float) -> float:
        """Return the height of a time, later ones further down."""
        return TOP_PX - (TOP_PX - BOTTOM_PX) * self.time.share(time_us)


def spacetime(
    history: History,
    from_us: int | None = None,
    until_us: int | None = None,
    *,
    messages_max: int = MESSAGES_MAX,
) -> Figure:
    """Draw the messages of a part of a run, by default around its first mishap.

    HTTP and socket messages differ in colour, a lost message ends in a cross. Clients to
    which nothing happens in this part are left out, and so are those beyond four; the figure
    says how many.
    """
    part = focus(history, messages_max=messages_max)
    if from_us is not None or until_us is not None:
        end_us = history.end_us if until_us is None else until_us
        span = f"{moment(from_us or 0)} to {moment(end_us)}"
        part = Focus(from_us or 0, end_us, f"Messages from {span}")
    every = _messages(history, part)
    found = marks(history, part.from_us, part.until_us)
    subtitle = run_line(history.header)
    return draw_part(history, part, every, found, CAPTION, subtitle, messages_max=messages_max)


def draw_part(
    history: History,
    part: Focus,
    every: Sequence[Message],
    found: Sequence[Mark],
    caption: str,
    subtitle: str,
    *,
    messages_max: int = MESSAGES_MAX,
) -> Figure:
    """Draw these messages and marks of a part of a run."""
    with styled():
        figure = blank(part.headline, subtitle, caption)
        sent = every[:messages_max]
        shown, hidden = _places(history, sent, found, part.clients)
        if not sent and not found:
            return say_empty(figure, "Nothing was sent in this part of the run.")
        ax = _axes(figure)
        times_us = [time_us for message in sent for time_us in message[3:5]]
        times_us += [mark.time_us for mark in found]
        scale = _Scale(_columns(shown), Timeline(times_us, part.from_us, part.until_us))
        _lifelines(ax, history, scale)
        _clock(ax, scale)
        for message in sent:
            _arrow(ax, message, scale)
        _write(ax, [mark for mark in found if mark.place in scale.x_of], scale)
        seen = {mark.colour for mark in found} | {_colour(message) for message in sent}
        seen |= {VERMILLION for message in sent if message.lost}
        key_line(figure, {text: colour for text, colour in KEY.items() if colour in seen})
        missing = {"more client": hidden, "more message": len(every) - len(sent)}
        text = ", ".join(f"and {count(number, what)}" for what, number in missing.items() if number)
        ax.text(WIDTH_PX - MARGIN_PX, 24, text, color=QUIET, fontsize=SMALL_PT, ha="right")
        return figure


def _messages(history: History, part: Focus) -> list[Message]:
    """Return the messages that are sent or arrive in a part, in order of sending."""
    left: dict[tuple[str, str, str], int] = {}
    found: list[Message] = []
    for record in history.of("send", "receive", "lose"):
        if record.kind == "send":
            left[record.at, record.peer, record.message] = record.seq
            continue
        sent = left.pop((record.peer, record.at, record.message), -1)
        start_us = history[sent].time_us if sent >= 0 else record.time_us
        if start_us > part.until_us or record.time_us < part.from_us:
            continue
        data = (history[sent].data if sent >= 0 else record.data) or {}
        found.append(
            Message(
                sender=record.peer,
                recipient=record.at,
                what=data.get("what", ""),
                sent_us=start_us,
                ended_us=record.time_us,
                lost=record.kind == "lose",
            )
        )
    return sorted(found, key=lambda message: message.sent_us)


def _places(
    history: History, sent: Sequence[Message], found: Sequence[Mark], first: Sequence[str]
) -> tuple[list[str], int]:
    """Return the clients to draw, in the header's order, and how many are left out.

    Those in `first` are kept before the others, and then those with the most to show.
    """
    busy: dict[str, int] = dict.fromkeys(history.header.get("clients") or {}, 0)
    for mark in found:
        busy[mark.place] = busy.get(mark.place, 0) + 1
    for message in sent:
        for place in (message.sender, message.recipient):
            busy[place] = busy.get(place, 0) + 1
    clients = [name for name, number in busy.items() if number and name not in ("", BACKEND)]
    kept = sorted(clients, key=lambda name: (name not in first, -busy[name]))[:CLIENTS_MAX]
    return [name for name in clients if name in kept], len(clients) - len(kept)


def _columns(clients: Sequence[str]) -> dict[str, float]:
    """Place the backend between the clients, which shortens the arrows."""
    half = (len(clients) + 1) // 2
    order = [*clients[:half], BACKEND, *clients[half:]]
    step = min(STEP_PX_MAX, (LAST_PX - FIRST_PX) / max(len(order) - 1, 1))
    first = (FIRST_PX + LAST_PX - step * (len(order) - 1)) / 2
    return {place: first + step * index for index, place in enumerate(order)}


def _axes(figure: Figure) -> Axes:
    """Return axes over the whole figure with one unit per pixel."""
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_xlim(0, WIDTH_PX)
    ax.set_ylim(0, HEIGHT_PX)
    ax.set_axis_off()
    return ax


def _lifelines(ax: Axes, history: History, scale: _Scale) -> None:
    from matplotlib.patches import Rectangle

    clients = history.header.get("clients") or {}
    for place, x in scale.x_of.items():
        ax.plot([x, x], [BOTTOM_PX, TOP_PX], color=FAINT, linewidth=1.6, zorder=1)
        role = "" if place == BACKEND else clients.get(place, {}).get("role", "")
        ax.text(
            x, TOP_PX + 28, drawable(place, 18), fontsize=15, fontweight="bold", ha="center",
            color=INK,
        )  # fmt: skip
        ax.text(x, TOP_PX + 10, drawable(role, 18), fontsize=SMALL_PT, ha="center", color=QUIET)
    for outage in outages(history):
        if outage.place in scale.x_of:
            top = min(scale.y(outage.start_us), TOP_PX)
            bottom = max(scale.y(outage.end_us), BOTTOM_PX)
            if top > bottom:
                x = scale.x_of[outage.place]
                ax.add_patch(Rectangle((x - 11, bottom), 22, top - bottom, color=SHADE, zorder=0.5))


def _clock(ax: Axes, scale: _Scale) -> None:
    """Write the time at the left, and where the axis is cut, how long nothing happens."""
    for time_us in scale.time.ticks():
        y = scale.y(time_us)
        ax.plot([CLOCK_PX, WIDTH_PX - MARGIN_PX], [y, y], color=RULE, linewidth=1, zorder=0.2)
        ax.text(MARGIN_PX, y, moment(time_us), fontsize=SMALL_PT, color=QUIET, va="center")
    for start_us, end_us in scale.time.cuts:
        top, bottom = scale.y(start_us), scale.y(end_us)
        text = f"{duration(end_us - start_us)} of silence"
        ax.text(
            CLOCK_PX, (top + bottom) / 2, text, fontsize=SMALL_PT, color=FAINT, va="center",
            style="italic",
        )  # fmt: skip
        for x in scale.x_of.values():
            ax.plot(
                [x, x], [bottom + 4, top - 4], color="white", linewidth=2.4, zorder=1.5,
                linestyle=(0, (1.5, 1.5)), solid_capstyle="butt",
            )  # fmt: skip


def _arrow(ax: Axes, message: Message, scale: _Scale) -> None:
    if message.sender not in scale.x_of or message.recipient not in scale.x_of:
        return
    left, right = scale.x_of[message.sender], scale.x_of[message.recipient]
    top, bottom = scale.y(message.sent_us), scale.y(message.ended_us)
    if message.ended_us == message.sent_us:
        bottom -= UNSENT_PX
    if message.lost:
        right, bottom = left + (right - left) * LOST_AT, top + (bottom - top) * LOST_AT
        ax.plot(
            [right], [bottom], "x", color=VERMILLION, markersize=11, markeredgewidth=2.6,
            zorder=7, label="lost",
        )  # fmt: skip
    arrow = ax.annotate(
        "", (right, bottom), (left, top), annotation_clip=False, zorder=3,
        arrowprops={
            "arrowstyle": "-" if message.lost else "-|>,head_length=0.5,head_width=0.22",
            "color": _colour(message), "linewidth": 1.5, "shrinkA": 0, "shrinkB": 3,
            "linestyle": (0, (4, 3)) if message.lost else "solid",
        },
    )  # fmt: skip
    if arrow.arrow_patch is not None:
        arrow.arrow_patch.set_clip_box(_inside(ax))


def _colour(message: Message) -> str:
    return ORANGE if message.what == "event" else BLUE


def _inside(ax: Axes) -> TransformedBbox:
    """Return the part of the figure that arrows are cut to: that of the lifelines."""
    from matplotlib.transforms import Bbox, TransformedBbox

    return TransformedBbox(Bbox([[0, BOTTOM_PX - 6], [WIDTH_PX, TOP_PX + 6]]), ax.transData)


def _write(ax: Axes, found: Sequence[Mark], scale: _Scale) -> None:
    """Draw the marks and their labels, on the side of each lifeline that is away."""
    columns = list(scale.x_of)
    middle = columns.index(BACKEND)
    for index, place in enumerate(columns):
        own = [mark for mark in found if mark.place == place]
        side = -1 if index < middle else 1
        outer = index in (0, len(columns) - 1)
        limit = int((OUTSIDE_PX if outer else scale.step - 40) / CHARACTER_PX)
        wanted = [-scale.y(mark.time_us) for mark in own]
        for mark, y in zip(own, spread(wanted, LABEL_GAP_PX, -TOP_PX, -BOTTOM_PX), strict=True):
            _mark(ax, mark, scale, -y, side, max(limit, 10))


def _mark(ax: Axes, mark: Mark, scale: _Scale, label_y: float, side: int, limit: int) -> None:
    x, y = scale.x_of[mark.place], scale.y(mark.time_us)
    ax.plot([x], [y], mark.symbol, color=mark.colour, markersize=8, markeredgewidth=2, zorder=5)
    ax.plot(
        [x + side * 7, x + side * 20], [y, label_y], color=mark.colour, linewidth=0.8, alpha=0.6,
        zorder=4,
    )  # fmt: skip
    ax.text(
        x + side * 24, label_y, drawable(mark.text, limit), fontsize=SMALL_PT, color=INK,
        ha="left" if side > 0 else "right", va="center", zorder=6,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2, "alpha": 0.88},
    )  # fmt: skip
