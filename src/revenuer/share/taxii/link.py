"""HTTP to a peer's server: bounded in bytes and time, tried again where that may help, and never with our credential at another host."""

import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import httpx

from revenuer.records import InputError
from revenuer.share.taxii.fault import MEDIA_TYPE

_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
_MOVED = frozenset({301, 302, 307, 308})
_MOST_MOVES = 3
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_CHUNK = 65_536


class PeerFault(InputError):
    """A peer's server gave an answer that cannot be used, or none. `status`: of the answer, 0 without one."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Reply(NamedTuple):
    """A whole answer. Header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def json(self) -> Any:
        """Return the body, whatever type it claims to be: many servers claim a wrong one. Raises PeerFault."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise PeerFault(
                f"{self.url} answered {self.status} with a body that is no JSON", self.status
            ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLimits:
    """`reply_bytes` and `reply_s`: of one answer. `longest_wait_s`: a peer that asks for more patience than this is given up for now."""

    reply_bytes: int = 64 << 20
    reply_s: float = 120.0
    connect_s: float = 10.0
    attempts: int = 6
    first_wait_s: float = 0.5
    longest_wait_s: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """`jitter` draws from [0, 1): peers that failed together must not come back together."""

    jitter: Callable[[], float]
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How we come to a peer. `credential`: `user:password` (Basic) or a token (Bearer). Never shown."""

    credential: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None


class Link:
    """Requests to one peer's server. `home`: the URL whose scheme, host and port alone see the credential."""

    def __init__(self, home: str, access: Access, pace: Pace, limits: LinkLimits | None = None) -> None:
        parts = urlsplit(home)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise PeerFault(
                f"got {home!r}, expected the https URL of a TAXII server; mend `taxii` in house.toml"
            )
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise PeerFault(
                f"{home} is not https: our credential would cross the network in the clear; mend `taxii` in house.toml"
            )
        self._origin = _origin(home)
        self._limits, self._pace = limits or LinkLimits(), pace
        timeout = httpx.Timeout(self._limits.reply_s, connect=self._limits.connect_s)
        self._http = httpx.Client(
            verify=access.tls if access.tls is not None else True,
            follow_redirects=False,
            timeout=timeout,
            headers=_headers(access.credential),
            trust_env=False,
        )

    def get(self, url: str, parameters: Mapping[str, str] | None = None) -> Reply:
        return self._ask("GET", url, parameters, None)

    def post(self, url: str, body: bytes) -> Reply:
        """Post an envelope. Posting again is safe: an object version that is there stays as it is."""
        return self._ask("POST", url, None, body)

    def same_place(self, base: str, url: str) -> str:
        """Return `url`, absolute. Raises PeerFault where it lies at another host, port or scheme."""
        found = urljoin(base, url)
        if _origin(found) != self._origin:
            raise PeerFault(
                f"{base} points to {_shown(found)}, another place than {'://'.join(self._origin[:2])}, which our credential is for;"
                " if that is right, name that place in house.toml"
            )
        return found

    def close(self) -> None:
        self._http.close()

    def _ask(self, method: str, url: str, parameters: Mapping[str, str] | None, body: bytes | None) -> Reply:
        self.same_place(url, url)
        for attempt in range(1, self._limits.attempts + 1):
            try:
                reply = self._moved(method, url, parameters, body)
            except (httpx.TransportError, httpx.InvalidURL) as error:
                why, wait = f"{type(error).__name__}: {str(error)[:200]}", None
            else:
                if reply.status not in _AGAIN:
                    return reply
                why, wait = f"status {reply.status}", _retry_after(reply, self._pace.now())
            if attempt == self._limits.attempts:
                break
            self._pace.sleep(self._wait_s(attempt, wait, why))
        raise PeerFault(
            f"{_shown(url)} failed {self._limits.attempts} times, last with {why}; try again later"
        )

    def _wait_s(self, attempt: int, asked: float | None, why: str) -> float:
        own = self._limits.first_wait_s * 2.0 ** (attempt - 1)
        wait = min(own, self._limits.longest_wait_s) * (0.5 + self._pace.jitter())
        if asked is None:
            return wait
        if asked > self._limits.longest_wait_s:
            raise PeerFault(f"the peer's server ({why}) asks to wait {asked:.0f} s; try again then")
        return max(asked + self._pace.jitter(), wait)

    def _moved(
        self, method: str, url: str, parameters: Mapping[str, str] | None, body: bytes | None
    ) -> Reply:
        for _ in range(_MOST_MOVES + 1):
            reply = self._once(method, url, parameters, body)
            place = reply.headers.get("location")
            if reply.status not in _MOVED or place is None:
                return reply
            url, parameters = self.same_place(url, place), None if urlsplit(place).query else parameters
        raise PeerFault(f"{_shown(url)} redirects in a circle")

    def _once(self, method: str, url: str, parameters: Mapping[str, str] | None, body: bytes | None) -> Reply:
        until = self._pace.monotonic() + self._limits.reply_s
        headers = {} if body is None else {"content-type": MEDIA_TYPE}
        with self._http.stream(method, url, params=parameters, content=body, headers=headers) as response:
            pieces: list[bytes] = []
            size = 0
            for piece in response.iter_bytes(_CHUNK):
                size += len(piece)
                if size > self._limits.reply_bytes:
                    raise PeerFault(
                        f"{_shown(url)} sends more than {self._limits.reply_bytes} bytes; ask for smaller pages"
                    )
                if self._pace.monotonic() > until:
                    raise httpx.ReadTimeout(f"no whole answer in {self._limits.reply_s:g} s")
                pieces.append(piece)
            named = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, named, b"".join(pieces), _shown(url))


def _headers(credential: str | None) -> dict[str, str]:
    headers = {"accept": MEDIA_TYPE, "user-agent": "revenuer", "accept-encoding": "gzip"}
    if credential is None:
        return headers
    if ":" in credential:
        user, _, password = credential.partition(":")
        basic = httpx.BasicAuth(user, password)
        request = next(basic.auth_flow(httpx.Request("GET", "https://peer.invalid")))
        return headers | {"authorization": request.headers["authorization"]}
    return headers | {"authorization": f"Bearer {credential}"}


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise PeerFault(f"{_shown(url)} has no valid port") from error
    return parts.scheme, parts.hostname or "", port or (443 if parts.scheme == "https" else 80)


def _shown(url: str) -> str:
    """Return a URL without what may be secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:300]


def _retry_after(reply: Reply, now: float) -> float | None:
    """Return how many seconds the peer asks us to wait: a number, or a date."""
    value = reply.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, TypeError):
        return None
