"""One client's connection: uvicorn's, with the bounds that uvicorn lacks."""

import asyncio
import ssl
from collections.abc import Callable
from time import monotonic
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from revenuer.guard.http.answer import CLOSE, Answer, fault
from revenuer.guard.http.asgi import ARRIVED, HEAD_TOO_LARGE, SUBJECT, WAITING, Scope
from revenuer.guard.http.bounds import Bounds
from revenuer.guard.http.cork import Cork
from revenuer.guard.http.metrics import Metrics

MAX_PIPELINED = 16
"""Requests that may wait behind another on one connection; gateways send none. uvicorn sets no bound: a client that asks and never
listens would fill the memory."""

DIRECT = b"/v1/decide"
"""The route whose single questions are answered where they are read. uvicorn's task, cycle and messages take as long as a decision does."""

_INDIRECT = frozenset({b"transfer-encoding", b"expect", b"upgrade", b"connection"})
"""Headers after which a request goes uvicorn's way."""

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
        at_once: Callable[[Scope, bytes], Answer | None],
        cork: Cork,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._bounds = bounds
        self._metrics = metrics
        self._at_once = at_once
        self._cork = cork
        self._pieces: list[bytes] | None = None
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
        size, plain = 0, True
        for name, value in self.headers:
            size += len(name) + len(value)
            plain = plain and name not in _INDIRECT
        if len(self.headers) > self._bounds.headers or size > self._bounds.head_bytes:
            scope[HEAD_TOO_LARGE] = True
            plain = False
        scope[WAITING] = len(self.tasks) + len(self._cork)
        if self._subject is not None:
            scope[SUBJECT] = self._subject
        if plain and self.url == DIRECT and self._is_direct():
            scope["method"], scope["path"] = "POST", "/v1/decide"
            self._pieces = []
        else:
            super().on_headers_complete()

    def _is_direct(self) -> bool:
        """Return whether the request can be answered where it is read: nothing before it on this connection waits for its answer."""
        length = next((value for name, value in self.headers if name == b"content-length"), b"")
        return (
            self.parser.get_method() == b"POST"
            and self.parser.get_http_version() == "1.1"
            and length.isdigit()
            and int(length) <= self._bounds.body_bytes
            and (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
        )

    def on_body(self, body: bytes) -> None:
        if self._pieces is None:
            super().on_body(body)
        else:
            self._pieces.append(body)

    def on_message_complete(self) -> None:
        self._in_head = True
        self._head = 0
        self.since = None
        scope: Any = self.scope
        pieces, self._pieces = self._pieces, None
        if pieces is None:
            scope[ARRIVED] = monotonic()
            super().on_message_complete()
            return
        scope[ARRIVED] = self._cork.turn(self.loop)
        body = b"".join(pieces)
        answer = self._at_once(scope, body)
        if answer is not None:
            self._cork.put(self.transport, answer.raw())
            self.on_response_complete()
            return
        super().on_headers_complete()
        super().on_body(body)
        super().on_message_complete()

    def shutdown(self) -> None:
        self._cork.flush()
        super().shutdown()

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

    def _say(self, answer: Answer) -> None:
        """Send an answer to what is no whole request yet, and close."""
        self._cork.flush()
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self.transport.write(answer.raw())
        self.transport.close()


def _subject(tls: ssl.SSLObject | None) -> str | None:
    """Return the common name of the client's certificate, which TLS has verified; None without one."""
    certificate = tls.getpeercert() if tls is not None else None
    if not certificate:
        return None
    parts: Any = certificate.get("subject", ())
    names = [value for part in parts for name, value in part if name == "commonName"]
    return str(names[0]) if len(names) == 1 else None
