"""A pure ASGI middleware for vLLM behind Envoy or NGINX: turns the gateway's `x-revenuer-mark` into the request's `vllm_xargs`.

`--middleware revenuer.guard.mark_header.MarkFromHeader`. The header is believed from the addresses alone that the environment variable
REVENUER_MARK_PROXIES names (comma-separated, networks too); from anybody else it is taken out, and so is a mark in the body.
"""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from revenuer.guard.front.marking import HEADER, UNMARKED
from revenuer.guard.front.refusal import error_body, error_headers
from revenuer.guard.front.request_body import RequestBody
from revenuer.guard.front.restrict import language_of
from revenuer.guard.front.rewrite import put_mark
from revenuer.guard.trusted_proxies import TrustedProxies
from revenuer.records import UsageError

PROXIES_VARIABLE = "REVENUER_MARK_PROXIES"
MAX_BODY_BYTES = 8 * 2**20

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class MarkFromHeader:
    """Stands before `app`, on every path: a body that could name a mark and cannot be read is refused."""

    def __init__(self, app: Application, proxies: tuple[str, ...] | None = None) -> None:
        """`proxies`: whom the header is believed from; None = whom the environment names. Raises UsageError where that names nobody, or no
        addresses."""
        if proxies is None:
            proxies = tuple(filter(None, os.environ.get(PROXIES_VARIABLE, "").replace(" ", "").split(",")))
        if not proxies:
            raise UsageError(f"{PROXIES_VARIABLE} is not set; let it name the gateway's addresses")
        self._app = app
        self._proxies = TrustedProxies(proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        mark = self._named(scope)
        body = RequestBody(receive)
        await body.read(MAX_BODY_BYTES)
        if body.abandoned:
            return
        refusal = put_mark(scope, body, mark, MAX_BODY_BYTES)
        if refusal is None:
            await self._app(scope, body.replay, send)
            return
        told = error_body(refusal, language_of(scope["path"]))
        headers = error_headers(refusal, told)
        await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await send({"type": "http.response.body", "body": told})

    def _named(self, scope: Scope) -> str | None:
        """Return the mark that the header names, if it may."""
        client = scope.get("client")
        named = [value for name, value in scope["headers"] if name.lower() == HEADER.encode()]
        if len(named) != 1 or client is None or not self._proxies.trusts(client[0]):
            return None
        mark = str(named[0].decode("latin-1"))
        return None if mark == UNMARKED else mark
