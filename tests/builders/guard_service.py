"""The guard's service in process, and as the real program, for tests."""

import asyncio
import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import revenuer
from revenuer.guard import Aftermath, Guard, GuardState, Policy
from revenuer.guard.http import Bounds, Gate, KeyRing, Metrics, Service
from revenuer.guard.http.admin import Admin
from revenuer.guard.http.desk import Desk
from revenuer.guard.trusted_proxies import TrustedProxies

NOW = 1_780_000_000_000_000
SIGNATURE = "EqQBCgIYAhIM" + "x7Qm" * 30


@dataclass(frozen=True)
class Reply:
    """What came back. Header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class InProcess:
    """A service without sockets. `peer`: whom its requests come from."""

    policy: Policy = field(default_factory=Policy)
    proxies: Sequence[str] = ()
    keys: KeyRing | None = None
    local: bool = True
    account_header: str | None = None
    bounds: Bounds = field(default_factory=Bounds)
    peer: str = "192.0.2.200"

    def __post_init__(self) -> None:
        self.guard = Guard(GuardState(self.policy))
        self.metrics = Metrics()
        self.gate = Gate(self.keys, TrustedProxies(self.proxies), local=self.local, subjects=["ops"])
        self.admin = Admin(self.guard, self.gate, lambda: NOW)
        self.desk = Desk(self.guard, self.metrics, in_flight=self.bounds.in_flight)
        self.service = Service(
            self.desk, self.gate, self.admin, self.bounds, lambda: NOW, account_header=self.account_header
        )

    def ask(
        self,
        method: str,
        path: str,
        body: object = b"",
        headers: Sequence[tuple[str, str]] = (),
        **scope: object,
    ) -> Reply:
        """Return the answer to one request; `body` that is no bytes is sent as JSON; `scope` entries are added."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        bare, _, query = path.partition("?")
        asked: dict[str, Any] = {
            "type": "http",
            "method": method,
            "path": bare,
            "query_string": query.encode(),
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
            "client": (self.peer, 40_000),
            **scope,
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run(self.service(asked, receive, send))
        start, end = sent
        named = {name.decode(): value.decode() for name, value in start["headers"]}
        assert int(named["content-length"]) == len(end["body"])
        return Reply(start["status"], named, end["body"])

    def accuse(self, account: str, signature: str = "signature-of-a-stranger") -> None:
        """Put decisive evidence against `account`: it replays what a stranger received."""
        self.guard.learn(
            Aftermath(request_id="r", account_id="stranger", timestamp=NOW, issued_signatures=[signature])
        )
        self.ask("POST", "/v1/decide", {"account_id": account, "reasoning_signature": signature})


class Running:
    """`revenuer guard serve` as a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process = process
        self.port = port
        self.log: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.log.extend(self.process.stderr)

    def ask(
        self, method: str, path: str, body: object = None, headers: Sequence[tuple[str, str]] = ()
    ) -> Reply:
        """Return the answer over a connection of its own."""
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, raw, dict(headers))
            answer = connection.getresponse()
            return Reply(
                answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
            )

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def stop(self) -> tuple[int, list[str]]:
        """Ask the service to end, and return its exit code and its log."""
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(timeout=30)
        self._reader.join(timeout=10)
        return code, self.log


@contextlib.contextmanager
def running(*options: str, cwd: Path | None = None) -> Iterator[Running]:
    """Give a service that is ready, on a free port."""
    ready, told = os.pipe()
    command = [sys.executable, "-c", "from revenuer.cli.main import main; main()", "guard", "serve"]
    process = subprocess.Popen(
        [*command, "--port", "0", "--ready-fd", str(told), *options],
        pass_fds=[told],
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(revenuer.__file__).parents[1])},
    )
    os.close(told)
    with os.fdopen(ready) as lines:
        first = lines.readline()
    if not first:
        _, text = process.communicate(timeout=30)
        raise AssertionError(f"the service did not start: {text}")
    service = Running(process, int(json.loads(first)["port"]))
    try:
        yield service
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
