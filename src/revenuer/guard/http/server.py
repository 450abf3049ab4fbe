"""Runs the service: one process, one event loop, the chores beside it, and an orderly end."""

import asyncio
import contextlib
import logging
import os
import resource
import signal
import socket
import ssl
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec

from revenuer.guard.guard import Guard
from revenuer.guard.http.books import Books
from revenuer.guard.http.bounds import Bounds
from revenuer.guard.http.company import Company
from revenuer.guard.http.cork import Cork
from revenuer.guard.http.index_file import IndexFile
from revenuer.guard.http.metrics import Metrics
from revenuer.guard.http.service import Service
from revenuer.guard.http.watched import Watched
from revenuer.guard.memory_file import MemoryFile
from revenuer.records import MissingDependencyError, UsageError

try:
    import uvicorn

    from revenuer.guard.http.connection import Connection
except ImportError as missing:
    raise MissingDependencyError("the service needs uvicorn; pip install 'revenuer[guard]'") from missing

_SPARE_FILES = 128
"""File descriptors kept for files, the journal and the listener."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """`client_ca`: certificates of clients are verified against it; a client may still come without one, and then needs a key."""

    certificate: Path
    key: Path
    client_ca: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chores:
    """What is done beside answering: `flush_s`, `look_s` and `memory_s` are seconds between two flushes of the guard, two looks at
    `watched` and `index`, and two writings of `memory`."""

    guard: Guard
    watched: Sequence[Watched] = ()
    index: IndexFile | None = None
    memory: MemoryFile | None = None
    company: Company | None = None
    flush_s: float = 0.5
    look_s: float = 1.0
    memory_s: float = 600.0


class Bounded(uvicorn.Server):
    """uvicorn's server, with the chores, and an end that is no error."""

    def __init__(
        self,
        config: uvicorn.Config,
        bounds: Bounds,
        chores: Chores,
        books: Books,
        on_ready: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._bounds = bounds
        self._chores = chores
        self._books = books
        self._on_ready = on_ready
        self._tasks: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        loop = asyncio.get_running_loop()
        for name, chore in self._all_chores():
            task = loop.create_task(chore, name=name)
            task.add_done_callback(_tell_end)
            self._tasks.append(task)
        self._on_ready()

    def _all_chores(self) -> Iterator[tuple[str, Coroutine[Any, Any, None]]]:
        chores = self._chores
        if chores.company is not None:
            chores.company.fleet.start()
            yield "fleet", chores.company.fleet.attend()
        yield "flush", _every(chores.flush_s, self._books.flush)
        yield "look", _every(chores.look_s, self._look)
        if chores.index is not None:
            yield "index", _look_at(chores.index, chores.look_s)
        if chores.memory is not None:
            yield "memory", chores.memory.keep(chores.memory_s)
        yield "sweep", _every(min(1.0, self._bounds.read_s / 4), self._sweep)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        for task in self._tasks:
            task.cancel()
        if self._chores.company is not None:
            self._chores.company.fleet.close()
        self._books.flush()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in order on SIGTERM and SIGINT: a gateway's node that is drained has not failed."""
        before = {
            number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _look(self) -> None:
        for watched in self._chores.watched:
            watched.look()
        if self._chores.company is not None:
            self._chores.company.look()

    def _sweep(self) -> None:
        now = monotonic()
        for connection in list(self.server_state.connections):
            if isinstance(connection, Connection) and connection.late(now):
                connection.end()


def _tell_end(task: asyncio.Task[None]) -> None:
    """Log a chore that broke: nothing else would tell that it is not done any more."""
    if not task.cancelled() and (error := task.exception()) is not None:
        logging.getLogger("revenuer.guard").error(
            "a chore ended; start the service anew", exc_info=error, extra={"chore": task.get_name()}
        )


async def _every(seconds: float, chore: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(seconds)
        chore()


async def _look_at(index: IndexFile, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        await index.look()


def serve(
    service: Service,
    listener: socket.socket,
    bounds: Bounds,
    metrics: Metrics,
    chores: Chores,
    books: Books,
    *,
    tls: Tls | None = None,
    on_ready: Callable[[], None],
) -> None:
    """Answer on `listener` until SIGTERM or SIGINT; then finish what is in work, and flush."""
    options: dict[str, Any] = {}
    if tls is not None:
        options = {"ssl_certfile": str(tls.certificate), "ssl_keyfile": str(tls.key)}
        if tls.client_ca is not None:
            options |= {"ssl_ca_certs": str(tls.client_ca), "ssl_cert_reqs": ssl.CERT_OPTIONAL}
    config = uvicorn.Config(
        service,
        http=partial(Connection, bounds=bounds, metrics=metrics, at_once=service.at_once, cork=Cork()),  # type: ignore[arg-type]
        loop="uvloop",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        backlog=4096,
        timeout_keep_alive=bounds.idle_s,
        timeout_graceful_shutdown=bounds.drain_s,
        **options,
    )
    Bounded(config, bounds, chores, books, on_ready).run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to an address, port 0 = any free one. Raises UsageError where it cannot be had."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise UsageError(f"cannot listen on {host} port {port}: {error.strerror or error}") from error
    listener.setblocking(False)
    return listener


def raise_file_limit(connections: int) -> int:
    """Raise this process's limit on open files as far as it may, and return how many of `connections` that leaves room for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == resource.RLIM_INFINITY else max(1, min(connections, soft - _SPARE_FILES))


def tell(fd: int, address: tuple[Any, ...]) -> None:
    """Write the bound address to a file descriptor as one line of JSON, and close it: the service is ready."""
    os.write(fd, msgspec.json.encode({"host": address[0], "port": address[1]}) + b"\n")
    os.close(fd)
