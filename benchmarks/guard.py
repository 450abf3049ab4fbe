"""How many requests a second does the guard answer, beside a bare ASGI endpoint that reads the same bodies?

    python benchmarks/guard.py [--seconds 4] [--rounds 3] [--connections 32] [--accounts 1000000] [--suspects 0.1] [--json FILE]
    python benchmarks/guard.py --soak 30 --accounts 1000000

Two server processes are pinned to one core, the load to another; each round measures the bare endpoint and the guard in turn, so that
both see the same machine. The bare endpoint runs on the same uvicorn with uvloop and httptools, reads the body and answers JSON of the
guard's size. The guard has its journal, metrics and memory on, and starts with a ledger of so many accounts. Load is a closed loop: each
connection sends its next request when the answer is in; no two requests are alike. Then the decision alone, in process. Latencies are
those of the client, so they hold what the queue adds: with C connections in a closed loop it is C times the time of one request.
`--soak` sends for so many minutes and prints a line every ten seconds: memory must stay flat.
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
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from guard_traffic import Traffic, full_ledger
from revenuer.guard import Guard, GuardState, Policy
from revenuer.guard.http.wire import EventIn
from revenuer.guard.memory import load_memory
from revenuer.guard.warm_up import warm_up

WARM_S = 1.0
CHUNK = 200
"""Decisions timed together."""


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
def guard_server(core: int, options: list[str], folder: Path) -> Iterator[tuple[int, int]]:
    """Give port and process id of `revenuer guard serve`."""
    ready, told = os.pipe()
    program = "from revenuer.cli.main import main; main()"
    command = [sys.executable, "-c", program, "guard", "serve", "--port", "0", "--ready-fd", str(told)]
    books = ["--journal", str(folder / "journal"), "--memory", str(folder / "memory")]
    process = subprocess.Popen(
        [*command, *books, *options], pass_fds=[told], stderr=(folder / "log").open("wb")
    )
    os.sched_setaffinity(process.pid, {core})
    os.close(told)
    try:
        with os.fdopen(ready) as lines:
            first = lines.readline()
        if not first:
            raise RuntimeError((folder / "log").read_text())
        yield int(json.loads(first)["port"]), process.pid
    finally:
        process.terminate()
        process.wait()


def resident(pid: int) -> dict[str, float]:
    """Return MiB that a process holds now, and held at most."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    held = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith(("VmRSS", "VmHWM"))}
    return {"rss_mib": int(held["VmRSS"]) / 1024, "peak_mib": int(held["VmHWM"]) / 1024}


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

    def __init__(self, request: Callable[[], bytes], took: list[float], failed: Counter[str]) -> None:
        self._request = request
        self._took = took
        self._failed = failed
        self._began = 0.0
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._send()

    def _send(self) -> None:
        request = self._request()
        self._began = time.perf_counter()
        self._transport.write(request)

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
        head = self._buffer[:end]
        if b"x-revenuer-failure: " in head:
            self._failed[head.split(b"x-revenuer-failure: ")[1].split(b"\r\n")[0].decode()] += 1
        elif not head.startswith(b"HTTP/1.1 200"):
            self._failed[head[9:12].decode()] += 1
        self._buffer = b""
        self._send()


