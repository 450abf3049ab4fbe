"""The service as an ASGI application: finds the route, reads the body within bounds, and sends one answer, whatever happens."""

from collections.abc import Awaitable, Callable

from revenuer.guard.http.admin import Admin
from revenuer.guard.http.answer import CLOSE, FAILURE, JSON, Answer, encode, fault, told
from revenuer.guard.http.asgi import HEAD_TOO_LARGE, Message, Receive, Scope, Send
from revenuer.guard.http.bounds import Bounds
from revenuer.guard.http.clock import Clock, RequestIds
from revenuer.guard.http.desk import Desk
from revenuer.guard.http.envoy import PREFIX, Envoy
from revenuer.guard.http.failure import Failure
from revenuer.guard.http.gate import Gate
from revenuer.guard.http.gateways import Gateways
from revenuer.guard.http.guardrail import PATH as GUARDRAIL
from revenuer.guard.http.guardrail import Guardrail
from revenuer.guard.http.native import Native
from revenuer.guard.http.nginx import PATH as NGINX
from revenuer.guard.http.nginx import Nginx
from revenuer.guard.http.openapi import openapi
from revenuer.guard.http.wire import StateOut
from revenuer.records import InputError, MissingDependencyError, ResourceError

Handler = Callable[[Scope, bytes], Awaitable[Answer]]
Parts = Callable[[], dict[str, str]]
"""Gives what is not ready: part -> what is wrong with it. Empty = ready."""


class Service:
    """`parts` says what is not ready, `weakened` what works less well than it should: that node goes on being asked, since the others
    are likely to be no better off. `admin` carries the routes of whoever runs the guard."""

    def __init__(
        self,
        desk: Desk,
        gate: Gate,
        admin: Admin,
        bounds: Bounds,
        clock: Clock,
        *,
        account_header: str | None = None,
        parts: Parts = dict,
        weakened: Parts = dict,
    ) -> None:
        ids = RequestIds()
        gateways = Gateways(gate, clock, ids, account_header)
        self._desk = desk
        self._bounds = bounds
        self._parts = parts
        self._weakened = weakened
        self._description = encode(openapi())
        self._envoy: Handler = Envoy(desk, gateways).check
        self._native = Native(desk, gate, clock, ids, bounds.batch)
        self._routes = self._table(
            self._native,
            Nginx(desk, gateways),
            Guardrail(desk, gate, clock, ids),
            admin,
        )
        self._allowed: dict[str, str] = {}
        for method, path in self._routes:
            self._allowed[path] = ", ".join(filter(None, (self._allowed.get(path), method)))

    def _table(
        self, native: Native, nginx: Nginx, guardrail: Guardrail, admin: Admin
    ) -> dict[tuple[str, str], Handler]:
        return {
            ("POST", "/v1/decide"): native.decide,
            ("POST", "/v1/outcomes"): native.outcomes,
            ("POST", GUARDRAIL): guardrail.check,
            ("GET", NGINX): nginx.check,
            ("POST", NGINX): nginx.check,
            ("GET", "/v1/measures"): admin.measures,
            ("POST", "/v1/appeals"): admin.appeals,
            ("GET", "/v1/policy"): admin.get_policy,
            ("PUT", "/v1/policy"): admin.put_policy,
            ("POST", "/v1/index"): admin.reload_index,
            ("GET", "/healthz"): self._health,
            ("GET", "/readyz"): self._ready,
            ("GET", "/metrics"): self._metrics,
            ("GET", "/openapi.json"): self._openapi,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        message = await receive()
        if message["type"] != "http.request":
            return
        body: bytes | None = message["body"]
        if message.get("more_body"):
            body = await self._whole(message, receive)
            if body is None:
                return
        answer = await self._answer(scope, body or b"")
        await send(answer.start())
        await send({"type": "http.response.body", "body": answer.body})

    def at_once(self, scope: Scope, body: bytes) -> Answer | None:
        """Return the answer to `POST /v1/decide` with one event; None where the body holds something else, which takes its turn.

        `body` is within bounds. `scope` needs client, headers, method and path.
        """
        try:
            answer = self._native.decide_one(scope, body)
        except Exception as error:
            return self._failed(scope, error)
        return answer if isinstance(answer, Answer) else None

    async def _answer(self, scope: Scope, body: bytes) -> Answer:
        handler = self._routes.get((scope["method"], scope["path"]))
        try:
            if len(body) > self._bounds.body_bytes:
                self._desk.metrics.refused("body")
                return fault(
                    413, f"the body is larger than {self._bounds.body_bytes} bytes; send less", CLOSE
                )
            if scope.get(HEAD_TOO_LARGE):
                self._desk.metrics.refused("head")
                return fault(431, "the request has more or larger headers than are read; send fewer", CLOSE)
            return await (handler or self._elsewhere)(scope, body)
        except Exception as error:
            return self._failed(scope, error)

    def _failed(self, scope: Scope, error: Exception) -> Answer:
        """Return what is said of a request that raised `error`."""
        if isinstance(error, InputError):
            self._desk.metrics.refused("malformed")
            return fault(400, str(error))
        if isinstance(error, ResourceError | MissingDependencyError):
            return fault(503, str(error))
        return self._broken(scope, error)

    def _broken(self, scope: Scope, error: Exception) -> Answer:
        """Return the failure mode's answer to a request in which the service itself broke."""
        self._desk.broke(scope["path"].split("/")[1], error)
        self._desk.metrics.failed("service", Failure.INTERNAL)
        failed = (FAILURE, Failure.INTERNAL.value.encode())
        on_path = scope["path"] == NGINX or scope["path"].startswith(PREFIX + "/")
        if on_path and self._desk.mode.allows:
            return Answer(200, [failed], b"")
        status = 403 if scope["path"] == NGINX else 503 if on_path else 500
        return fault(status, "the guard broke; its log says where", failed)

    async def _elsewhere(self, scope: Scope, body: bytes) -> Answer:
        path = scope["path"]
        if path.startswith(PREFIX + "/") or path == PREFIX:
            return await self._envoy(scope, body)
        allowed = self._allowed.get(path)
        if allowed is None:
            return fault(404, "there is no such route; /openapi.json lists them")
        return fault(405, f"this route takes {allowed}", (b"allow", allowed.encode()))

    async def _whole(self, message: Message, receive: Receive) -> bytes | None:
        """Return the body, or the first of it that is too much; None where the client went away."""
        pieces = [message["body"]]
        size = len(pieces[0])
        while message.get("more_body") and size <= self._bounds.body_bytes:
            message = await receive()
            if message["type"] != "http.request":
                return None
            pieces.append(message["body"])
            size += len(message["body"])
        return b"".join(pieces)

    async def _health(self, scope: Scope, body: bytes) -> Answer:
        return told(200, StateOut(status="ok"))

    async def _ready(self, scope: Scope, body: bytes) -> Answer:
        parts = self._parts()
        if parts:
            return told(503, StateOut(status="not ready", parts=parts | self._weakened()))
        if weakened := self._weakened():
            return told(200, StateOut(status="weakened", parts=weakened))
        return told(200, StateOut(status="ok"))

    async def _metrics(self, scope: Scope, body: bytes) -> Answer:
        media, page = self._desk.metrics.page()
        return Answer(200, [(b"content-type", media)], page)

    async def _openapi(self, scope: Scope, body: bytes) -> Answer:
        return Answer(200, [JSON], self._description)
