"""A dashboard without optimistic updates: it shows rows, looks again, sends what is asked."""

import json
import sys

FRAME_US = 16_000
views, sent, named, frame = {}, {}, {}, None  # frame: when to paint, and what led to it


def note(kind, **facts):
    out.append({"do": "note", "kind": kind, "cause": cause, **facts})


def note_changes(kind, view, old, new):
    for name, row in new.items():
        if old.get(name) != row:
            note(
                kind, view=view, entity=name, version=row["version"], data={"fields": row["fields"]}
            )
    for name in (name for name in old if name not in new):
        note(kind, view=view, entity=name)


def look_again(reason, origin):
    for view in views:
        name = f"{me}:{view}@{origin}"
        named[name] = named.get(name, 0) + 1
        name += f"#{named[name]}" if named[name] > 1 else ""
        sent[name] = {"view": view, "message": name}
        note("invalidate", view=view, data={"reason": reason})
        note("fetch", **sent[name], data={"trigger": reason})
        out.append({"do": "query", "query": view, "name": name})


for line in sys.stdin:
    message = json.loads(line)
    out, do, now, cause = [], message["do"], message.get("at_us", 0), message.get("cause", 0)
    facts = sent.pop(message.get("request"), None)
    if frame and frame[0] <= now:
        (_, cause), frame = frame, None
        for view, shown in views.items():
            note_changes("paint", view, shown["painted"], shown["rows"])
            shown["painted"] = shown["rows"]
        cause = message["cause"]
    if do == "hello":
        me = message["client"]
    elif do == "start":
        for view in message["views"]:
            views[view] = {"rows": {}, "painted": {}, "lsn": -1}
            note("mount", view=view, data={"query": view})
        out.append({"do": "connect"})
        look_again("mount", "start")
    elif do == "ask":
        entity = next(
            (
                name
                for shown in views.values()
                for name in shown["painted"]
                if name.endswith("/" + message["row"])
            ),
            "",
        )
