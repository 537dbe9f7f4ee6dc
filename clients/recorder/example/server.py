"""A small backend that writes down what it does, for `syncsim check`.

    python clients/recorder/example/server.py recording.jsonl

Open the address that it prints in two tabs; stop it with Ctrl-C, then judge recording.jsonl.
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

HERE = Path(__file__).resolve().parent
CORE = HERE.parents[1] / "tanstack/node_modules/@tanstack/query-core/build/modern"
PAGES = {"/": HERE / "index.html", "/people": HERE / "people.html", "/app.mjs": HERE / "app.mjs"}
PAGES["/recorder.mjs"] = HERE.parent / "recorder.mjs"
TYPES = {".html": "text/html; charset=utf-8", ".mjs": "text/javascript", ".js": "text/javascript"}


class Backend:
    """A store of appointments with versions, and the recording that it and its pages write."""

    def __init__(self, recording: Path, bounds: dict[str, int]) -> None:
        self.lock = threading.RLock()
        self.file = recording.open("w", encoding="utf-8")
        self.rows: dict[str, dict[str, Any]] = {}
        self.lsn = 0
        self.sockets: dict[str, ServerConnection] = {}
        self.may_decide = threading.Event()
        self.ended = threading.Event()
        domain = json.loads((HERE / "domain.json").read_text("utf-8"))
        header = {"format": "syncsim-recording", "version": 1, "bounds": bounds}
        self.write({**header, "domain": domain})
        for name, paid in (("A1", False), ("A2", True), ("A3", False)):
            self.put("row", {"id": name, "status": "pending", "paid": paid})

    def write(self, line: dict[str, Any]) -> None:
        """Append one line to the recording."""
        with self.lock:
            self.file.write(json.dumps(line) + "\n")
            self.file.flush()

    def log(self, kind: str, **facts: Any) -> None:
        """Write down what the backend does; this is the line that an application adds."""
        self.write({"time_us": time.time_ns() // 1000, "at": "backend", "kind": kind, **facts})

    def put(self, kind: str, fields: dict[str, Any], **facts: Any) -> None:
        """Store a row under the next version and the next number of a commit."""
        name, data = fields["id"], facts.pop("data", {})
        self.lsn += 1
        version = self.rows.get(name, {"version": 0})["version"] + 1
        self.rows[name] = {**fields, "version": version}
        about = {"entity": f"appointment/{name}", "version": version, "lsn": self.lsn}
        self.log(kind, **about, **facts, data={**data, "fields": fields})

    def change(self, name: str, action: str, intent: str, client: str) -> str:
        """Accept or cancel a pending appointment; return why not, empty if it is done."""
        if action == "cancel":
            self.may_decide.wait(60)
        with self.lock:
            row = {key: value for key, value in self.rows[name].items() if key != "version"}
            who = {"action": action, "role": "operator", "user": client}
            facts = {"intent": intent, "peer": client}
            if row["status"] != "pending" or (action == "cancel" and row["paid"]):
                about = {"entity": f"appointment/{name}", **facts}
                self.log("refuse", **about, data={**who, "reason": "not-allowed"})
                return "not-allowed"
            status = "accepted" if action == "accept" else "cancelled"
            self.put("commit", {**row, "status": status}, **facts, data=who)
            self.publish(name, action, intent, client)
            return ""

    def publish(self, name: str, action: str, intent: str, author: str) -> None:
        """Tell every other page of a commit."""
        version = self.rows[name]["version"]
        about = {"entity": f"appointment/{name}", "version": version, "lsn": self.lsn}
        for client, socket in self.sockets.items():
            if client == author:
                continue
            message = f"event-{self.lsn}/{client}"
            facts = {"peer": client, "message": message, "intent": intent, **about}
            self.log("send", **facts, data={"what": "event"})
            event = {**about, "message": message, "intent": intent, "data": {"action": action}}
            socket.send(json.dumps(event))

    def hold(self, socket: ServerConnection) -> None:
        """Keep a page's socket until it closes."""
        client = parse_qs(urlsplit(socket.request.path).query)["client"][0]
        with self.lock:
            self.sockets[client] = socket
        with contextlib.suppress(ConnectionClosed):
            for _ in socket:
                pass
        with self.lock:
            self.sockets.pop(client, None)

    def end(self) -> None:
        """Say that the recording is whole."""
        with self.lock:
            if not self.ended.is_set():
                self.log("phase", data={"phase": "end"})
            self.ended.set()


class Handler(BaseHTTPRequestHandler):
    """Answers the page: its files, the list, changes, and what its recorder sends."""

    backend: Backend
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with a file, the list, or the time."""
        path = urlsplit(self.path).path
        if path == "/recording":
            self.answer(200, str(time.time_ns() // 1000))
        elif path == "/appointments":
            with self.backend.lock:
                rows = list(self.backend.rows.values())
                self.answer(200, json.dumps({"lsn": self.backend.lsn, "rows": rows}))
        else:
            core = CORE / path.removeprefix("/query-core/")
            page = PAGES.get(path, core if path.startswith("/query-core/") else HERE / "none")
            if page.is_file() and page.suffix in TYPES:
                self.answer(200, page.read_text("utf-8"), TYPES[page.suffix])
            else:
                self.answer(404, "")

    def do_POST(self) -> None:
        """Take a change, or what a recorder sends."""
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode("utf-8")
        parts = urlsplit(self.path).path.split("/")
        if parts[1] == "recording":
            with self.backend.lock:
                self.backend.file.write(body)  # One line a record already.
        elif parts[1] == "decide":
            self.backend.may_decide.set()
        elif parts[1] == "end":
            self.backend.end()
        else:
            headers = self.headers
            _, _, name, action = parts
            why = self.backend.change(name, action, headers["Idempotency-Key"], headers["X-Client"])
            self.answer(409 if why else 200, why)
            return
        self.answer(200, "")

    def answer(self, status: int, text: str, kind: str = "text/plain") -> None:
        """Send an answer."""
        body = text.encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing of each request."""


class Site:
    """The backend with its two servers, as a context: pages over HTTP, events over WebSocket."""

    def __init__(self, recording: Path, bounds: dict[str, int] | None = None) -> None:
        self.backend = Backend(recording, bounds or {})
        handler = type("Handler", (Handler,), {"backend": self.backend})
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.http.daemon_threads = True
        self.events = serve(self.backend.hold, "127.0.0.1", 0)
        self.threads = [
            threading.Thread(target=server.serve_forever, daemon=True)
            for server in (self.http, self.events)
        ]

    def url(self, path: str = "/", **query: str) -> str:
        """Return an address of this site."""
        asked = {"events": str(self.events.socket.getsockname()[1]), **query}
        pairs = "&".join(f"{name}={value}" for name, value in asked.items())
        return f"http://127.0.0.1:{self.http.server_port}{path}?{pairs}"

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.backend.end()
        self.backend.may_decide.set()
        self.http.shutdown()
        self.http.server_close()
        self.events.shutdown()
        for thread in self.threads:
            thread.join(60)
        with self.backend.lock:
            self.backend.file.close()


if __name__ == "__main__":
    with Site(Path(sys.argv[1])) as site:
        site.backend.may_decide.set()
        print(site.url())
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
