"""A peer's TAXII server with the bugs that real ones have, on a socket."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from revenuer.share.taxii.timestamps import added_text, read_loosely

COLLECTION = "365fed99-08fa-fdcd-a1b3-fb247eb41d01"


@dataclass
class Quirks:
    """`next`: ok, ignored (the same page again), absent. `more`: ok, false, true. `dates`: ok, absent, seconds (headers without fraction).

    `cap`: objects of a page at most. `inclusive`: added_after includes its own date. `empty`: status of a page without objects.
    `fail`: statuses to answer with before the right ones, each used once. `delay_status`: pending statuses before a complete one.
    """

    next: str = "ok"
    more: str = "ok"
    dates: str = "ok"
    cap: int = 20
    inclusive: bool = False
    empty: int = 200
    content_type: str = "application/taxii+json;version=2.1"
    knows_version: bool = True
    manifest: bool = True
    fail: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    delay_status: int = 0
    most_posted: int = 1000
    refuse: str = ""


class PeerServer:
    """Serves (date, object) pairs, in that order, from one collection. `before`: called before each answer, to let the world change."""

    def __init__(self, stored: Sequence[tuple[int, dict[str, Any]]], quirks: Quirks | None = None) -> None:
        self.stored = list(stored)
        self.quirks = quirks or Quirks()
        self.asked: list[tuple[str, dict[str, str], str | None]] = []
        self.before: Callable[[], None] = lambda: None
        self.statuses: dict[str, dict[str, Any]] = {}
        self.api_roots: list[str] = ["/api/"]
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def get(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        self.before()
        match path.strip("/").split("/"):
            case ["taxii2"]:
                return 200, {}, {"title": "Peer", "api_roots": self.api_roots}
            case ["api"]:
                return (
                    200,
                    {},
                    {
                        "title": "R",
                        "versions": ["application/taxii+json;version=2.1"],
                        "max_content_length": 100_000,
                    },
                )
            case ["api", "collections"]:
                one = {"id": COLLECTION, "title": "C", "alias": "c", "can_read": True, "can_write": True}
                return 200, {}, {"collections": [one]}
            case ["api", "status", name] if name in self.statuses:
                status = self.statuses[name]
                if self.quirks.delay_status:
                    self.quirks.delay_status -= 1
                    return 200, {}, status | {"status": "pending"}
                return 200, {}, status
            case ["api", "collections", _, "objects"]:
                return self._objects(query)
            case ["api", "collections", _, "manifest"] if self.quirks.manifest:
                wanted = query.get("match[id]", "").split(",")
                rows = [
                    {"id": one["id"], "date_added": added_text(at)}
                    for at, one in self.stored
                    if one["id"] in wanted
                ]
                return 200, {}, {"objects": rows}
        return 404, {}, {"title": "not found"}

    def _objects(self, query: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        quirks = self.quirks
        if "match[version]" in query and not quirks.knows_version:
            return 400, {}, {"title": "no such filter"}
        after = read_loosely(query["added_after"]) if "added_after" in query else None
        found = [
            (at, one)
            for at, one in sorted(self.stored, key=lambda pair: pair[0])
            if after is None or at > after or (quirks.inclusive and at == after)
        ]
        start = int(query.get("next", 0)) if quirks.next == "ok" else 0
        count = min(int(query.get("limit", quirks.cap)), quirks.cap)
        part = found[start : start + count]
        if not part:
            return quirks.empty, {}, {} if quirks.empty == 200 else {"title": "nothing"}
        more = start + count < len(found) if quirks.more == "ok" else quirks.more == "true"
        body: dict[str, Any] = {"objects": [one for _, one in part], "more": more}
        if more and quirks.next != "absent":
            body["next"] = str(start + count)
        headers = {}
        if quirks.dates != "absent":
            for name, at in (("First", part[0][0]), ("Last", part[-1][0])):
                text = added_text(at)
                headers[f"X-TAXII-Date-Added-{name}"] = f"{text[:19]}Z" if quirks.dates == "seconds" else text
        return 200, headers, body

    def post(self, raw: bytes) -> tuple[int, dict[str, str], Any]:
        objects = json.loads(raw)["objects"]
        if len(objects) > self.quirks.most_posted:
            return 413, {}, {"title": "too many"}
        refused = [one for one in objects if self.quirks.refuse and self.quirks.refuse in one["id"]]
        known = {(one["id"], one.get("modified")) for _, one in self.stored}
        for one in objects:
            if one not in refused and (one["id"], one.get("modified")) not in known:
                self.stored.append((len(self.stored), one))
        name = f"00000000-0000-4000-8000-{len(self.statuses):012d}"
        status = {
            "id": name,
            "status": "complete",
            "total_count": len(objects),
            "success_count": len(objects) - len(refused),
            "failure_count": len(refused),
            "failures": [{"id": one["id"], "message": "unwanted", "version": "x"} for one in refused],
            "pending_count": 0,
        }
        self.statuses[name] = status
        return 202, {}, status | ({"status": "pending"} if self.quirks.delay_status else {})


def _handler(peer: PeerServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            peer.asked.append((parts.path, query, self.headers.get("authorization")))
            self._say(*self._failure() or peer.get(parts.path, query))

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            peer.asked.append((self.path, {}, self.headers.get("authorization")))
            self._say(*self._failure() or peer.post(raw))

        def _failure(self) -> tuple[int, dict[str, str], Any] | None:
            if not peer.quirks.fail:
                return None
            status, headers = peer.quirks.fail.pop(0)
            return status, headers, {"title": "failing"}

        def _say(self, status: int, headers: dict[str, str], body: Any) -> None:
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", peer.quirks.content_type)
            self.send_header("content-length", str(len(raw)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    return Handler