class Load:
    """Keeps `connections` busy on a port with `traffic`, one request after another."""

    def __init__(self, port: int, path: str, traffic: Traffic, first: int) -> None:
        self._port = port
        self._traffic = traffic
        self._head = f"POST {path} HTTP/1.1\r\nhost: guard\r\ncontent-type: application/json\r\ncontent-length: ".encode()
        self._number = first
        self.took: list[float] = []
        self.failed: Counter[str] = Counter()

    def request(self) -> bytes:
        self._number += 1
        body = self._traffic.body(self._number)
        return b"%b%d\r\n\r\n%b" % (self._head, len(body), body)

    async def begin(self, connections: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            await loop.create_connection(
                lambda: Client(self.request, self.took, self.failed), "127.0.0.1", self._port
            )

    async def seen(self, seconds: float) -> dict[str, Any]:
        """Return what the next seconds bring."""
        self.took.clear()
        self.failed.clear()
        began = time.perf_counter()
        await asyncio.sleep(seconds)
        wall = time.perf_counter() - began
        sample = np.array(self.took)
        return {
            "per_s": len(sample) / wall,
            "p50_ms": float(np.quantile(sample, 0.5)) * 1e3,
            "p99_ms": float(np.quantile(sample, 0.99)) * 1e3,
            "failed": dict(self.failed),
        }


def in_child(core: int, work: Callable[[], Any]) -> Iterator[Any]:
    """Give what `work`, a coroutine function's async generator, yields in a process of its own on one core."""
    receiver, sender = multiprocessing.Pipe(duplex=False)

    def run() -> None:
        import uvloop

        async def forward() -> None:
            async for found in work():
                sender.send(found)
            sender.send(None)

        os.sched_setaffinity(0, {core})
        uvloop.run(forward())

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    while (found := receiver.recv()) is not None:
        yield found
    process.terminate()
    process.join()


def load(
    core: int, port: int, traffic: Traffic, first: int, connections: int, seconds: float, times: int = 1
) -> Iterator[dict[str, Any]]:
    """Give what the closed loop saw, `times` times."""

    async def work() -> Any:
        loop = Load(port, "/v1/decide", traffic, first)
        await loop.begin(connections)
        await asyncio.sleep(WARM_S)
        for _ in range(times):
            yield await loop.seen(seconds)

    yield from in_child(core, work)


def in_process(traffic: Traffic, memory: Path, count: int) -> dict[str, float]:
    """Return microseconds of one `Guard.decide`, events ready-made: of all, and of people's and the operator's apart."""
    guard = Guard(GuardState(Policy()))
    if memory.exists():
        load_memory(memory, guard.state)
    warm_up(guard)
    decode = msgspec.json.Decoder(EventIn).decode
    events = [
        decode(traffic.body(number)).event(1_780_000_000_000_000 + number * 1000, f"r{number}")
        for number in range(count)
    ]
    for event in events[: count // 2]:
        guard.decide(event)
    rest = events[count // 2 :]
    people = [event for event in rest if event.account_id.startswith("account")]
    operator = [event for event in rest if not event.account_id.startswith("account")]
    return {
        "people_us": _quiet(guard, people),
        "operator_us": _quiet(guard, operator),
        "suspects": len(guard.state.books.suspects),
        "pools": len(guard.state.books.pools),
    }


def _quiet(guard: Guard, events: list[Any]) -> float:
    """Return the median over chunks, so that what else the machine does now and then counts little."""
    took = []
    for start in range(0, len(events) - CHUNK + 1, CHUNK):
        began = time.perf_counter()
        for event in events[start : start + CHUNK]:
            guard.decide(event)
        took.append((time.perf_counter() - began) / CHUNK * 1e6)
    return statistics.median(took) if took else 0.0


def measured(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    cores = sorted(os.sched_getaffinity(0))
    server, client = cores[0], cores[-1]
    traffic = Traffic(arguments.accounts, arguments.suspects)
    rounds = []
    with bare_server(server) as bare_port, guard_server(server, arguments.option, folder) as (port, pid):
        started = resident(pid)
        for number in range(arguments.rounds):
            first = number * 10**7
            pair = {
                name: next(
                    iter(load(client, where, traffic, first, arguments.connections, arguments.seconds))
                )
                for name, where in (("bare", bare_port), ("guard", port))
            }
            rounds.append(pair)
            told = f"{line('bare', pair['bare'])} | {line('guard', pair['guard'])} | ratio {ratio(pair):.2f}"
            print(told, file=sys.stderr)
        held = resident(pid)
    return {
        "cores": len(cores),
        "body_bytes": statistics.mean(len(traffic.body(number)) for number in range(1000)),
        "rounds": rounds,
        "ratio": statistics.median(map(ratio, rounds)),
        "started": started,
        "held": held,
        "decide": in_process(traffic, folder / "memory", 20_000),
    }


def soak(arguments: argparse.Namespace, folder: Path) -> None:
    """Print memory, rate and latency every ten seconds, for `--soak` minutes."""
    cores = sorted(os.sched_getaffinity(0))
    traffic = Traffic(arguments.accounts, arguments.suspects)
    often = ["--memory-minutes", "1"]
    with guard_server(cores[0], [*often, *arguments.option], folder) as (port, pid):
        times = round(arguments.soak * 6)
        seen_all = load(cores[-1], port, traffic, 0, arguments.connections, 10.0, times)
        for number, seen in enumerate(seen_all, 1):
            held = resident(pid)
            disk = sum(file.stat().st_size for file in folder.glob("journal*")) / 2**20
            print(
                f"{number * 10:5d} s rss {held['rss_mib']:7.1f} MiB peak {held['peak_mib']:7.1f} journal {disk:6.1f} MiB | {line('guard', seen)}",
                flush=True,
            )


def ratio(pair: dict[str, dict[str, Any]]) -> float:
    return float(pair["guard"]["per_s"] / pair["bare"]["per_s"])


def line(name: str, seen: dict[str, Any]) -> str:
    failed = " ".join(f"{why} {count}" for why, count in sorted(seen["failed"].items())) or "none"
    return f"{name} {seen['per_s']:8,.0f}/s p50 {seen['p50_ms']:.2f} p99 {seen['p99_ms']:.2f} ms failed: {failed}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--accounts", type=int, default=5000, help="in the ledger from the start")
    parser.add_argument("--suspects", type=float, default=0.1, help="share of the operator's requests")
    parser.add_argument("--soak", type=float, default=0.0, metavar="MINUTES")
    parser.add_argument(
        "--option", action="append", default=[], help="handed to `revenuer guard serve`; repeat"
    )
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="revenuer-guard-") as name:
        folder = Path(name)
        # In a process of its own, so that what it takes is not this one's for good.
        made = multiprocessing.get_context("fork").Process(
            target=full_ledger, args=(folder / "memory", arguments.accounts)
        )
        made.start()
        made.join()
        if arguments.soak:
            soak(arguments, folder)
            return
        result = measured(arguments, folder)
    decide, held = result["decide"], result["held"]
    print(
        f"median ratio {result['ratio']:.2f}, {result['body_bytes']:.0f} bytes a body; {arguments.accounts} accounts: {held['rss_mib']:.0f} MiB, "
        f"at most {held['peak_mib']:.0f}; in process {decide['people_us']:.1f} us for people, {decide['operator_us']:.1f} for the operator "
        f"({decide['suspects']} suspects, {decide['pools']} pools)"
    )
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
