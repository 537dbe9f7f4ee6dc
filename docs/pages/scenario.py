"""The reference page of scenario, design and network files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pages.booking import application
from pages.markdown import GENERATED, code, table
from syncsim.domain import BOOKING
from syncsim.scenario import (
    GESTURES,
    VERBS,
    load,
    load_design,
    load_network,
    names,
    schema,
)
from syncsim.scenario.faults import RULES
from syncsim.scenario.values import DURATION_PATTERN, SPAN_PATTERN

GESTURE_MEANINGS = {
    "show": "Switch to other views, those in `views`. A view that stays is not fetched again.",
    "open": "Open the row `on` beside what is shown.",
    "close": "Close the row that is open.",
    "refresh": "Fetch everything on screen again.",
}

VERB_MEANINGS = {
    "hold": "What is sent, both ways, waits until it is released, in order; nothing is lost. On "
    "the broker, what is published waits.",
    "release": "Ends a `hold`.",
    "partition": "The client's link is down: what is under way is lost, its socket closes, its "
    "browser says that it is offline. If `unnoticed`, or of one `direction`, nobody is told: "
    "messages vanish, and the socket is half-open until a heartbeat is missed. A gateway is cut "
    "off from the broker: its sockets stay open, what would pass it vanishes, nobody is led to it. "
    "The broker is cut off from the backend: what is published is lost, or waits if the design "
    "keeps it.",
    "heal": "End every fault that is open at that place.",
    "sleep": "The client's machine stands still: no timer runs, its network is gone, nobody sits "
    "at it. When it wakes, late timers run and what it missed is told; its browser says nothing.",
    "wake": "End the `sleep` of that client.",
    "hide": "The client's tab is behind others: its timers run once a second, long chains of them "
    "once a minute after five minutes; it does not poll, and nobody sits at it.",
    "show": "End the `hide` of that client; its cache refetches what is stale.",
    "reload": "The client's page is loaded anew: its socket, its requests and the intents "
    "without an outcome are gone with it, unless the design stores them (`read.persist`, "
    "`write.persist`).",
    "expire-token": "The client's access token is good no more: requests are answered 401, and the "
    "client gets a new one and sends them again.",
    "drop": "The client's WebSocket breaks somewhere along its path, and nothing else. If "
    "`unnoticed`, it is half-open. On a gateway, those of all its clients do.",
    "delay": "Every HTTP message of the client takes longer by `by`, each way.",
    "lose": "The client's HTTP requests, responses or both are lost without a word. A "
    "gateway whose queue is full loses what finds no room, instead of closing the connection.",
    "duplicate": "The client's requests arrive twice, `by` apart: each is sent again as if its "
    "answer had been lost, and the second answer is the one that arrives. Or events do (`leg: "
    "event`), as from a broker that delivers at least once.",
    "restart": "The backend is down: sessions end, requests are refused. The store survives. If a "
    "gateway restarts, its sockets end, and its clients come back to others. If the broker "
    "does, sockets stay open, what it kept in memory is forgotten, and what is published is lost, "
    "or waits if the design keeps it.",
    "crash": "The backend's process dies; sockets, which a gateway holds, stay open. With `after`, "
    "it dies at the next commit: before its answer and its event (`commit`), or between the two "
    "(`reply`). With `loses`, the commits of that long before are lost, answered or not.",
    "overload": "The backend answers requests with 503, and says when to come back.",
    "skew-clock": "The clock of the backend is wrong, by which it marks rows overdue; or "
    "that of a client, by which it stamps its writes and tells how old its data are.",
}

KEY_MEANINGS = {
    "at": "When, from the start of the run.",
    "do": "What happens: one of the verbs below.",
    "from": "When the work begins.",
    "until": "When the work ends.",
    "role": "One of the roles of the application.",
    "name": "A name for it, as it shows in histories and tables.",
}
"""For keys that the models of the files leave to their names."""

SECTIONS = (
    ("A scenario", ""),
    ("`design`", "InlineDesign"),
    ("`design.read`", "ReadText"),
    ("`design.overlay`", "OverlayText"),
    ("`design.write`", "WriteText"),
    ("`design.recovery`", "RecoveryText"),
    ("`design.merge`", "MergeText"),
    ("`design.feed`", "FeedText"),
    ("`network`", "InlineNetwork"),
    ("`clients`", "ClientText"),
    ("`steps`", "StepText"),
    ("`load`", "LoadText"),
    ("`faults`", "FaultText"),
    ("`unfaithful`", "UnfaithfulText"),
    ("`generators`: swarm", "SwarmText"),
    ("`faults` of a swarm", "KindText"),
    ("`generators`: swizzle", "SwizzleText"),
    ("`generators`: herd", "HerdText"),
    ("`generators`: flap", "FlapText"),
    ("`gateways`", "GatewaysText"),
    ("`backend`", "BackendText"),
    ("`settle`", "SettleText"),
    ("`bounds`", "BoundsText"),
)


def page() -> str:
    """Return the reference page of scenario, design and network files."""
    whole = schema("scenario")
    parts = [GENERATED, _SCENARIO_INTRO]
    definitions = whole["definitions"]
    for title, definition in SECTIONS:
        section = definitions[definition] if definition else whole
        parts.append(f"## {title}\n\n{section['description']}\n")
        parts.append(_keys_table(section, definitions))
        if definition == "StepText":
            parts.append("Besides the actions of the application, `do` takes these gestures:\n")
            parts.append(
                table(("gesture", "meaning"), ((f"`{g}`", GESTURE_MEANINGS[g]) for g in GESTURES))
            )
        if definition == "FaultText":
            parts.append(_verbs_table())
    parts += [application(BOOKING), _catalogue()]
    return "\n".join(parts)


_SCENARIO_INTRO = """\
# Scenario files

