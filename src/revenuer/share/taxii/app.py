"""The TAXII server as an ASGI application: who asks, for what, may they, and the answer."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from revenuer.share.taxii.answer import Answer, answer, api_root, collections_body, discovery, fault_answer
from revenuer.share.taxii.desk import Desk
from revenuer.share.taxii.fault import TaxiiFault, not_found
from revenuer.share.taxii.gate import Caller, Gate
from revenuer.share.taxii.media_types import accepts, is_taxii
from revenuer.share.taxii.rate import RateLimits
from revenuer.share.taxii.route import Place, Resource, place_of
from revenuer.share.taxii.settings import Settings
from revenuer.share.taxii.stored import StoreFault

Scope = Any
_LOG = "revenuer.share.taxii"
_HOST_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that was let in."""

    caller: Caller
    place: Place
    method: str
    query: bytes
    headers: Mapping[bytes, bytes]
    receive: Any


class TaxiiApp:
    """Answers every request with a TAXII body, refusals and failures too.

    In this order: size of the head, credential, rate, path, method, Accept, rights. So nobody without a credential learns what there is.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        gate: Gate,
        rates: RateLimits,
        desk: Desk,
        clock: Callable[[], int],
    ) -> None:
        self._settings, self._gate, self._rates, self._desk, self._clock = settings, gate, rates, desk, clock
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        self._in_flight += 1
        try:
            found = await self._answer(scope, receive)
        finally:
            self._in_flight -= 1
        await send({"type": "http.response.start", "status": found.status, "headers": found.headers})
        await send({"type": "http.response.body", "body": found.body})

    async def _answer(self, scope: Scope, receive: Any) -> Answer:
        try:
            return await self._handle(scope, receive)
        except TaxiiFault as fault:
            refusal = fault
        except StoreFault as error:
            logging.getLogger(_LOG).error("the store failed: %s", error)
            refusal = TaxiiFault(
                503,
                "Service unavailable",
                "the store takes or gives nothing at the moment; try again",
                headers=((b"retry-after", b"5"),),
            )
        except Exception:
            logging.getLogger(_LOG).exception("a request failed")
            refusal = TaxiiFault(500, "Internal error", "the server failed on this request; its log says why")
        logging.getLogger(_LOG).info(
            "refused with %d: %s", refusal.status, refusal.title, extra={"error_id": refusal.error_id}
        )
        return fault_answer(refusal)

    async def _handle(self, scope: Scope, receive: Any) -> Answer:
        settings = self._settings()
        headers = self._headers(scope, settings)
        caller = self._gate.caller(scope, _text(headers.get(b"authorization")), self._clock())
        self._check_rate(settings, caller.partner)
        request = Request(
            caller=caller,
            place=_place(scope),
            method=scope["method"],
            query=scope["query_string"],
            headers=headers,
            receive=receive,
        )
        _check_negotiation(request)
        return await self._dispatch(request, settings, _base(scope, settings, headers))

    def _headers(self, scope: Scope, settings: Settings) -> dict[bytes, bytes]:
        if self._in_flight > settings.limits.in_flight:
            raise TaxiiFault(
                503,
                "Service unavailable",
                "too many requests are in work; try again",
                headers=((b"retry-after", b"1"),),
            )
        given = scope["headers"]
        if len(given) > settings.limits.headers:
            raise TaxiiFault(
                431,
                "Headers too large",
                f"got {len(given)} headers, expected at most {settings.limits.headers}",
            )
        headers: dict[bytes, bytes] = {}
        for name, value in given:
            if name == b"accept" and name in headers:
                headers[name] += b", " + value
            elif name in (b"authorization", b"content-type", b"content-length") and name in headers:
                raise TaxiiFault(400, "Bad request", f"got the header {name.decode()} twice; send it once")
            else:
                headers[name] = value
        return headers

    def _check_rate(self, settings: Settings, partner: str) -> None:
        guest = settings.guest(partner)
        wait = self._rates.wait_s(partner, guest.requests_per_min, guest.burst, monotonic())
        if wait > 0:
            seconds = int(wait) + 1
            raise TaxiiFault(
                429,
                "Too many requests",
                f"this partner may make {guest.requests_per_min:g} requests a minute; try again in {seconds} s",
                headers=((b"retry-after", b"%d" % seconds),),
            )

    async def _dispatch(self, request: Request, settings: Settings, base: str) -> Answer:
        place, partner = request.place, request.caller.partner
        if place.resource is Resource.DISCOVERY:
            roots = [root for name, root in settings.roots.items() if settings.collections_of(partner, name)]
            return answer(discovery(settings, roots, base))
        if place.root not in settings.roots or not settings.collections_of(partner, place.root):
            raise not_found("API root")
        if place.resource is Resource.ROOT:
            return answer(api_root(settings.roots[place.root], settings.limits.max_content_length))
        if place.resource is Resource.COLLECTIONS:
            return answer(collections_body(settings.collections_of(partner, place.root)))
        if place.resource is Resource.STATUS:
            return await self._desk.status(request.caller, place.name)
        return await self._desk.in_collection(request, settings)


def _place(scope: Scope) -> Place:
    place = place_of(scope["path"])
    if place is None:
        raise not_found("resource")
    if scope["method"] not in place.methods:
        raise TaxiiFault(
            405,
            "Method not allowed",
            f"this resource takes {', '.join(place.methods)}",
            headers=((b"allow", ", ".join(place.methods).encode()),),
        )
    return place


def _check_negotiation(request: Request) -> None:
    if not accepts(_text(request.headers.get(b"accept"))):
        raise TaxiiFault(
            406,
            "Not acceptable",
            "this server answers application/taxii+json;version=2.1, which Accept does not admit",
        )
    if request.method == "POST" and not is_taxii(_text(request.headers.get(b"content-type"))):
        raise TaxiiFault(
            415, "Unsupported media type", "post with Content-Type application/taxii+json;version=2.1"
        )


def _base(scope: Scope, settings: Settings, headers: Mapping[bytes, bytes]) -> str:
    """Return what stands before our paths: what server.toml says, or as this request called us."""
    if settings.public_url is not None:
        return settings.public_url
    host = headers.get(b"host", b"")
    if not host or not _HOST_BYTES.issuperset(host):
        return ""
    return f"{scope.get('scheme', 'http')}://{host.decode('ascii')}"


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")
