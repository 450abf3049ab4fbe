"""Rewrites the request that an ASGI application is about to be given: within limits, with a mark, without a mark that the client named."""

from collections.abc import Callable, MutableMapping
from typing import Any

import msgspec

from revenuer.guard.front.marking import FIELD, HEADER, names_mark, with_mark
from revenuer.guard.front.refusal import Refusal, malformed, too_large
from revenuer.guard.front.request_body import RequestBody
from revenuer.guard.salvage import open_body
from revenuer.records import InputError

Scope = MutableMapping[str, Any]
Change = Callable[[dict[str, Any]], dict[str, Any]]

_HEADER = HEADER.encode()
_ABOUT_THE_BODY = {b"content-length", b"transfer-encoding", b"content-encoding"}


def rewrite(scope: Scope, body: RequestBody, change: Change, most: int) -> Refusal | None:
    """Put `change` of the request in its place; where it cannot be read, say how to say no. `most`: bytes that were read of it at most."""
    if not body.complete:
        return too_large(most)
    try:
        request = open_body(body.start).value
    except InputError as error:
        return malformed(str(error))
    if not isinstance(request, dict):
        return malformed("the body is no JSON object")
    body.replace(msgspec.json.encode(change(request)))
    kept = [(name, value) for name, value in scope["headers"] if name.lower() not in _ABOUT_THE_BODY]
    scope["headers"] = [*kept, (b"content-length", str(len(body.start)).encode())]
    return None


def put_mark(scope: Scope, body: RequestBody, mark: str | None, most: int) -> Refusal | None:
    """Put the mark, None = none, into the request's body, headers and state in place of what the client put there.

    A body that could name a mark and cannot be read is not let through: whoever could name another's mark could have another accused.
    """
    headers = [(name, value) for name, value in scope["headers"] if name.lower() != _HEADER]
    scope["headers"] = headers if mark is None else [*headers, (_HEADER, mark.encode("ascii", "replace"))]
    scope["state"] = {**scope.get("state", {}), FIELD: mark}
    named = {name.lower(): value.lower() for name, value in headers}
    if mark is None and named.get(b"content-type", b"").startswith(b"multipart/"):
        return None
    if mark is None and body.complete and b"content-encoding" not in named and not names_mark(body.start):
        return None
    return rewrite(scope, body, lambda request: with_mark(request, mark), most)
