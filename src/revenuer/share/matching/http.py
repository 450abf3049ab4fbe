"""The matching service as an ASGI application: GET /v1/set, GET /v1/set/{revision}, GET /v1/budget, POST /v1/evaluate.

Who asks is decided by whoever mounts it (a token, a client certificate). Every error is JSON with one sentence, and none of them can be taken for
an answer without matches.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from revenuer.records import MissingDependencyError, RevenuerError, UsageError
from revenuer.share.house import House
from revenuer.share.matching.fault import BudgetSpent, MatchFault, StaleSet
from revenuer.share.matching.messages import MOST_BODY
from revenuer.share.matching.server import MatchServer, open_server

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

Authenticate = Callable[[Any], str | None]
"""From an ASGI scope to the partner who asks, as house.toml calls them; None for nobody we know."""

OCTETS = "application/octet-stream"


def utc_now() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


def match_app(
    authenticate: Authenticate,
    servers: Callable[[str], MatchServer],
    clock: Callable[[], datetime] = utc_now,
) -> "Starlette":
    """Return the application. `servers` gives a partner's set as it stands, or raises UsageError where there is none for them.

    Raises MissingDependencyError without Starlette.
    """
    try:
        from starlette.applications import Starlette
        from starlette.routing import Route
    except ImportError as error:
        raise MissingDependencyError(
            "serving needs Starlette; install it with `pip install 'revenuer[share]'`"
        ) from error
    service = _Service(authenticate, servers, clock)
    routes = [
        Route("/v1/set", service.statement, methods=["GET"]),
        Route("/v1/set/{revision:int}", service.table, methods=["GET"]),
        Route("/v1/budget", service.budget, methods=["GET"]),
        Route("/v1/evaluate", service.evaluate, methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers=_handlers())


def house_match_app(house: House, authenticate: Authenticate) -> "Starlette":
    """Return the application over a house's folder: what `share serve` mounts under /match."""
    return match_app(authenticate, lambda partner: open_server(house, partner))


class _Service:
    """What the routes do. Work that takes the processor or the disk runs in threads; libsodium leaves the interpreter to others meanwhile."""

    def __init__(
        self, authenticate: Authenticate, servers: Callable[[str], MatchServer], clock: Callable[[], datetime]
    ) -> None:
        self._authenticate, self._servers, self._clock = authenticate, servers, clock

    async def statement(self, request: "Request") -> "Response":
        from starlette.responses import Response

        server = await self._server(request)
        return Response(server.raw_statement, media_type="application/json")

    async def table(self, request: "Request") -> "Response":
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import FileResponse

        server = await self._server(request)
        if request.path_params["revision"] != server.statement.revision:
            raise StaleSet(f"the set is at revision {server.statement.revision}; ask for that one")
        await run_in_threadpool(server.enter_table, self._clock())
        return FileResponse(server.table, media_type=OCTETS)

    async def budget(self, request: "Request") -> "Response":
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import Response

        server = await self._server(request)
        budget = await run_in_threadpool(server.budget, self._clock())
        return Response(msgspec.json.encode(budget), media_type="application/json")

    async def evaluate(self, request: "Request") -> "Response":
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import Response

        server = await self._server(request)
        raw = await _body(request)
        reply = await run_in_threadpool(server.answer, raw, self._clock())
        return Response(reply, media_type="application/json")

    async def _server(self, request: "Request") -> MatchServer:
        from starlette.concurrency import run_in_threadpool
        from starlette.exceptions import HTTPException

        partner = self._authenticate(request.scope)
        if partner is None:
            raise HTTPException(401, "no partner is known by these credentials")
        return await run_in_threadpool(self._servers, partner)


async def _body(request: "Request") -> bytes:
    """Return the body. Raises HTTPException once it is longer than any question."""
    from starlette.exceptions import HTTPException

    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY:
            raise HTTPException(413, f"a question has {MOST_BODY} bytes at most; ask in batches")
    return bytes(body)


STATUS: tuple[tuple[type[RevenuerError], int], ...] = (
    (BudgetSpent, 429),
    (StaleSet, 409),
    (MatchFault, 400),
    (UsageError, 404),
    (RevenuerError, 500),
)


def _handlers() -> dict[Any, Any]:
    from starlette.exceptions import HTTPException
    from starlette.responses import JSONResponse

    async def refused(_: "Request", error: Exception) -> "Response":
        status = next(code for kind, code in STATUS if isinstance(error, kind))
        # What failed inside is the operator's to read, not the partner's.
        words = str(error) if status < 500 else "the service cannot answer now; ask its operator"
        return JSONResponse({"error": words}, status)

    async def failed(_: "Request", error: Exception) -> "Response":
        assert isinstance(error, HTTPException)
        headers = {"www-authenticate": "Bearer"} if error.status_code == 401 else error.headers
        return JSONResponse({"error": error.detail}, error.status_code, headers)

    return {RevenuerError: refused, HTTPException: failed}
