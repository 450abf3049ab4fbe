"""Does the TAXII server lose or double an object under load, and how long does a page of 100 objects take?

    python benchmarks/share_taxii.py [--objects 1000000] [--clients 50] [--writers 5] [--minutes 10] [--workers 2] [--floor-s 30]
                                     [--store sqlite|postgresql://...] [--json FILE]

A store is filled with so many indicators of 1 KB, then `revenuer share serve` runs with so many worker processes, and in one further process the
clients page through the collection by `next`, each from the start and again when it is through, in a closed loop (the next request goes out when the answer is in), while the
writers post new objects. All of it shares the machine's cores. Each client hashes the bytes of every object it gets, in order. When the writers have stopped, every
client reads on by `added_after` to the end. Then the store is read directly: its objects, in the order of date_added, must hash at each client's count to that
client's hash (none lost, none doubled, none changed, none out of order), and every object whose post was acknowledged must be in it, once.

The floor is a bare ASGI endpoint that returns a body of a page's size, on the same uvicorn, with as many processes, asked by the same clients, before and after.
"""

import argparse
import asyncio
import base64
import contextlib
import hashlib
import json
import multiprocessing
import os
import resource
import socket
import sqlite3
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import uvicorn
import uvloop

from builders.taxii import TAXII, make_house, serving, tokens
from revenuer.share.taxii.intake import Offered
from revenuer.share.taxii.open_store import open_store
from revenuer.share.taxii.serve import listen
from revenuer.share.taxii.stored import FOREVER, Post, Query

PAGE = 100
PREFILL = 2000
WRITE = 20
WRITE_PAUSE_S = 0.5
PADDING = "x" * 560


def body_of(name: str, number: int) -> bytes:
    """Return an indicator of about 1 KB, in canonical form."""
    return (
        f'{{"created":"2026-01-01T00:00:00.000Z","description":"{PADDING}","id":"{name}",'
        '"indicator_types":["malicious-activity"],"modified":"2026-01-01T00:00:00.000Z","name":"address of a campaign",'
        f'"object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],'
        f'"pattern":"[ipv4-addr:value = \'198.18.{number >> 8 & 255}.{number & 255}\']",'
        '"pattern_type":"stix","spec_version":"2.1","type":"indicator","valid_from":"2026-01-01T00:00:00Z"}'
    ).encode()


def fill(address: str, folder: Path, collection: str, count: int) -> None:
    store = open_store(address, folder)
    for start in range(0, count, PREFILL):
        part = []
        for number in range(start, min(start + PREFILL, count)):
            name = f"indicator--{uuid.uuid4()}"
            body = body_of(name, number)
            part.append(
                Offered(
                    id=name,
                    type="indicator",
                    version=1_767_225_600_000_000,
                    body=body,
                    sha256=hashlib.sha256(body).digest(),
                )
            )
        store.post(
            Post(
                collection=collection,
                objects=part,
                partner="",
                now=time.time_ns() // 1000,
                status_id=str(start),
                tell=lambda _: b"{}",
            )
        )
    store.close()


