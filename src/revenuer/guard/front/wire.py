"""The least of an HTTP/1.1 client: one JSON question, one answer, over connections that stay open."""

import asyncio
import contextlib
import ssl
from collections import deque
from typing import NamedTuple
from urllib.parse import urlsplit

from revenuer.records import UsageError

MAX_ANSWER = 2**20
"""Bytes that an answer may have, head and body each."""

MAX_IDLE = 64
"""Connections kept open between questions."""


class BrokenAnswerError(Exception):
    """What came back is no HTTP answer that this client reads."""


class Answer(NamedTuple):
    """`body` is complete. `failure`: why the guard answers in place of a decision, if it does (header `x-revenuer-failure`)."""

    status: int
    body: bytes
    failure: str | None = None


class _Connection(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Wire:
    """Connections to one server. One event loop owns it. Proxies of the environment are not used."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        """`address`: `http://host:port` or `https://...`, with a path in front of the routes or without. Raises UsageError."""
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError as error:
            raise UsageError(f"{address!r} is no address of a guard: {error}") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"{address!r} is no address of a guard; write http://host:port")
        self._host = parts.hostname
        self._port = port or (443 if parts.scheme == "https" else 80)
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._prefix = parts.path.rstrip("/")
        named = {"host": parts.netloc.rpartition("@")[2], "content-type": "application/json", **headers}
        self._head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        self._idle: deque[_Connection] = deque()

    async def post(self, path: str, body: bytes) -> Answer:
        """Return the answer to `body`. Raises OSError or BrokenAnswerError; a connection that the server closed while idle is replaced once."""
        while self._idle:
            connection = self._idle.pop()
            if connection.reader.at_eof():
                connection.writer.close()
                continue
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                return await self._exchange(connection, path, body)
        reader, writer = await asyncio.open_connection(
            self._host, self._port, ssl=self._tls, limit=MAX_ANSWER
        )
        try:
            return await self._exchange(_Connection(reader, writer), path, body)
        except asyncio.IncompleteReadError as error:
            raise BrokenAnswerError("the answer ended early") from error

    async def close(self) -> None:
        """Close every connection."""
        while self._idle:
            connection = self._idle.pop()
            connection.writer.close()
            with contextlib.suppress(OSError):
                await connection.writer.wait_closed()

    async def _exchange(self, connection: _Connection, path: str, body: bytes) -> Answer:
        reader, writer = connection
        reusable = False
        try:
            asked = f"POST {self._prefix}{path} HTTP/1.1\r\n{self._head}content-length: {len(body)}\r\n\r\n"
            writer.write(asked.encode("latin-1") + body)
            await writer.drain()
            head = _parsed(await reader.readuntil(b"\r\n\r\n"))
            answer = Answer(head.status, await reader.readexactly(head.length), head.failure)
            reusable = head.reusable
        except asyncio.LimitOverrunError as error:
            raise BrokenAnswerError("the head of the answer is too long") from error
        finally:
            if reusable and len(self._idle) < MAX_IDLE:
                self._idle.append(connection)
            else:
                writer.close()
        return answer


class _Head(NamedTuple):
    """`length`: of the body. `reusable`: whether the connection may be used again."""

    status: int
    length: int
    reusable: bool
    failure: str | None


def _parsed(head: bytes) -> _Head:
    """Return what the head of an answer says. Raises BrokenAnswerError."""
    first, *lines = head.decode("latin-1").split("\r\n")
    named = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    protocol, _, rest = first.partition(" ")
    status, length = rest[:3], named.get("content-length", "0" if rest.startswith("204") else "")
    if not protocol.startswith("HTTP/1.") or not status.isdecimal() or not length.isdecimal():
        raise BrokenAnswerError("the answer has no status or no content-length")
    if int(length) > MAX_ANSWER:
        raise BrokenAnswerError(f"the answer has {length} bytes; at most {MAX_ANSWER} are read")
    reusable = named.get("connection", "").lower() != "close" and protocol != "HTTP/1.0"
    return _Head(int(status), int(length), reusable, named.get("x-revenuer-failure"))