A scenario is one YAML file. Loading it executes nothing. Every problem of a file is reported at
once, with its line and the nearest valid name; keys that are not listed here are refused.

- A **duration** is a number with a unit, `500us`, `20ms`, `1.5s`, `5m` or `1h`. A bare number is
  refused.
- A **range of durations** is `1s..5s`; one duration stands for both ends. It begins above `0s`.
- A **name** has letters, digits, `_`, `.` and `-`, at most 64, a letter or digit first.
- A key of `rows` may be a **range**, `A1..A9`. A list as a field's value is then cycled through.
- A step's id names its intent and every message that it causes. Without `id` it is the client's
  name and a count, `op-1.3`; give ids to steps whose luck should outlive an edit of the file.
- A design file and a network file have the keys of `design` and `network`, without `name`.

The first line of the files in `scenarios/` points editors to the schema of the file, so that they
complete and check as you type. `syncsim schema` prints it.
"""


def _keys_table(section: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    required = section.get("required", ())
    rows = []
    for key, facts in section["properties"].items():
        named = definitions.get(facts.get("$ref", "").rpartition("/")[2], facts)
        meaning = facts.get("description") or named.get("description") or KEY_MEANINGS[key]
        default = "required" if key in required else _default(facts)
        rows.append((f"`{key}`", _type(facts), default, meaning))
    return table(("key", "type", "default", "meaning"), rows)


def _default(facts: Mapping[str, Any]) -> str:
    """Return the default of a key; the schema leaves out those that are false, 0 or empty."""
    blank = {"boolean": "false", "integer": "0"}.get(facts.get("type", ""), "")
    default = facts.get("default", blank)
    if isinstance(default, list) or default == "":
        return ""
    return f"`{json.dumps(default)}`" if isinstance(default, bool) else f"`{default}`"


_MANY = 6
"""More choices than this do not fit a cell; they have a table of their own."""


def _type(facts: Mapping[str, Any]) -> str:
    """Return the type of a key in words."""
    choices = facts.get("anyOf") or facts.get("oneOf")
    if choices:
        return " or ".join(dict.fromkeys(_type(one) for one in choices))
    if "$ref" in facts:
        return "mapping"
    if "const" in facts:
        return f"`{facts['const']}`"
    if "enum" in facts:
        return code(facts["enum"]) if len(facts["enum"]) <= _MANY else "name"
    kind = facts["type"]
    if kind == "array":
        one = _type(facts["items"])
        return "list of text" if one == "text" else f"list of {one}s"
    if kind == "string":
        pattern = facts.get("pattern", "")
        if SPAN_PATTERN in pattern:
            return "range of durations"
        return "duration" if DURATION_PATTERN in pattern else "text"
    return {"object": "mapping", "integer": "integer", "boolean": "`true` or `false`"}[str(kind)]


def _verbs_table() -> str:
    rows = []
    for verb in VERBS:
        rule = RULES[verb]
        places = " or ".join(
            ["a client"] * rule.clients
            + ["a gateway"] * rule.gateways
            + ["`broker`"] * rule.broker
            + ["`backend`"] * rule.backend
        )
        keys = [
            *(f"`{key}`" for key in rule.required),
            *(f"`{key}`, if wanted" for key in rule.optional),
            *([f"one of {code(rule.one_of)}"] if rule.one_of else []),
        ]
        rows.append((f"`{verb}`", places, "; ".join(keys), VERB_MEANINGS[verb]))
    return table(("verb", "on", "takes", "meaning"), rows)


def _catalogue() -> str:
    """Return the scenarios, designs and networks that come with syncsim."""
    scenarios = [(f"`{name}`", load(name).title) for name in names("scenarios")]
    designs = [
        (f"`{name}`", design.title, design.simplifies, design.source)
        for name in names("designs")
        for design in [load_design(name)]
    ]
    networks = [
        (f"`{name}`", profile.title, profile.source)
        for name in names("networks")
        for profile in [load_network(name)]
    ]
    return (
        "## What comes with syncsim\n\n"
        + table(("scenario", "title"), scenarios)
        + "\n"
        + table(("design", "title", "what it does and leaves out", "facts from"), designs)
        + "\n"
        + table(("network", "title", "source"), networks)
    )