class Wire(asyncio.Protocol):
    """One kept-alive HTTP connection; as little work as an answer allows."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._needed = 0
        self._head = b""
        self._done: asyncio.Future[tuple[bytes, bytes]] | None = None
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer
        buffer += data
        if not self._needed:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self._head = bytes(buffer[: end + 2]).lower()
            at = self._head.index(b"content-length: ") + 16
            self._needed = end + 4 + int(self._head[at : self._head.index(b"\r", at)])
        if len(buffer) >= self._needed and self._done is not None:
            body = bytes(memoryview(buffer)[self._head.__len__() + 2 : self._needed])
            buffer.clear()
            self._needed = 0
            done, self._done = self._done, None
            done.set_result((self._head, body))

    def ask(self, request: bytes) -> "asyncio.Future[tuple[bytes, bytes]]":
        self._done = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._done


@dataclass
class Pass:
    """What one client got from the start on: how many objects, and the hash of their bytes in order."""

    count: int = 0
    digest: Any = field(default_factory=hashlib.sha256)


@dataclass
class Load:
    """`full_s`: how long each page of 100 objects took, from the request's first byte to the answer's last."""

    port: int
    path: str
    authorization: str
    clients: int
    until: float
    full_s: list[float] = field(default_factory=list)
    passes: list[tuple[int, str]] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    writers_left: int = 0

    def head(self, query: str) -> bytes:
        return (
            f"GET {self.path}?limit={PAGE}{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {TAXII}\r\nAuthorization: {self.authorization}\r\n\r\n"
        ).encode()


async def connect(port: int) -> Wire:
    _, wire = await asyncio.get_running_loop().create_connection(Wire, "127.0.0.1", port)
    return wire


async def page_client(load: Load) -> None:
    wire = await connect(load.port)
    one, query = Pass(), ""
    while True:
        started = time.perf_counter()
        head, body = await wire.ask(load.head(query))
        took = time.perf_counter() - started
        if not head.startswith(b"http/1.1 200"):
            load.errors.append(f"{head[:40]!r} {body[:300]!r}")
            return
        count, following, last = take(one, head, body)
        if count == PAGE:
            load.full_s.append(took)
        if following:
            query = f"&next={following}"
            continue
        over = time.monotonic() >= load.until
        if over and not load.writers_left and not count:
            load.passes.append((one.count, one.digest.hexdigest()))
            load.ends.append(one.count)
            return
        if over or last is None:
            query = f"&added_after={last}" if last else query
            if not count:
                await asyncio.sleep(0.05)
            continue
        load.passes.append((one.count, one.digest.hexdigest()))
        one, query = Pass(), ""


def take(one: Pass, head: bytes, body: bytes) -> tuple[int, str, str | None]:
    """Add a page to what the client has; return its objects, the next token, and the last date."""
    if body == b"{}":
        return 0, "", None
    start = body.index(b'"objects":[') + 11
    opening = body[:start]
    count = body.count(b'"spec_version":', start)
    one.count += count
    one.digest.update(memoryview(body)[start:-2])
    one.digest.update(b",")
    following = ""
    if b'"next":"' in opening:
        at = opening.index(b'"next":"') + 8
        following = opening[at : opening.index(b'"', at)].decode()
    at = head.index(b"x-taxii-date-added-last: ") + 25
    return count, following, head[at : head.index(b"\r", at)].decode().upper()


async def write_client(load: Load) -> None:
    wire = await connect(load.port)
    number = 0
    try:
        while time.monotonic() < load.until:
            names = [f"indicator--{uuid.uuid4()}" for _ in range(WRITE)]
            body = (
                b'{"objects":[' + b",".join(body_of(name, number + n) for n, name in enumerate(names)) + b"]}"
            )
            number += WRITE
            request = (
                f"POST {load.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {TAXII}\r\nContent-Type: {TAXII}\r\n"
                f"Authorization: {load.authorization}\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode()
            head, answer = await wire.ask(request + body)
            if not head.startswith(b"http/1.1 202") or json.loads(answer)["success_count"] != WRITE:
                load.errors.append(f"{head[:40]!r} {answer[:300]!r}")
                return
            load.acknowledged += names
            await asyncio.sleep(WRITE_PAUSE_S)
    finally:
        load.writers_left -= 1


async def bare_client(load: Load) -> None:
    wire = await connect(load.port)
    one = Pass()
    while time.monotonic() < load.until:
        started = time.perf_counter()
        head, body = await wire.ask(load.head(""))
        load.full_s.append(time.perf_counter() - started)
        take(one, head, body)


async def run_load(load: Load, writers: int, client: Any) -> None:
    load.writers_left = writers
    tasks = [client(load) for _ in range(load.clients)] + [write_client(load) for _ in range(writers)]
    await asyncio.gather(*tasks)


def measure(load: Load, writers: int, client: Any) -> dict[str, float]:
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.monotonic()
    uvloop.run(run_load(load, writers, client))
    took = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    times = sorted(load.full_s)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "seconds": round(took, 1),
        "pages": len(times),
        "pages_per_s": round(len(times) / took, 1),
        **{
            f"p{part:g}_ms": round(1000 * times[min(len(times) - 1, int(len(times) * part / 100))], 2)
            for part in (50, 95, 99, 99.9)
            if times
        },
        "client_cpu_ms_per_page": round(1000 * spent / max(1, len(times)), 3),
    }


def bare_worker(listener: socket.socket, body: bytes) -> None:
    headers = [
        (b"content-type", TAXII.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"x-taxii-date-added-first", b"2026-01-01T00:00:00.000000Z"),
        (b"x-taxii-date-added-last", b"2026-01-01T00:00:00.000000Z"),
    ]

    async def bare(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    config = uvicorn.Config(
        bare,
        http="httptools",
        loop="uvloop",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
    )
    uvicorn.Server(config).run(sockets=[listener])


@contextlib.contextmanager
def bare_server(workers: int, body: bytes) -> Iterator[int]:
    sockets = listen("127.0.0.1", 0, workers)
    fork = multiprocessing.get_context("fork")
    processes = [fork.Process(target=bare_worker, args=(one, body)) for one in sockets]
    for process in processes:
        process.start()
    port = sockets[0].getsockname()[1]
    for one in sockets:
        one.close()
    time.sleep(1.0)
    try:
        yield port
    finally:
        for process in processes:
            process.kill()
            process.join()


def check(address: str, folder: Path, collection: str, load: Load, prefilled: int) -> dict[str, object]:
    """Read the store directly, and compare every client's count and hash with it."""
    wanted = {count for count, _ in load.passes}
    prefix: dict[int, str] = {0: hashlib.sha256().hexdigest()}
    names: set[bytes] = set()
    digest, count, after = hashlib.sha256(), 0, -FOREVER
    store = open_store(address, folder)
    while True:
        page = store.page(Query(collection=collection, after=after, limit=5000, most_bytes=1 << 30))
        for row in page.rows:
            digest.update(row.body)
            digest.update(b",")
            count += 1
            names.add(row.id.encode())
            if count in wanted:
                prefix[count] = digest.hexdigest()
        if not page.rows:
            break
        after = page.rows[-1].added
    responses = 0
    while part := store.served(responses, 100_000):
        responses = part[-1][0]
    store.close()
    lost = sum(name.encode() not in names for name in load.acknowledged)
    wrong = sum(prefix.get(reached) != found for reached, found in load.passes)
    return {
        "objects_in_store": count,
        "distinct_ids": len(names),
        "prefilled": prefilled,
        "acknowledged": len(load.acknowledged),
        "acknowledged_lost": lost,
        "passes": len(load.passes),
        "passes_with_another_hash": wrong,
        "clients_at_the_end": sum(end == count for end in load.ends),
        "responses_recorded": responses,
        "sound": not lost and not wrong and len(names) == count and len(load.ends) == load.clients
        and all(end == count for end in load.ends) and count >= prefilled + len(load.acknowledged) and not load.errors,
    }  # fmt: skip


