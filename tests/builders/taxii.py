"""A house with a TAXII server, in process and as the real program, for tests."""

import asyncio
import base64
import contextlib
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import revenuer
from revenuer.share.house import House, open_house
from revenuer.share.taxii.assemble import HouseServer, now_us
from revenuer.share.taxii.credentials import CREDENTIALS_FILE, add_credential
from revenuer.share.taxii.rate import RateLimits

TAXII = "application/taxii+json;version=2.1"
PARTNERS = ("lab-b", "lab-c", "lab-d")
NAMESPACE = "0d2d5b5e-6f5d-4f0f-9a3b-5b1f6c1f0a11"

SERVER_TOML = """\
schema_version = 1
title = "Lab A"
description = "what Lab A shares"
contact = "soc@lab-a.example"
store = "{store}"

[limits]
{limits}

[roots.api]
title = "For partners"

[roots.other]
title = "Not for everybody"

[collections.both]
title = "Both ways"
root = "api"
deletable = true
[collections.both.rights]
lab-b = "read-write"
lab-c = "read"
lab-d = "write"

[collections.listed]
title = "Seen only"
root = "api"
[collections.listed.rights]
lab-b = "listed"

[collections.fixed]
title = "Nothing is deleted here"
root = "api"
[collections.fixed.rights]
lab-b = "read-write"

[collections.elsewhere]
title = "Elsewhere"
root = "other"
[collections.elsewhere.rights]
lab-c = "read-write"
{more}
"""


def make_house(
    folder: Path,
    *,
    store: str = "sqlite:taxii.sqlite",
    limits: str = "requests_per_min = 1000000\nburst = 100000",
    more: str = "",
) -> House:
    """Return a house with three partners and a server.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    partners = "".join(f'[partners.{name}]\nname = "{name}"\n' for name in PARTNERS)
    (folder / "house.toml").write_text(
        f'schema_version = 1\nname = "lab-a"\nnamespace = "{NAMESPACE}"\n{partners}'
    )
    (folder / "server.toml").write_text(SERVER_TOML.format(store=store, limits=limits, more=more))
    return open_house(folder)


def tokens(house: House) -> dict[str, str]:
    """Return a fresh token of each partner."""
    path = house.folder / CREDENTIALS_FILE
    return {name: add_credential(path, name, now_us(), None)[1] for name in PARTNERS}


def basic(user: str, token: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{token}".encode()).decode()


def indicator(
    number: int = 0, *, modified: str = "2026-01-01T00:00:00.000Z", **more: object
) -> dict[str, object]:
    """Return a small valid indicator; the same number gives the same id."""
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{uuid.uuid5(uuid.UUID(NAMESPACE), str(number))}",
        "created": "2026-01-01T00:00:00.000Z",
        "modified": modified,
        "pattern": f"[ipv4-addr:value = '198.51.{number // 256 % 256}.{number % 256}/32']",
        "pattern_type": "stix",
        "valid_from": "2026-01-01T00:00:00Z",
        **more,
    }


def address(number: int = 0, **more: object) -> dict[str, object]:
    """Return an SCO, which has no timestamps."""
    name = f"ipv4-addr--{uuid.uuid5(uuid.UUID(NAMESPACE), f'address {number}')}"
    return {"type": "ipv4-addr", "spec_version": "2.1", "id": name, "value": f"192.0.2.{number}", **more}


@dataclass(frozen=True)
class Reply:
    """What came back. Header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class InProcess:
    """A house's server without sockets."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.tokens = tokens(house)
        self.server = HouseServer(house, RateLimits())
        self.collection = {one.name: one.id for one in self.server.settings().collections.values()}

    def ask(
        self,
        method: str,
        path: str,
        *,
        partner: str | None = "lab-b",
        body: object = None,
        headers: Mapping[str, str | None] | None = None,
        more_headers: Sequence[tuple[str, str]] = (),
        scope: Mapping[str, object] | None = None,
    ) -> Reply:
        """Return the answer to one request. `headers` with None leave a default out."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        given: dict[str, str | None] = {"accept": TAXII, "host": "lab-a.example"}
        if partner is not None:
            given["authorization"] = basic(partner, self.tokens[partner])
        if method == "POST":
            given |= {"content-type": TAXII, "content-length": str(len(raw))}
        given |= headers or {}
        pairs = [(name, value) for name, value in given.items() if value is not None]
        bare, _, query = path.partition("?")
        asked: dict[str, object] = {
            "type": "http",
            "method": method,
            "scheme": "https",
            "path": bare,
            "query_string": query.encode("latin-1"),
            "headers": [(n.encode("latin-1"), v.encode("latin-1")) for n, v in (*pairs, *more_headers)],
            **(scope or {}),
        }
        return asyncio.run(_exchange(self.server, asked, raw))

    def post(self, objects: Sequence[object], *, collection: str = "both", partner: str = "lab-b") -> Reply:
        return self.ask(
            "POST", f"/api/collections/{collection}/objects/", partner=partner, body={"objects": objects}
        )

    def get(
        self, query: str = "", *, collection: str = "both", what: str = "objects", partner: str = "lab-b"
    ) -> Reply:
        mark = f"?{query}" if query else ""
        return self.ask("GET", f"/api/collections/{collection}/{what}/{mark}", partner=partner)

    def close(self) -> None:
        self.server.close()


async def _exchange(app: Any, scope: Mapping[str, object], raw: bytes) -> Reply:
    sent: list[dict[str, Any]] = []
    messages = [{"type": "http.request", "body": raw, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Reply(sent[0]["status"], headers, b"".join(one.get("body", b"") for one in sent[1:]))


@contextlib.contextmanager
def serving(
    house: House, *more: str, log: Path | None = None
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run `revenuer share serve` until the block ends, and enter it with the process and the URL before /taxii2/."""
    command = [
        sys.executable,
        "-c",
        "from revenuer.cli.main import main; main()",
        "share",
        "serve",
        str(house.folder),
        "--port",
        "0",
        "--json",
    ]
    plain = () if "--tls-certificate" in more else ("--plain-http",)
    with open(log or os.devnull, "ab") as errors:
        process = subprocess.Popen(
            [*command, *plain, *more],
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": str(Path(revenuer.__file__).parents[1])},
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, f"the server did not start: {log.read_text() if log else ''}"
            yield process, json.loads(line)["url"].removesuffix("/taxii2/")
        finally:
            process.terminate()
            try:
                process.wait(30)
            finally:
                process.kill()
                process.wait()
                if process.stdout is not None:
                    process.stdout.close()
