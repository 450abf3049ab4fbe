"""One client's connection: uvicorn's, with the bounds that uvicorn lacks."""

import asyncio
import ssl
from time import monotonic
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from revenuer.guard.http.answer import CLOSE, fault
from revenuer.guard.http.asgi import ARRIVED, HEAD_TOO_LARGE, SUBJECT, WAITING
from revenuer.guard.http.bounds import Bounds
from revenuer.guard.http.metrics import Metrics

MAX_PIPELINED = 16
"""Requests that may wait behind another on one connection; gateways send none. uvicorn sets no bound: a client that asks and never
listens would fill the memory."""

_SLOW = fault(408, "the request did not arrive whole in time; send it faster", CLOSE)


class Connection(HttpToolsProtocol):
    """Counts headers, stamps arrivals, and knows since when a request has been on its way; `Bounded` closes those that take too long.

    Attacker's moves: one byte now and then, in the head, in the body, or as empty lines between requests; none of them moves the
    stamp, which only a whole request clears. Or to ask and never take the answers, until all of what may be in work is.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        bounds: Bounds,
        metrics: Metrics,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._bounds = bounds
        self._metrics = metrics
        self._head = 0
        self._in_head = True
        self._subject: str | None = None
        self.since: float | None = monotonic()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self._bounds.connections:
            self._metrics.refused("connections")
            transport.abort()
            return
        self._subject = _subject(transport.get_extra_info("ssl_object"))

    def data_received(self, data: bytes) -> None:
        if self.since is None:
            self.since = monotonic()
        if self._in_head:
            self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > self._bounds.head_bytes and not self.transport.is_closing():
            self._metrics.refused("head")
            self._say(fault(431, "the request has larger headers than are read; send less", CLOSE))

    def on_message_begin(self) -> None:
        if self.since is None:
            self.since = monotonic()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        if len(self.pipeline) >= MAX_PIPELINED:
            if not self.transport.is_closing():
                self._metrics.refused("pipeline")
                self.transport.abort()
            return
        scope: Any = self.scope
        size = sum(len(name) + len(value) for name, value in self.headers)
        if len(self.headers) > self._bounds.headers or size > self._bounds.head_bytes:
            scope[HEAD_TOO_LARGE] = True
        scope[WAITING] = len(self.tasks)
        if self._subject is not None:
            scope[SUBJECT] = self._subject
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head = True
        self._head = 0
        self.since = None
        scope: Any = self.scope
        scope[ARRIVED] = monotonic()
        super().on_message_complete()

    def late(self, now: float) -> bool:
        """Return whether a request, or the client's taking of its answer, has been on the way for longer than is allowed."""
        limit = self._bounds.read_s
        if self.since is not None:
            return now - self.since > limit
        if self.cycle is None or self.cycle.response_complete:
            return False
        scope: Any = self.cycle.scope
        return bool(now - scope.get(ARRIVED, now) > limit)

    def end(self) -> None:
        """Close the connection of a request that takes too long."""
        self._metrics.refused("slow")
        if self.since is None or self.transport.is_closing():
            self.transport.abort()
        else:
            self._say(_SLOW)

    def _say(self, answer: Any) -> None:
        """Send an answer to what is no whole request yet, and close."""
        start = answer.start()
        lines = [b"HTTP/1.1 %d Refused" % answer.status]
        lines += [name + b": " + value for name, value in start["headers"]]
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self.transport.write(b"\r\n".join([*lines, b"", answer.body]))
        self.transport.close()


def _subject(tls: ssl.SSLObject | None) -> str | None:
    """Return the common name of the client's certificate, which TLS has verified; None without one."""
    certificate = tls.getpeercert() if tls is not None else None
    if not certificate:
        return None
    parts: Any = certificate.get("subject", ())
    names = [value for part in parts for name, value in part if name == "commonName"]
    return str(names[0]) if len(names) == 1 else None