def cpu_of(pids: list[int]) -> float:
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0.0
    for pid in pids:
        with contextlib.suppress(OSError):
            parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += (int(parts[11]) + int(parts[12])) / ticks
    return total


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(int(one) for one in found)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--objects", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--writers", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--floor-s", type=float, default=30.0)
    parser.add_argument("--store", default="sqlite")
    parser.add_argument("--folder", type=Path, help="Where the store lies; a temporary folder without.")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        result = run(options, Path(name))
    text = json.dumps(result, indent=2)
    print(text)
    if options.json is not None:
        options.json.write_text(text + "\n")
    sys.exit(0 if result["check"]["sound"] else 1)


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    address = "sqlite:taxii.sqlite" if options.store == "sqlite" else options.store
    house = make_house(folder / "house", store=address, limits="requests_per_min = 1e9\nburst = 1000000000")
    from revenuer.share.taxii.read_settings import read_settings

    collection = read_settings(house, {}).collections["both"].id
    token = tokens(house)["lab-b"]
    authorization = "Basic " + base64.b64encode(f"lab-b:{token}".encode()).decode()
    started = time.monotonic()
    fill(address, house.folder, collection, options.objects)
    filled_s = time.monotonic() - started
    path = "/api/collections/both/objects/"
    sample = (
        b'{"more":true,"objects":['
        + b",".join(body_of(f"indicator--{uuid.uuid4()}", n) for n in range(PAGE))
        + b"]}"
    )

    def floor() -> dict[str, float]:
        with bare_server(options.workers, sample) as port:
            load = Load(port, path, authorization, options.clients, time.monotonic() + options.floor_s)
            return measure(load, 0, bare_client)

    first_floor = floor()
    with serving(house, "--workers", str(options.workers), log=folder / "log") as (process, url):
        load = Load(
            int(url.rpartition(":")[2]),
            path,
            authorization,
            options.clients,
            time.monotonic() + options.minutes * 60,
        )
        pids = children(process.pid)
        before = cpu_of(pids)
        served = measure(load, options.writers, page_client)
        served["server_cpu_ms_per_page"] = round(1000 * (cpu_of(pids) - before) / max(1, served["pages"]), 3)
    second_floor = floor()
    return {
        "sqlite": sqlite3.sqlite_version,
        "cores": len(os.sched_getaffinity(0)),
        "page_bytes": len(sample),
        "filled_s": round(filled_s, 1),
        "floor": [first_floor, second_floor],
        "served": served,
        "check": check(address, house.folder, collection, load, options.objects),
        "errors": load.errors[:5],
    }


if __name__ == "__main__":
    main()
