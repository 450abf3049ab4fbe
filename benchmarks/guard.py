"""How many requests a second does the guard answer, beside a bare ASGI endpoint that reads the same bodies?

    python benchmarks/guard.py [--seconds 4] [--rounds 3] [--connections 32] [--accounts 5000] [--json FILE]

Two server processes are pinned to one core, the load to another; each round measures the bare endpoint and the guard in turn, so that
both see the same machine. The bare endpoint runs on the same uvicorn with uvloop and httptools, reads the body and answers JSON of the
guard's size. Load is a closed loop: each connection sends its next request when the answer is in. Prompts are the simulator's, of about
300 characters. Then the decision alone, in process. Latencies are those of the client, so they hold what the queue adds: with C connections
in a closed loop it is C times the time of one request.
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from revenuer.guard import Event, Guard, GuardState, Policy
from revenuer.guard.warm_up import warm_up
from revenuer.simulate.exercises import exams, tasks, word_problems

LENGTH = 300
SEED = 1
WARM_S = 1.0


def bodies(count: int, accounts: int) -> list[bytes]:
    """Return bodies for `POST /v1/decide`: prompts of about LENGTH characters over that many accounts."""
    rng = np.random.default_rng(SEED)
    texts = [*tasks(rng, count), *word_problems(rng, count), *exams(rng, count)]
    order = rng.permutation(len(texts))
    found = []
    for number in range(count):
        prompt, step = "", 0
        while len(prompt) < LENGTH:
            prompt += texts[order[(number + step * count) % len(texts)]] + " "
            step += 1
        account = int(rng.integers(accounts))
        event = {
            "account_id": f"account-{account:06d}",
            "model": "model-large",
            "client_ip": f"198.51.{account // 250 % 250}.{account % 250}",
            "user_agent": "client/1.4",
            "system_prompt": "You are a helpful assistant.",
            "prompt": prompt.strip(),
            "max_tokens": 1024,
            "temperature": 0.7,
        }
        found.append(json.dumps(event).encode())
    return found


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """The least that an ASGI application can do with a body."""
    message = await receive()
    while message.get("more_body"):
        message = await receive()
    await send({"type": "http.response.start", "status": 200, "headers": BARE_HEADERS})
    await send({"type": "http.response.body", "body": BARE_BODY})


BARE_BODY = b'{"answer":"' + b"x" * 205 + b'"}'
BARE_HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BARE_BODY))]


def serve_bare(listener: socket.socket, core: int) -> None:
    """Run the bare endpoint on one core until killed."""
    import uvicorn

    os.sched_setaffinity(0, {core})
    config = uvicorn.Config(
        bare, http="httptools", loop="uvloop", ws="none", lifespan="off", log_config=None, access_log=False,
        proxy_headers=False, server_header=False, date_header=False,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listener])


@contextlib.contextmanager
def bare_server(core: int) -> Iterator[int]:
    """Give the port of the bare endpoint."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        process = multiprocessing.get_context("fork").Process(target=serve_bare, args=(listener, core))
        process.start()
        port: int = listener.getsockname()[1]
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()
            process.join()


@contextlib.contextmanager
def guard_server(core: int, options: list[str]) -> Iterator[int]:
    """Give the port of `revenuer guard serve`."""
    ready, told = os.pipe()
    command = [
        sys.executable,
        "-c",
        "from revenuer.cli.main import main; main()",
        "guard",
        "serve",
        "--port",
        "0",
        "--ready-fd",
        str(told),
    ]
    process = subprocess.Popen([*command, *options], pass_fds=[told], stderr=subprocess.DEVNULL)
    os.sched_setaffinity(process.pid, {core})
    os.close(told)
    try:
        with os.fdopen(ready) as lines:
            yield int(json.loads(lines.readline())["port"])
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


