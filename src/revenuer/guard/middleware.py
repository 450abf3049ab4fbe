"""A pure ASGI middleware that asks the guard about every request to a model: for vLLM's `--middleware`, and any ASGI server.

A streamed answer passes through piece by piece as it is made. WebSocket connections are passed on unasked.
"""

import logging
import os
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from revenuer.guard.bodies import event_from_body
from revenuer.guard.event import Aftermath, Event
from revenuer.guard.front.answer_limiter import AnswerLimiter
from revenuer.guard.front.answer_watch import AnswerWatch
from revenuer.guard.front.caller import caller_of
from revenuer.guard.front.judge import GuardUnreachableError, Judge
from revenuer.guard.front.open_judge import open_judge
from revenuer.guard.front.refusal import (
    Refusal,
    error_body,
    error_headers,
    malformed,
    refusal_of,
    unavailable,
)
from revenuer.guard.front.request_body import RequestBody
from revenuer.guard.front.restrict import language_of, restricted
from revenuer.guard.front.rewrite import put_mark, rewrite
from revenuer.guard.front.settings import FrontSettings, settings_from_environment
from revenuer.guard.limits import limits_answers
from revenuer.guard.trusted_proxies import TrustedProxies
from revenuer.records import UNANSWERED, Action, Decision, InputError, Limits

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_log = logging.getLogger("revenuer.guard.front")


class RevenuerMiddleware:
    """Stands before `app`: `app.add_middleware(RevenuerMiddleware, settings=...)`, or with no argument set up by the file that the
    environment variable REVENUER_GUARD_CONFIG names. `judge`: whom to ask, instead of opening one as the settings say."""

    def __init__(
        self, app: Application, settings: FrontSettings | None = None, judge: Judge | None = None
    ) -> None:
        """Raises InputError or UsageError where the settings are missing or wrong."""
        if settings is None:
            settings = FrontSettings() if judge is not None else settings_from_environment(os.environ)
        self._app = app
        self._settings = settings
        self._judge = judge or open_judge(settings)
        self._proxies = TrustedProxies(settings.trusted_proxies)
        self._paths = frozenset(settings.paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, self._closing(send))
        elif scope["type"] == "http" and scope["method"] == "POST" and _route(scope) in self._paths:
            await self._guarded(scope, receive, send)
        elif scope["type"] == "http" and scope["method"] == "POST" and self._settings.marking:
            await self._unmarked(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        language, most = language_of(_route(scope)), self._settings.max_body_bytes
        body = RequestBody(receive)
        await body.read(most)
        if body.abandoned:
            return
        try:
            event = self._event(scope, body)
            refusal, decision = await self._verdict(event)
        except InputError as error:
            refusal, decision = malformed(str(error)), None
        if refusal is None and self._settings.marking:
            refusal = put_mark(scope, body, None if decision is None else decision.mark, most)
        if refusal is None and decision is not None and decision.action is Action.RESTRICT:
            limits = decision.limits or Limits()
            refusal = rewrite(scope, body, lambda request: restricted(request, language, limits), most)
            if refusal is None and limits_answers(limits):
                # An answer that has to be read is not asked for compressed.
                scope["headers"] = [one for one in scope["headers"] if one[0].lower() != b"accept-encoding"]
                send = AnswerLimiter(send, language, limits)
        if refusal is not None:
            await _refuse(send, refusal, language)
        else:
            await self._watched(scope, body.replay, send, event)

    async def _unmarked(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request go on that nobody is asked about, without a mark that the client names."""
        body = RequestBody(receive)
        await body.read(self._settings.max_body_bytes)
        if body.abandoned:
            return
        refusal = put_mark(scope, body, None, self._settings.max_body_bytes)
        if refusal is not None:
            await _refuse(send, refusal, language_of(_route(scope)))
        else:
            await self._app(scope, body.replay, send)

    async def _verdict(self, event: Event) -> tuple[Refusal | None, Decision | None]:
        """Return how to say no, if so, and the decision, if there is one."""
        try:
            decision = await self._judge.decide(event)
        except GuardUnreachableError as error:
            return (None if self._settings.goes_on(error.allows) else unavailable()), None
        return (refusal_of(decision) if decision.action in UNANSWERED else None), decision

    async def _watched(self, scope: Scope, receive: Receive, send: Send, event: Event) -> None:
        """Have the request answered, and tell the guard how it went."""
        watch = AnswerWatch()

        async def passed_on(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.start":
                watch.start(message["status"], message.get("headers", ()))
            elif message["type"] == "http.response.body":
                watch.piece(message.get("body", b""))

        try:
            await self._app(scope, receive, passed_on)
        finally:
            watch.end()
            await self._tell(event, watch)

    async def _tell(self, event: Event, watch: AnswerWatch) -> None:
        aftermath = Aftermath(
            request_id=event.request_id,
            account_id=event.account_id,
            timestamp=_now(),
            status=watch.status or 500,
            finish_reason=watch.finish_reason,
            output_tokens=watch.output_tokens,
            issued_signatures=watch.issued_signatures,
        )
        try:
            await self._judge.learn(aftermath)
        except (GuardUnreachableError, InputError) as error:
            _log.warning("what became of request %s was not heard: %s", event.request_id, error)

    def _event(self, scope: Scope, body: RequestBody) -> Event:
        headers = [
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]
        ]
        client = scope.get("client")
        peer = client[0] if client else None
        caller = caller_of(headers, peer, self._proxies, self._settings.account_header)
        readable = body.complete and not any(name == "content-encoding" for name, _ in headers)
        return event_from_body(
            body.start if readable else b"",
            headers=headers,
            account_id=caller.account_id,
            request_id=uuid.uuid4().hex,
            timestamp=_now(),
            client_ip=caller.client_ip,
            path=_route(scope),
        )

    def _closing(self, send: Send) -> Send:
        async def passed_on(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown"):
                await self._judge.close()
            await send(message)

        return passed_on


def _route(scope: Scope) -> str:
    """Return the path as the application's routes see it: without the prefix that the server is mounted under."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path.removeprefix(root) if root and path.startswith(f"{root}/") else path


async def _refuse(send: Send, refusal: Refusal, language: str) -> None:
    body = error_body(refusal, language)
    headers = error_headers(refusal, body)
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _now() -> int:
    return time.time_ns() // 1000
