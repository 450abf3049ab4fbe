"""Asks a running guard to lift a measure: `POST /v1/appeals`."""

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import IO, Any

from revenuer.records import InputError, ResourceError, UsageError

TIMEOUT_S = 30.0
LONGEST_ANSWER, LONGEST_REFUSAL = 65_536, 500
"""Bytes that are read of an answer."""

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the key to wherever it points."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def appeal_to_server(server: str, key: str, account: str, owner: str, why: str) -> None:
    """Have the guard at the address `server` lift the measure against `account`.

    Raises UsageError where nothing stands against it, the key is refused, or the address is none; ResourceError where nobody answers.
    """
    request = urllib.request.Request(
        _address(server),
        data=json.dumps({"account_id": account, "owner": owner, "why": why}).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        method="POST",
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
    try:
        with opener.open(request, timeout=TIMEOUT_S) as answer:
            answer.read(LONGEST_ANSWER)
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(error.code, error, account, server) from error
    except (OSError, http.client.HTTPException) as error:
        why_not = getattr(error, "reason", None) or error
        raise ResourceError(
            f"the guard at {server} cannot be asked ({why_not}); nothing was lifted as far as known: check the address, then --list"
        ) from error


def read_key(key_file: Path | None) -> str:
    """Return the administrative key in `key_file`. Raises UsageError where none is named, InputError where it cannot be read."""
    if key_file is None:
        raise UsageError(
            "--server needs --key-file: only who holds the administrative key may lift a measure"
        )
    try:
        key = key_file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot read the key file {key_file} ({error}); expected one line of ASCII"
        ) from error
    if not key or not key.isprintable() or " " in key:
        raise InputError(f"the key file {key_file} holds no key; expected one line without spaces")
    return key


def _address(server: str) -> str:
    try:
        parts = urllib.parse.urlsplit(server)
        _ = parts.port
    except ValueError as error:
        raise UsageError(f"got {server!r} for --server; expected an address ({error})") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise UsageError(
            f"got {server!r} for --server; expected an address such as https://guard.internal:8080"
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise UsageError(
            f"got {server!r} for --server: over plain http the key could be read on the way; use https, or run this on the guard's machine"
        )
    return f"{server.rstrip('/')}/v1/appeals"


def _refusal(status: int, answer: IO[bytes], account: str, server: str) -> Exception:
    said = answer.read(LONGEST_REFUSAL).decode("utf-8", "replace").strip()
    if status == 404 and "nothing stands" in said:
        return UsageError(f"nothing stands against {account!r} at {server}")
    if status in (401, 403):
        return UsageError(f"the guard at {server} does not take the key (status {status}); check --key-file")
    if status < 400 or status == 404:
        return UsageError(f"no guard answers at {server} (status {status}); check the address")
    if status < 500:
        return UsageError(f"the guard at {server} refused the appeal (status {status}): {said}")
    return ResourceError(
        f"the guard at {server} failed (status {status}): {said}; nothing was lifted as far as known"
    )
