"""Guards and effects of a small made-up application."""

from __future__ import annotations

import pytest

from syncsim.domain import Action, Change, Domain, Effect, Entity, Query, allows, changes

DOMAIN = Domain(
    name="desk",
    roles=("clerk",),
    entities={
        "task": Entity(
            name="task",
            fields={"state": "open", "owner": None, "note": None, "box": None},
            links={"box": "box", "note": "note"},
        ),
        "box": Entity(name="box", fields={"full": False}),
        "note": Entity(name="note", fields={"text": None, "by": None, "task": None, "seen": False}),
    },
    actions={},
    queries={},
    projections={},
)


def action(guard=(), effects=()):
    return Action(
        name="do", roles=("clerk",), entity="task", guard=guard, effects=effects, invalidates=()
    )


def ask(guard, fields, lookup=lambda _entity: None):
    return allows(DOMAIN, action(guard), fields, "ann", lookup)


@pytest.mark.parametrize(
    ("condition", "fields", "expected"),
    [
        (("state", "is", "open"), {"state": "open"}, True),
        (("state", "is", "open"), {"state": "done"}, False),
        (("state", "is", "open"), {}, False),
        (("owner", "is", None), {}, True),
        (("state", "in", ("open", "done")), {"state": "done"}, True),
        (("state", "in", ("open", "done")), {"state": "lost"}, False),
        (("state", "not in", ("open",)), {"state": "done"}, True),
        (("state", "not in", ("open",)), {"state": "open"}, False),
        (("owner", "is", "$user"), {"owner": "ann"}, True),
        (("owner", "is", "$user"), {"owner": "bob"}, False),
    ],
)
def test_a_condition_on_the_row(condition, fields, expected):
    assert ask((condition,), fields) is expected


def test_every_condition_of_a_guard_must_hold():
    guard = (("state", "is", "open"), ("owner", "is", "$user"))
    assert ask(guard, {"state": "open", "owner": "ann"})
    assert not ask(guard, {"state": "open", "owner": "bob"})
    assert not ask(guard, {"state": "done", "owner": "ann"})
    assert ask((), {})


def test_a_condition_may_look_at_a_linked_row_and_an_unknown_one_does_not_fail():
    guard = (("box.full", "is", True),)
    asked = []

    def lookup(entity):
        asked.append(entity)
        return {"box/B1": {"full": True}, "box/B2": {"full": False}}.get(entity)

    assert ask(guard, {"box": "B1"}, lookup)
    assert not ask(guard, {"box": "B2"}, lookup)
    assert ask(guard, {"box": "B3"}, lookup)
    assert asked == ["box/B1", "box/B2", "box/B3"]


def made(effects, fields=None, args=None):
    return changes(
        DOMAIN, action(effects=effects), "task/T1", fields or {}, user="ann", intent="ann/1",
        args=args or {},
    )  # fmt: skip


def test_an_effect_sets_fields_of_the_row_and_names_stand_for_things():
    effect = Effect(set={"state": "done", "owner": "$user", "note": "$args.word", "box": "$id"})
    assert made((effect,), args={"word": "hello"}) == [
        Change(
            "task/T1",
            {"state": "done", "owner": "ann", "note": "hello", "box": "T1"},
            created=False,
        )
    ]


def test_an_effect_on_a_link_changes_the_row_it_leads_to_and_an_empty_link_none():
    effects = (Effect(set={"state": "done"}), Effect(on="box", set={"full": True}))
    own = Change("task/T1", {"state": "done"}, created=False)
    assert made(effects, {"box": "B1"}) == [own, Change("box/B1", {"full": True}, created=False)]
    assert made(effects, {"box": None}) == [own]
    assert made(effects) == [own]


def test_a_created_row_is_whole_named_after_the_intent_and_linked():
    effects = (
        Effect(create="note", on="note", set={"text": "$args.word", "by": "$user", "task": "$id"}),
        Effect(set={"state": "noted"}),
    )
    assert made(effects, args={"word": "hm"}) == [
        Change("task/T1", {"note": "note-ann/1", "state": "noted"}, created=False),
        Change(
            "note/note-ann/1",
            {"id": "note-ann/1", "text": "hm", "by": "ann", "task": "T1", "seen": False},
            created=True,
        ),
    ]


def test_the_target_comes_first_even_if_nothing_of_it_changes():
    assert made((Effect(on="box", set={"full": True}),), {"box": "B1"})[0] == Change(
        "task/T1", {}, created=False
    )


def test_an_action_is_about_its_own_entity():
    with pytest.raises(AssertionError):
        changes(DOMAIN, action(), "box/B1", {}, user="ann", intent="i", args={})


def test_a_key_is_filled_in_per_client_and_row():
    query = Query(name="q", roles=(), entity="task", key=("a", "$user", "$id"), where=())
    assert query.key_for("ann", "T1") == ("a", "ann", "T1")
    assert query.takes_id
    plain = Query(name="q", roles=(), entity="task", key=("a", "$user"), where=())
    assert plain.key_for("ann") == ("a", "ann")
    assert not plain.takes_id