class Client(asyncio.Protocol):
    """One connection in a closed loop. Knows that answers have a content-length and come one at a time."""

    def __init__(self, requests: list[bytes], first: int, took: list[float]) -> None:
        self._requests = requests
        self._next = first
        self._took = took
        self._began = 0.0
        self._buffer = b""
        self.bad = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._send()

    def _send(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(self._requests[self._next % len(self._requests)])
        self._next += 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        at = self._buffer.index(b"content-length: ") + 16
        length = int(self._buffer[at : self._buffer.index(b"\r\n", at)])
        if len(self._buffer) < end + 4 + length:
            return
        self._took.append(time.perf_counter() - self._began)
        self.bad += (
            not self._buffer.startswith(b"HTTP/1.1 200") or b"x-revenuer-failure" in self._buffer[:end]
        )
        self._buffer = b""
        self._send()


async def _load(port: int, requests: list[bytes], connections: int, seconds: float) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    took: list[float] = []
    clients = []
    for number in range(connections):
        start = number * len(requests) // connections
        made = await loop.create_connection(
            lambda start=start: Client(requests, start, took), "127.0.0.1", port
        )
        clients.append(made)
    await asyncio.sleep(WARM_S)
    took.clear()
    began = time.perf_counter()
    await asyncio.sleep(seconds)
    wall = time.perf_counter() - began
    sample = np.array(took)
    for transport, _ in clients:
        transport.abort()
    return {
        "per_s": len(sample) / wall,
        "p50_ms": float(np.quantile(sample, 0.5)) * 1e3,
        "p99_ms": float(np.quantile(sample, 0.99)) * 1e3,
        "bad": float(sum(client.bad for _, client in clients)),
    }


def load(
    core: int, port: int, path: str, payloads: list[bytes], connections: int, seconds: float
) -> dict[str, float]:
    """Return what the closed loop saw, from a process of its own."""
    head = f"POST {path} HTTP/1.1\r\nhost: guard\r\ncontent-type: application/json\r\ncontent-length: "
    requests = [f"{head}{len(body)}\r\n\r\n".encode() + body for body in payloads]
    receiver, sender = multiprocessing.Pipe(duplex=False)

    def work() -> None:
        import uvloop

        os.sched_setaffinity(0, {core})
        sender.send(uvloop.run(_load(port, requests, connections, seconds)))

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    result: dict[str, float] = receiver.recv()
    process.join()
    return result


def in_process(payloads: list[bytes], seconds: float) -> float:
    """Return microseconds of one `Guard.decide`, events ready-made."""
    guard = Guard(GuardState(Policy()))
    warm_up(guard)
    events = [
        msgspec.convert(
            {
                **json.loads(body),
                "request_id": f"r{number}",
                "timestamp": 1_780_000_000_000_000 + number * 1000,
            },
            Event,
        )
        for number, body in enumerate(payloads)
    ]
    done = 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        for event in events:
            guard.decide(event)
        done += len(events)
    return (time.perf_counter() - began) / done * 1e6


def measured(arguments: argparse.Namespace) -> dict[str, Any]:
    cores = sorted(os.sched_getaffinity(0))
    server, client = cores[0], cores[-1]
    payloads = bodies(arguments.requests, arguments.accounts)
    rounds = []
    with bare_server(server) as bare_port, guard_server(server, arguments.option) as guard_port:
        for _ in range(arguments.rounds):
            pair = {
                name: load(client, port, "/v1/decide", payloads, arguments.connections, arguments.seconds)
                for name, port in (("bare", bare_port), ("guard", guard_port))
            }
            rounds.append(pair)
            print(
                line("bare", pair["bare"]),
                line("guard", pair["guard"]),
                f"ratio {ratio(pair):.2f}",
                sep=" | ",
                file=sys.stderr,
            )
    return {
        "cores": len(cores),
        "body_bytes": statistics.mean(map(len, payloads)),
        "rounds": rounds,
        "ratio": statistics.median(map(ratio, rounds)),
        "decide_us": in_process(payloads, arguments.seconds),
    }


def ratio(pair: dict[str, dict[str, float]]) -> float:
    return pair["guard"]["per_s"] / pair["bare"]["per_s"]


def line(name: str, seen: dict[str, float]) -> str:
    return f"{name} {seen['per_s']:8,.0f}/s p50 {seen['p50_ms']:.2f} p99 {seen['p99_ms']:.2f} ms bad {seen['bad']:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--accounts", type=int, default=5000)
    parser.add_argument("--requests", type=int, default=5000, help="different bodies")
    parser.add_argument(
        "--option", action="append", default=[], help="handed to `revenuer guard serve`; repeat"
    )
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    result = measured(arguments)
    print(
        f"median ratio {result['ratio']:.2f}, {result['body_bytes']:.0f} bytes a body, {result['decide_us']:.1f} us a decision in process"
    )
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
