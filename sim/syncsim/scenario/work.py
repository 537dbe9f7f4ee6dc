"""Steps and loads: what people do, by hand and generated."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from syncsim.domain import Action
from syncsim.errors import quoted
from syncsim.scenario.cast import Cast, list_views, may_take
from syncsim.scenario.document import LoadText, StepText
from syncsim.scenario.scenario import GESTURES, ClientSpec, Load, Step
from syncsim.scenario.shape import Reader
from syncsim.scenario.text import KeyPath
from syncsim.scenario.values import format_duration

LOAD_EVERY_MIN_US = 1_000
"""Nobody acts more than a thousand times a second, and a run must end."""


def compile_steps(reader: Reader, cast: Cast, texts: Sequence[StepText | None]) -> tuple[Step, ...]:
    """Return the steps in the order of the file, each with its id.

    The ids come first, because a step may be about a row that another step makes.
    """
    counts: dict[str, int] = {}
    steps: list[tuple[int, str, StepText]] = []
    for index, text in enumerate(texts):
        if text is None:
            continue
        counts[text.who] = counts.get(text.who, 0) + 1
        default = f"{text.who}.{counts[text.who]}"
        step_id = cast.claim(reader, text.id, default, ("steps", index))
        steps.append((index, step_id, text))
        action = cast.domain.actions.get(text.do)
        for effect in action.effects if action else ():
            if effect.create:
                cast.made.setdefault(effect.create, {})[f"{effect.create}-{step_id}"] = None
    return tuple(_step(reader, cast, index, name, text) for index, name, text in steps)


def _step(reader: Reader, cast: Cast, index: int, step_id: str, text: StepText) -> Step:
    path: KeyPath = ("steps", index)
    client: ClientSpec | None = None
    if reader.known((*path, "who"), "client", text.who, cast.clients):
        client = cast.clients[text.who]
    domain = cast.domain
    if text.do in GESTURES:
        _gesture(reader, cast, path, client, text)
    elif text.do in domain.actions:
        _action(reader, cast, path, client, text)
    else:
        actions = domain.actions_of(client.role) if client else tuple(domain.actions)
        reader.known((*path, "do"), "action", text.do, (*GESTURES, *actions))
    return Step(
        id=step_id,
        at_us=text.at_us,
        who=text.who,
        do=text.do,
        on=text.on,
        views=tuple(text.views),
        args=dict(text.args),
    )


def _gesture(
    reader: Reader, cast: Cast, path: KeyPath, client: ClientSpec | None, text: StepText
) -> None:
    """Check a step that only looks: show, open, close or refresh."""
    keys = {"show": ("views",), "open": ("on",)}.get(text.do, ())
    _only(reader, path, text, keys)
    if client is None:
        return
    if text.do == "show":
        list_views(reader, cast.domain, client.role, text.views, (*path, "views"))
    elif text.do == "open" and text.on:
        queries = cast.domain.queries
        theirs = [queries[name] for name in cast.domain.queries_of(client.role)]
        entity = next(query.entity for query in theirs if query.takes_id)
        cast.look_up_row(reader, (*path, "on"), entity, text.on)


def _action(
    reader: Reader, cast: Cast, path: KeyPath, client: ClientSpec | None, text: StepText
) -> None:
    """Check a step that asks the backend for something."""
    action = cast.domain.actions[text.do]
    _only(reader, path, text, () if action.batch else ("on",), optional=("with",))
    if client is not None:
        may_take(reader, cast.domain, (client.role,), action, (*path, "do"))
    if text.on and not action.batch:
        cast.look_up_row(reader, (*path, "on"), action.entity, text.on)
    arguments = dict.fromkeys(action.arguments)
    _no_other_arguments(reader, path, arguments, text.args)
    _all_arguments(reader, path, arguments, text.args)


def _only(
    reader: Reader,
    path: KeyPath,
    text: StepText,
    required: Collection[str],
    *,
    optional: Collection[str] = (),
) -> None:
    """Check that a step has the keys that its `do` needs, and no others."""
    for key, given in {"on": text.on, "views": text.views, "with": text.args}.items():
        if key in required and not given:
            reader.report(
                path,
                code="missing-key",
                expected=f"the key '{key}' for '{text.do}'",
                found="nothing",
                hint="add `on: A1`" if key == "on" else "add `views: [...]`",
            )
        elif given and key not in required and key not in optional:
            reader.report(
                (*path, key),
                code="unknown-key",
                expected=f"no key '{key}' for '{text.do}'",
                found=quoted(key),
                hint="remove it",
                key=True,
            )


def _no_other_arguments(
    reader: Reader, path: KeyPath, wanted: Collection[str], given: Collection[str]
) -> None:
    """Note what is given under `with` and not asked for."""
    for name in given:
        reader.known((*path, "with", name), "argument", name, wanted, key=True)


def _all_arguments(
    reader: Reader, path: KeyPath, wanted: Collection[str], given: Collection[str]
) -> None:
    """Note what is asked for and not given under `with`."""
    for name in wanted:
        if name not in given:
            reader.report(
                path,
                code="missing-argument",
                expected=f"the argument '{name}'",
                found="nothing",
                hint=f"add `with: {{{name}: ...}}`",
            )


def compile_loads(reader: Reader, cast: Cast, texts: Sequence[LoadText | None]) -> tuple[Load, ...]:
    """Return the loads in the order of the file, each with its id."""
    loads: list[Load] = []
    for index, text in enumerate(texts):
        if text is None:
            continue
        path: KeyPath = ("load", index)
        _check_load(reader, cast, path, text)
        loads.append(
            Load(
                id=cast.claim(reader, text.id, f"load.{index + 1}", path),
                who=tuple(text.who),
                every_us=text.every_us,
                from_us=text.from_us,
                until_us=text.until_us,
                actions=tuple(text.actions),
                switch_every_us=text.switch_every_us,
                args={name: tuple(choices) for name, choices in text.args.items()},
            )
        )
    return tuple(loads)


def _check_load(reader: Reader, cast: Cast, path: KeyPath, text: LoadText) -> None:
    _check_rhythm(reader, path, text)
    roles: dict[str, None] = {}
    seen: set[str] = set()
    all_known = True
    for index, who in enumerate(text.who):
        where = (*path, "who", index)
        client = cast.clients.get(who)
        if reader.known(where, "client", who, cast.clients) and client is not None:
            roles[client.role] = None
        else:
            all_known = False
        if who in seen:
            reader.twice(where, who)
        seen.add(who)
    if all_known:
        _check_actions(reader, cast, path, text, tuple(roles))


def _check_rhythm(reader: Reader, path: KeyPath, text: LoadText) -> None:
    for key, value_us in (("every", text.every_us), ("switch_every", text.switch_every_us)):
        if value_us < LOAD_EVERY_MIN_US and not (key == "switch_every" and value_us == 0):
            reader.report(
                (*path, key),
                code="out-of-range",
                expected="a time of at least 1ms",
                found=quoted(format_duration(value_us)),
                hint="nobody acts more often",
            )
    if text.from_us >= text.until_us:
        reader.report(
            (*path, "until"),
            code="out-of-range",
            expected=f"a time after {format_duration(text.from_us)}, where the load begins",
            found=quoted(format_duration(text.until_us)),
            hint="make `until` later than `from`",
        )


def _check_actions(
    reader: Reader, cast: Cast, path: KeyPath, text: LoadText, roles: Sequence[str]
) -> None:
    """Check the actions of a load and the arguments that they need.

    Without `actions` a person takes those that `with` gives the arguments for.
    """
    actions = cast.domain.actions
    named: list[Action] = []
    offered = [name for role in roles for name in cast.domain.actions_of(role)]
    for index, name in enumerate(text.actions):
        where = (*path, "actions", index)
        if name in actions:
            may_take(reader, cast.domain, roles, actions[name], where)
            named.append(actions[name])
        else:
            reader.known(where, "action", name, offered)
    possible = named or [
        action for action in actions.values() if any(role in action.roles for role in roles)
    ]
    wanted = dict.fromkeys(name for action in possible for name in action.arguments)
    _no_other_arguments(reader, path, wanted, text.args)
    if named:
        _all_arguments(reader, path, wanted, text.args)
