"""One request at a time to the endpoint, paced, tried again where that may help, and every exchange in the log."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np

from revenuer.prove.suspects.endpoint.api_key import ApiKey
from revenuer.prove.suspects.endpoint.errors import EndpointError, WireError
from revenuer.prove.suspects.endpoint.exchange_log import Came, ExchangeLog
from revenuer.prove.suspects.endpoint.pace import Pace, back_off_s, retry_after_s
from revenuer.prove.suspects.endpoint.requests import Request
from revenuer.prove.suspects.endpoint.settings import EndpointSettings
from revenuer.prove.suspects.endpoint.wire import error_words, tokens_used
from revenuer.records import MissingDependencyError

AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
"""Statuses after which the same request may be answered."""
NOT_FOR_US = frozenset({401, 402, 403, 404, 405})
"""Statuses that every further request would meet, too."""
MOST_BYTES = 64 << 20


class Exhausted(Exception):
    """All attempts of one request failed; it may be answered another day. `status`: of the last, 0 where there was none."""

    def __init__(self, said: str, status: int = 0) -> None:
        super().__init__(said)
        self.status = status


_Judged = Literal["answered", "refused", "again", "not_for_us"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reply:
    status: int
    text: str
    retry_after: str | None


class Connection:
    """Sends requests, from several threads at once. `spent`: tokens (in, out) by what the answers said of themselves. `before_probe` is
    called before a probe goes out."""

    def __init__(
        self,
        settings: EndpointSettings,
        key: ApiKey,
        log: ExchangeLog,
        *,
        before_probe: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        seed: int = 0,
    ) -> None:
        try:
            import httpx
        except ImportError as error:
            raise MissingDependencyError("an endpoint needs httpx; install revenuer[prove]") from error
        self._settings, self._key, self._log, self._clock = settings, key, log, clock
        self._pace = Pace(settings.requests_per_min, settings.tokens_per_min)
        self._rng = np.random.default_rng(seed)
        self._lock = threading.Lock()
        self.stopped = threading.Event()
        self.spent = (0, 0)
        self._before_probe = before_probe
        self._transport_error: type[Exception] = httpx.HTTPError
        self._client = httpx.Client(
            timeout=httpx.Timeout(settings.timeout_s, connect=min(10.0, settings.timeout_s)),
            follow_redirects=False,
            headers={"user-agent": "revenuer-prove", **key.headers()},
        )

    def close(self) -> None:
        """Close the connections; requests under way fail."""
        self.stopped.set()
        self._client.close()

    def send(self, request: Request, check: Callable[[str], Any]) -> Came | None:
        """Return what comes back for a request, or None where the endpoint refuses it for good; both are in the log. `check` raises
        WireError for a body that is no answer.

        Raises Exhausted after the last attempt, and EndpointError where no request would be answered.
        """

        def judged(reply: _Reply) -> _Judged:
            if 200 <= reply.status < 300:
                check(reply.text)
                return "answered"
            if reply.status in NOT_FOR_US or 300 <= reply.status < 400:
                return "not_for_us"
            return "refused" if 400 <= reply.status < 500 and reply.status not in AGAIN else "again"

        return self._tried(request, judged)

    def probe(self, request: Request) -> Came | None:
        """Return what comes back for a probe, whichever status it has: a refusal says what the endpoint cannot do. None where it fails inside
        each time. Raises EndpointError where the endpoint is away, or not for us."""
        known = self._log.came(request)
        if known is not None:
            return known
        self._before_probe()

        def judged(reply: _Reply) -> _Judged:
            if reply.status in (401, 402, 403):
                return "not_for_us"
            return "again" if reply.status in AGAIN else "answered"

        try:
            return self._tried(request, judged)
        except Exhausted as error:
            if error.status == 500:
                return None
            raise EndpointError(
                f"{self._settings.base_url} does not answer ({error}); nothing is lost: run the same command again when it does"
            ) from error

    def _tried(self, request: Request, judged: "Callable[[_Reply], _Judged]") -> Came | None:
        said, status = "", 0
        for attempt in range(1, self._settings.attempts + 1):
            self._wait(request)
            self._log.sent(request, attempt)
            began = self._clock()
            pause: float | None = None
            verdict: _Judged = "again"
            try:
                status = 0
                reply = self._post(request)
                status = reply.status
                pause = retry_after_s(reply.retry_after, datetime.now(UTC))
                verdict = judged(reply)
                said = f"{status} {error_words(reply.text)}"
                if verdict == "answered":
                    return self._done(
                        request, Came(status=status, response=reply.text), self._clock() - began
                    )
            except (WireError, self._transport_error) as error:
                said = self._key.hide(f"{type(error).__name__}: {error}".strip()[:300])
            if verdict == "refused":
                self._log.refused(request, status, said)
                return None
            self._log.attempt_failed(request, attempt, status, said)
            if verdict == "not_for_us":
                raise EndpointError(self._not_for_us(said))
            if attempt < self._settings.attempts:
                self._pause(attempt, pause)
        raise Exhausted(said, status)

    def _post(self, request: Request) -> _Reply:
        """Return the whole reply. Raises WireError where it is no UTF-8 or beyond all measure."""
        url = self._settings.base_url + request.path
        pieces: list[bytes] = []
        held = 0
        with self._client.stream("POST", url, json=dict(request.body)) as response:
            for piece in response.iter_bytes():
                pieces.append(piece)
                held += len(piece)
                if held > MOST_BYTES:
                    raise WireError(f"the body has more than {MOST_BYTES >> 20} MiB")
        try:
            text = b"".join(pieces).decode("utf-8")
        except UnicodeDecodeError as error:
            raise WireError("the body is not UTF-8") from error
        return _Reply(
            status=response.status_code,
            text=self._key.hide(text),
            retry_after=response.headers.get("retry-after"),
        )

    def _done(self, request: Request, came: Came, took_s: float) -> Came:
        self._log.answered(request, came, took_s)
        used = tokens_used(came.response)
        with self._lock:
            inward, outward = used if used is not None else (request.tokens_in, request.tokens_out)
            self._pace.settle(request.tokens_in + request.tokens_out, inward + outward)
            self.spent = (self.spent[0] + inward, self.spent[1] + outward)
        return came

    def _wait(self, request: Request) -> None:
        with self._lock:
            until = self._pace.reserve(self._clock(), request.tokens_in + request.tokens_out)
        self._sleep(until - self._clock())

    def _pause(self, attempt: int, asked: float | None) -> None:
        with self._lock:
            own = back_off_s(attempt, self._settings.first_delay_s, self._settings.longest_delay_s, self._rng)
            pause = max(own, asked or 0.0)
            if asked is not None:
                self._pace.hold(self._clock() + asked)
        self._sleep(pause)

    def _sleep(self, seconds: float) -> None:
        if seconds > 0.0:
            self.stopped.wait(seconds)
        if self.stopped.is_set():
            raise Exhausted("stopped")

    def _not_for_us(self, said: str) -> str:
        return (
            f"{self._settings.base_url} answers {said}; check the address, the model's name and the key, "
            "then run the same command again: what was answered is kept"
        )
