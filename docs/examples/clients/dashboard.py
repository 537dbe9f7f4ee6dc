"""A small dashboard: it paints what it is told, sends what is asked, looks again after changes."""

import json
import sys

LOOKS = {"start": "mount", "event": "event", "result": "settle", "socket-opened": "reconnect"}
views, asked, me, out = {}, {}, "", []  # what each view shows; what each request is about


def note(kind, data=None, **facts):
    out.append({"do": "note", "kind": kind, "data": data, **facts})


def found(ending):
    return next((name for rows in views.values() for name in rows if name.endswith(ending)), "")


for line in sys.stdin:
    message, out = json.loads(line), []
    do, me = message["do"], me or message["client"]
    about = asked.pop(message.get("request"), {})
    if do == "start":
        for view in message["views"]:
            views[view] = {}
            note("mount", {"query": view}, view=view)
        out.append({"do": "connect"})
    elif do == "rows" and about:
        note("fetched", {"fresh": True}, lsn=message["lsn"], **about)
        view, now = about["view"], {row["entity"]: row for row in message["rows"]}
        for name in views[view] | now:
            row = now.get(name, {"version": -1, "fields": None})
            data, version = {"fields": row["fields"]}, row["version"]
            note("base", data, view=view, entity=name, version=version)
            note("paint", data, view=view, entity=name, version=version)
        views[view] = now
        note("ready", view=view)
    elif do == "ask" and (entity := found("/" + message["row"])):
        name, intent, action = f"{message['intent']}/1", message["intent"], message["action"]
        asked[name] = {"intent": intent, "entity": entity}
        note("intent", {"action": action, "entities": [entity]}, **asked[name])
        wish = {"intent": intent, "action": action, "rows": [entity], "with": message["with"]}
        out.append({"do": "mutate", "name": name, **wish})
    elif do == "result" and about:
        note("outcome", {key: message["items"][0][key] for key in ("result", "reason")}, **about)
    for view in views if do in LOOKS else ():
        name = f"{me}:{view}@{message['id']}"
        asked[name] = {"view": view, "message": name}
        note("fetch", {"trigger": LOOKS[do]}, **asked[name])
        out.append({"do": "query", "query": view, "name": name})
    print(json.dumps({"id": message["id"], "protocol": 1, "out": out}), flush=True)
