"""What the fronts of Envoy and NGINX share: the caller and the request, read from headers that the gateway passes on."""

from revenuer.guard.bodies import event_from_body
from revenuer.guard.event import Event
from revenuer.guard.front.caller import caller_of
from revenuer.guard.front.marking import HEADER, UNMARKED
from revenuer.guard.front.refusal import Refusal, refusal_of, unavailable
from revenuer.guard.http.asgi import Scope
from revenuer.guard.http.clock import Clock, RequestIds
from revenuer.guard.http.desk import Ruling
from revenuer.guard.http.gate import Gate, peer_of
from revenuer.records import UNANSWERED, Action, Limits

ACTION = b"x-revenuer-action"
REQUEST = b"x-revenuer-request-id"
LIMITS = b"x-revenuer-limits"
MARK = HEADER.encode()

_MAX_ID = 128


class Gateways:
    """`account_header`: the header in which the gateway names the account; believed from trusted proxies only. Without it, or from
    anybody else, the account is the SHA-256 of the credential, which nobody can present who does not have it."""

    def __init__(self, gate: Gate, clock: Clock, ids: RequestIds, account_header: str | None) -> None:
        self._gate = gate
        self._clock = clock
        self._ids = ids
        self._account_header = account_header

    def event(self, scope: Scope, body: bytes, path: str) -> Event:
        """Return the event that the original request is. Raises InputError."""
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        caller = caller_of(headers, peer_of(scope), self._gate.proxies, self._account_header)
        trusted = self._gate.trusts(scope)
        return event_from_body(
            body,
            headers=headers,
            account_id=caller.account_id,
            request_id=(_request_id(headers) if trusted else None) or self._ids.next(),
            timestamp=self._clock(),
            client_ip=caller.client_ip,
            path=path,
        )


def refused(ruling: Ruling) -> Refusal | None:
    """Return what the client is told, or None where its request goes on."""
    if ruling.decision.action not in UNANSWERED:
        return None
    return refusal_of(ruling.decision) if ruling.failure is None else unavailable()


def marks(ruling: Ruling) -> list[tuple[bytes, bytes]]:
    """Return the headers that tell the gateway what was decided and what to hold the request to."""
    decision = ruling.decision
    headers = [
        (ACTION, decision.action.value.encode()),
        (REQUEST, decision.request_id.encode("ascii", "replace")),
    ]
    if ruling.failure is not None:
        headers.append((b"x-revenuer-failure", ruling.failure.value.encode()))
    if decision.action not in UNANSWERED:
        # Always there, so that it takes the place of one that the client sent; never where the answer goes to the client.
        headers.append((MARK, (decision.mark or UNMARKED).encode("ascii", "replace")))
    if decision.action is Action.RESTRICT:
        headers.append((LIMITS, limits_header(decision.limits or Limits())))
    return headers


def limits_header(limits: Limits) -> bytes:
    """Return limits as a structured-field dictionary (RFC 8941): `logprobs=?0, n=1, max_tokens=1024, reasoning=summary`.

    What only some limits have follows: `top_logprobs=5, logprob_step=0.5, logit_bias=alone, seed=4711`. The budget is kept here, and
    shows only in `logprobs`.
    """
    parts = [f"logprobs=?{int(limits.logprobs)}", f"n={limits.max_n}"]
    if limits.max_tokens is not None:
        parts.append(f"max_tokens={limits.max_tokens}")
    parts.append(f"reasoning={limits.reasoning}")
    if limits.logprobs and limits.top_logprobs is not None:
        parts.append(f"top_logprobs={limits.top_logprobs}")
    if limits.logprobs and limits.logprob_step is not None:
        parts.append(f"logprob_step={limits.logprob_step:.3f}".rstrip("0").rstrip("."))
    if limits.logit_bias == "none" or (limits.logprobs and limits.logit_bias != "full"):
        parts.append(f"logit_bias={limits.logit_bias}")
    if limits.seed is not None:
        parts.append(f"seed={limits.seed}")
    return ", ".join(parts).encode("ascii", "replace")


def _request_id(headers: list[tuple[str, str]]) -> str | None:
    value = next((value for name, value in headers if name == "x-request-id"), "")
    return value if 0 < len(value) <= _MAX_ID and value.isascii() and value.isprintable() else None
