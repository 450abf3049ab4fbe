"""One client's connection: uvicorn's, with bounds on heads and time, refusals in TAXII's words, and the client's certificate."""

import asyncio
import hashlib
import ssl
from http import HTTPStatus
from time import monotonic
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from revenuer.share.taxii.answer import fault_answer
from revenuer.share.taxii.fault import TaxiiFault
from revenuer.share.taxii.gate import TLS_PEER, TlsPeer

MAX_PIPELINED = 16
"""Requests that may wait behind another on one connection; a client that asks and never listens would fill the memory."""


class TaxiiConnection(HttpToolsProtocol):
    """Knows since when a request has been on its way; `sweep` ends those that take too long.

    The client's moves: a byte now and then, in head or body, or asking and never taking the answer. Only a whole request clears the stamp.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        head_bytes: int,
        connections: int,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._head_bytes, self._most = head_bytes, connections
        self._head, self._in_head = 0, True
        self._peer: TlsPeer | None = None
        self._since: float | None = monotonic()
        self._answering: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self._most:
            transport.abort()
            return
        self._peer = _peer(transport.get_extra_info("ssl_object"))

    def data_received(self, data: bytes) -> None:
        if self._since is None:
            self._since = monotonic()
        if self._in_head:
            self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > self._head_bytes and not self.transport.is_closing():
            self._refuse(
                TaxiiFault(431, "Headers too large", "the request's head is larger than is read; send less")
            )

    def on_headers_complete(self) -> None:
        self._in_head = False
        if len(self.pipeline) >= MAX_PIPELINED:
            self.transport.abort()
            return
        scope: Any = self.scope
        scope[TLS_PEER] = self._peer
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head, self._head, self._since = True, 0, None
        self._answering = monotonic()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(TaxiiFault(400, "Bad request", "what arrived is no HTTP request"))

    def sweep(self, now: float, limit_s: float) -> None:
        """End this connection if a request, or the client's taking of its answer, takes longer than `limit_s`."""
        if self._since is not None and now - self._since > limit_s:
            self._refuse(
                TaxiiFault(408, "Request timeout", "the request did not arrive whole in time; send it faster")
            )
            return
        busy = self.cycle is not None and not self.cycle.response_complete
        if busy and self._answering is not None and now - self._answering > limit_s:
            self.transport.abort()

    def _refuse(self, fault: TaxiiFault) -> None:
        """Answer what is no whole request, and close."""
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            found = fault_answer(fault)
            lines = [f"HTTP/1.1 {found.status} {HTTPStatus(found.status).phrase}".encode()]
            lines += [name + b": " + value for name, value in (*found.headers, (b"connection", b"close"))]
            self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + found.body)
        self.transport.close()


def _peer(tls: ssl.SSLObject | None) -> TlsPeer | None:
    """Return the client's certificate, which TLS has verified; None without one."""
    raw = None if tls is None else tls.getpeercert(binary_form=True)
    if tls is None or raw is None:
        return None
    certificate: Any = tls.getpeercert() or {}
    names = [value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"]
    return TlsPeer(hashlib.sha256(raw).hexdigest(), str(names[0]) if len(names) == 1 else None)
