from __future__ import annotations

from itertools import pairwise

import pytest

from syncsim.history import History
from syncsim_reports.figures import png, spacetime
from syncsim_reports.figures.focus import focus
from syncsim_reports.figures.marks import marks
from syncsim_reports.figures.outages import outages
from tests.unit.reports.records import words
from tests.unit.reports.sample import MS, SECOND, Tape, header, sample


def arrows(figure):
    return [text for text in figure.axes[0].texts if getattr(text, "arrow_patch", None)]


def crosses(figure):
    return [line for line in figure.axes[0].lines if line.get_label() == "lost"]


def test_the_part_around_the_first_refusal_is_taken_with_the_change_that_won():
    part = focus(sample())
    assert part.headline == "op-2 wants to accept A2, is refused and rolled back"
    assert 1_900 * MS < part.from_us <= 2_000 * MS
    assert 2_136 * MS <= part.until_us < 2_400 * MS


def test_without_a_refusal_a_rollback_then_a_loss_then_a_commit_is_taken():
    seen = {}
    for kind in ("refuse", "unlay", "lose", "commit"):
        history = History(header())
        for record in sample():
            if record.kind not in seen:
                history.append(record.time_us, record.kind, *record[3:])
        seen[kind] = focus(history).headline
    assert list(seen.values()) == [
        "op-2 wants to accept A2, is refused and rolled back",
        "op-2 wants to accept A2, is refused and rolls it back",
        "dr-1 misses the change of A3",
        "op-1 wants to accept A1, and the backend commits it",
    ]


def test_a_rollback_without_an_answer_is_told_as_such():
    history = History(header())
    for record in sample():
        if record.intent != "accept-A2-too":
            history.append(record.time_us, record.kind, *record[3:])
    assert focus(history).headline == "op-2 wants to accept A4, gets no answer and rolls it back"


def test_a_busy_part_is_cut_down_to_the_messages_nearest_to_its_centre():
    tape = Tape(header())
    tape.row("A1")
    tape.act(SECOND, "op-1", "accept-A1", "accept", "A1", {}, refused="illegal")
    for number in range(200):
        tape.message(SECOND + number * MS // 4, "op-2", "backend", "query")
    history = tape.history()
    assert len(arrows(spacetime(history))) <= 60
    assert 10 < len(arrows(spacetime(history, messages_max=20))) <= 20


def test_messages_that_are_left_out_are_counted():
    figure = spacetime(sample(), 0, 20 * SECOND, messages_max=10)
    assert len(arrows(figure)) == 10
    assert any("and 49 more messages" in text for text in words(figure))


def test_messages_are_arrows_and_lost_ones_end_in_a_cross():
    figure = spacetime(sample(), 7_900 * MS, 8_700 * MS)
    assert len(arrows(figure)) == 3
    assert len(crosses(figure)) == 1


def test_an_event_published_while_a_client_is_away_is_a_lost_message():
    figure = spacetime(sample(), 3_950 * MS, 4_200 * MS)
    (cross,) = crosses(figure)
    assert len(arrows(figure)) == 8
    assert cross.get_ydata()[0] < figure.axes[0].lines[0].get_ydata()[1]


def test_marks_tell_what_happened_in_words():
    told = [mark.text for mark in marks(sample(), 1_990 * MS, 2_200 * MS)]
    assert told[:3] == ["asks: accept A2", "asks: accept A2", "A2 therapist accepted"]
    assert {"commits A2 v2", "refuses A2 (illegal)", "rolls A2 back", "A2 gone"} <= set(told)
    assert "told: refused, illegal" in told


def test_labels_of_one_place_do_not_lie_on_each_other():
    figure = spacetime(sample(), 0, 5 * SECOND)
    figure.canvas.draw()
    boxes = [t.get_window_extent() for t in figure.axes[0].texts if t.get_bbox_patch()]
    assert len(boxes) > 10
    heights = {}
    for box in boxes:
        heights.setdefault(round(box.x1), []).append((box.y0, box.y1))
    for column in heights.values():
        column.sort()
        assert all(after[0] >= before[1] - 4 for before, after in pairwise(column))


def test_a_place_is_cut_off_from_a_partition_to_its_heal_and_a_socket_from_close_to_open():
    assert [outage[:2] for outage in outages(sample())] == [
        ("dr-1", "offline"),
        ("dr-1", "socket closed"),
    ]
    history = History()
    history.append(SECOND, "fault", "backend", data={"verb": "restart"})
    history.append(2 * SECOND, "fault", "op-1", data={"verb": "delay"})
    history.append(3 * SECOND, "phase", data={"phase": "end"})
    assert outages(history) == (("backend", "backend restarting", SECOND, 3 * SECOND),)


def test_only_the_busiest_clients_are_drawn_and_the_others_counted():
    clients = {f"op-{n}": {"role": "operator", "user": "u"} for n in range(10)}
    tape = Tape(header(clients=clients))
    for number, client in enumerate(clients):
        tape.message(SECOND + number * MS, client, "backend", "query")
    shown = words(spacetime(tape.history(), 0, 2 * SECOND))
    assert "op-3" in shown
    assert "op-4" not in shown
    assert "and 6 more clients" in shown


def test_an_empty_history_says_so():
    assert any("Nothing was sent" in text for text in words(spacetime(History())))


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "$\\frac{$", "a\x00b\x1b[2J", "操作员"]
)
def test_hostile_names_are_drawn_as_text(name):
    history = History({"title": name, "clients": {name: {"role": name}}})
    data = {"action": name, "what": name, "reason": name, "result": name, "fields": {name: name}}
    for kind in (
        "send",
        "receive",
        "intent",
        "outcome",
        "refuse",
        "commit",
        "unlay",
        "fault",
        "paint",
    ):
        at, peer = (
            ("backend", name) if kind in ("receive", "refuse", "commit") else (name, "backend")
        )
        history.append(SECOND, kind, at, peer, -1, name, name, f"{name}/{name}", 1, 1, name, data)
    assert png(spacetime(history))
