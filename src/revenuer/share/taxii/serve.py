"""Runs the server: a socket for each worker process, the workers, and an orderly end."""

import asyncio
import contextlib
import logging
import multiprocessing
import os
import resource
import signal
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any

from revenuer.records import MissingDependencyError, UsageError
from revenuer.share.taxii.assemble import HouseServer

try:
    import uvicorn

    from revenuer.share.taxii.connection import TaxiiConnection
except ImportError as missing:
    raise MissingDependencyError(
        "the server needs uvicorn and httptools; pip install 'revenuer[share]'"
    ) from missing

_LOG = "revenuer.share.taxii"
_SPARE_FILES = 128
_TIDY_S = 3600.0
_RESTART_S = 0.5
_TURN_S = 0.001
"""How long a thread that reads a post may keep the interpreter from the one that answers; Python's own five milliseconds show in every page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """`client_ca`: certificates of clients are verified against it; a client may come without one, and then needs a token."""

    certificate: Path
    key: Path
    client_ca: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`request_s`: in which a request must have arrived, and its answer been taken. `connections`, `head_bytes`: bounds of each worker."""

    host: str = "127.0.0.1"
    port: int = 8443
    workers: int = 1
    tls: Tls | None = None
    connections: int = 1024
    head_bytes: int = 32_768
    request_s: float = 30.0
    drain_s: int = 10


class _Server(uvicorn.Server):
    """uvicorn's server, with its chores, and an end that is no error."""

    def __init__(
        self, config: uvicorn.Config, app: HouseServer, request_s: float, ready: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._app, self._request_s, self._ready = app, request_s, ready
        self._chore: asyncio.Task[None] | None = None
        self._parent = os.getppid()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._chore = asyncio.get_running_loop().create_task(self._chores())
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        if self._chore is not None:
            self._chore.cancel()
        self._app.close()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in order on SIGTERM and SIGINT: a server that is drained has not failed."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle_exit)
        yield

    async def _chores(self) -> None:
        tidied = -_TIDY_S
        while True:
            now = time.monotonic()
            if os.getppid() != self._parent:
                # Whoever started this process is gone without a word; nobody else would end it.
                self.should_exit = True
            for connection in list(self.server_state.connections):
                if isinstance(connection, TaxiiConnection):
                    connection.sweep(now, self._request_s)
            if now - tidied >= _TIDY_S:
                tidied = now
                await asyncio.to_thread(self._app.tidy)
            await asyncio.sleep(min(1.0, self._request_s / 4))


def serve(make: Callable[[], HouseServer], options: Options, ready: Callable[[str, int], None]) -> None:
    """Answer until SIGTERM or SIGINT. `make` builds the application in each worker; `ready` is called with the address once all can answer.

    A worker that dies is started anew. Raises UsageError where the address cannot be had.
    """
    sockets = listen(options.host, options.port, options.workers)
    host, port = sockets[0].getsockname()[:2]
    _raise_file_limit(options.connections)
    if options.workers == 1:
        _work(make, options, sockets[0], lambda: ready(host, port))
        return
    _Crew(make, options, sockets).run(lambda: ready(host, port))


class _Crew:
    """Worker processes, each with a socket of its own: the kernel deals connections out among them evenly."""

    def __init__(
        self, make: Callable[[], HouseServer], options: Options, sockets: list[socket.socket]
    ) -> None:
        self._make, self._options, self._sockets = make, options, sockets
        self._fork = multiprocessing.get_context("fork")
        self._workers: dict[int, BaseProcess] = {}
        self._stopping = False

    def run(self, ready: Callable[[], None]) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        started = self._fork.Semaphore(0)
        for place in range(len(self._sockets)):
            self._start(place, partial(_release, started))
        if self._all_started(started):
            ready()
        while not self._stopping:
            self._replace_dead()
            time.sleep(_RESTART_S)
        for worker in self._workers.values():
            worker.join(self._options.drain_s + 10)
            if worker.is_alive():
                worker.kill()

    def _all_started(self, started: Any) -> bool:
        """Wait until every worker can answer; False if we are to stop. Raises UsageError if one ends before."""
        left = len(self._workers)
        while left and not self._stopping:
            left -= bool(started.acquire(timeout=0.1))
            if any(not worker.is_alive() for worker in self._workers.values()):
                self._stop(0, None)
                raise UsageError("a worker ended before it could answer; its log says why")
        return not self._stopping

    def _start(self, place: int, ready: Callable[[], None]) -> None:
        worker = self._fork.Process(
            target=_work,
            args=(self._make, self._options, self._sockets[place], ready),
            name=f"worker-{place}",
        )
        worker.start()
        self._workers[place] = worker

    def _replace_dead(self) -> None:
        for place, worker in list(self._workers.items()):
            if not worker.is_alive() and not self._stopping:
                logging.getLogger(_LOG).error(
                    "worker %d ended with %s; starting another", place, worker.exitcode
                )
                self._start(place, _nothing)

    def _stop(self, _: int, __: FrameType | None) -> None:
        self._stopping = True
        for worker in self._workers.values():
            if worker.is_alive() and worker.pid is not None:
                os.kill(worker.pid, signal.SIGTERM)


def _work(
    make: Callable[[], HouseServer], options: Options, listener: socket.socket, ready: Callable[[], None]
) -> None:
    sys.setswitchinterval(_TURN_S)
    app = make()
    config = uvicorn.Config(
        app,
        http=partial(TaxiiConnection, head_bytes=options.head_bytes, connections=options.connections),  # type: ignore[arg-type]
        loop=_loop(),
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=2048,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=options.drain_s,
        **_tls_options(options.tls),
    )
    _Server(config, app, options.request_s, ready).run(sockets=[listener])


def _loop() -> Any:
    try:
        import uvloop  # noqa: F401
    except ImportError:
        return "asyncio"
    return "uvloop"


def _tls_options(tls: Tls | None) -> dict[str, Any]:
    if tls is None:
        return {}
    found: dict[str, Any] = {"ssl_certfile": str(tls.certificate), "ssl_keyfile": str(tls.key)}
    if tls.client_ca is not None:
        found |= {"ssl_ca_certs": str(tls.client_ca), "ssl_cert_reqs": ssl.CERT_OPTIONAL}
    return found


def listen(host: str, port: int, count: int) -> list[socket.socket]:
    """Return `count` sockets bound to one address, port 0 = any free one. Raises UsageError where it cannot be had."""
    sockets: list[socket.socket] = []
    try:
        for _ in range(count):
            family, _, _, _, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            listener = socket.socket(family, socket.SOCK_STREAM)
            sockets.append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if count > 1:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.bind(address)
            port = listener.getsockname()[1]
            listener.setblocking(False)
    except OSError as error:
        for one in sockets:
            one.close()
        raise UsageError(f"cannot listen on {host} port {port}: {error.strerror or error}") from error
    return sockets


def _raise_file_limit(connections: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
        )


def _release(started: Any) -> None:
    started.release()


def _nothing() -> None:
    return
