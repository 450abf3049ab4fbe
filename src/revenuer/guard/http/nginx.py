"""NGINX's auth_request: no body, and no status but 200, 401 and 403. What the client shall see goes into headers, for nginx to map."""

from revenuer.guard.http.answer import Answer, fault
from revenuer.guard.http.asgi import Scope, header
from revenuer.guard.http.desk import Desk
from revenuer.guard.http.gateways import Gateways, marks, refused

FRONT = "nginx"
PATH = "/nginx/auth"
STATUS = b"x-revenuer-status"


class Nginx:
    """Answers NGINX; decides without the text, which NGINX does not pass on."""

    def __init__(self, desk: Desk, gateways: Gateways) -> None:
        self._desk = desk
        self._gateways = gateways

    async def check(self, scope: Scope, body: bytes) -> Answer:
        """Return 200, or 403 with `x-revenuer-status` (403, 429 or 503) and `retry-after`. Raises InputError."""
        uri = (header(scope, b"x-original-uri") or b"").decode("latin-1").partition("?")[0]
        ruling = self._desk.decide(self._gateways.event(scope, b"", uri), FRONT, scope)
        refusal = refused(ruling)
        if refusal is None:
            return Answer(200, marks(ruling), b"")
        headers = [*marks(ruling), (STATUS, b"%d" % refusal.status)]
        if refusal.retry_after_s is not None:
            headers.append((b"retry-after", b"%d" % refusal.retry_after_s))
        return fault(403, refusal.message, *headers)
