"""Envoy's ext_authz filter over HTTP: the original request under a prefix; 200 lets it on, anything else goes back to the client."""

from revenuer.guard.front.refusal import Refusal, error_body, malformed
from revenuer.guard.http.answer import JSON, Answer
from revenuer.guard.http.asgi import Scope
from revenuer.guard.http.desk import Desk
from revenuer.guard.http.gateways import Gateways, marks, refused
from revenuer.records import InputError

FRONT = "envoy"
PREFIX = "/envoy"


class Envoy:
    """Answers Envoy. `restrict` is 200 with `x-revenuer-limits`, for the gateway to apply."""

    def __init__(self, desk: Desk, gateways: Gateways) -> None:
        self._desk = desk
        self._gateways = gateways

    async def check(self, scope: Scope, body: bytes) -> Answer:
        """Return whether the original request may go on."""
        path = scope["path"][len(PREFIX) :]
        language = "messages" if path.endswith("/messages") else "chat"
        try:
            event = self._gateways.event(scope, body, path)
        except InputError as error:
            self._desk.metrics.refused("malformed")
            return _refusal(malformed(str(error)), language, [])
        ruling = self._desk.decide(event, FRONT, scope)
        refusal = refused(ruling)
        if refusal is None:
            return Answer(200, marks(ruling), b"")
        return _refusal(refusal, language, marks(ruling))


def _refusal(refusal: Refusal, language: str, headers: list[tuple[bytes, bytes]]) -> Answer:
    if refusal.retry_after_s is not None:
        headers = [*headers, (b"retry-after", b"%d" % refusal.retry_after_s)]
    return Answer(refusal.status, [JSON, *headers], error_body(refusal, language))
