"""How a front says no: in the error shape of the API that was called, without telling why."""

from typing import NamedTuple

import msgspec

from revenuer.records import Action, Decision

_TYPES = {
    401: ("authentication_error", "authentication_error"),
    403: ("permission_error", "permission_error"),
    413: ("invalid_request_error", "request_too_large"),
    400: ("invalid_request_error", "invalid_request_error"),
    429: ("rate_limit_error", "rate_limit_error"),
    503: ("server_error", "overloaded_error"),
}
"""Status -> the error's type as OpenAI and as Anthropic name it."""

THROTTLE_S = 30
"""Seconds to wait where a decision to throttle does not say."""


class Refusal(NamedTuple):
    """An answer in place of the model's."""

    status: int
    code: str
    message: str
    retry_after_s: int | None = None


def refusal_of(decision: Decision) -> Refusal:
    """Return what the client is told. The evidence stays inside: whoever probes the guard learns nothing from its answers."""
    request = decision.request_id
    if decision.action is Action.THROTTLE:
        wait = decision.retry_after_s or THROTTLE_S
        message = f"Too many requests; try again in {wait} seconds. Ask support about request {request} if this persists."
        return Refusal(429, "rate_limit_exceeded", message, wait)
    if decision.action is Action.CHALLENGE:
        message = (
            f"This account must be verified before it can go on. Ask support, and name request {request}."
        )
        return Refusal(403, "verification_required", message)
    message = (
        f"This account may not use the service. If that is wrong, ask support, and name request {request}."
    )
    return Refusal(403, "access_denied", message)


def unavailable() -> Refusal:
    """Return what the client is told when the guard cannot be asked and the front fails closed."""
    return Refusal(503, "temporarily_unavailable", "The service cannot check this request now; try again.", 1)


def too_large(most: int) -> Refusal:
    """Return what is told to an account under a limit whose request is too large to be limited."""
    return Refusal(413, "request_too_large", f"This account may send at most {most} bytes in one request.")


def malformed(why: str) -> Refusal:
    """Return what the client is told about a body that no guard will read."""
    return Refusal(400, "invalid_request", why)


def error_body(refusal: Refusal, language: str) -> bytes:
    """Return the JSON body of an error as the API `language` (as `restrict.language_of` names it) gives it."""
    openai, anthropic = _TYPES[refusal.status]
    if language == "messages":
        return msgspec.json.encode(
            {"type": "error", "error": {"type": anthropic, "message": refusal.message}}
        )
    error = {"message": refusal.message, "type": openai, "param": None, "code": refusal.code}
    return msgspec.json.encode({"error": error})


def error_headers(refusal: Refusal, body: bytes) -> list[tuple[bytes, bytes]]:
    """Return the headers of that error."""
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if refusal.retry_after_s is not None:
        headers.append((b"retry-after", str(refusal.retry_after_s).encode()))
    return headers
