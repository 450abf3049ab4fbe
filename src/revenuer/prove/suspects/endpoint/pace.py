"""When the next request may go: limits of requests and tokens a minute, and pauses that the endpoint asked for. Knows no clock of its own."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import numpy as np

LONGEST_RETRY_AFTER_S = 3600.0


class Pace:
    """Requests are spread evenly, without bursts: a limit that the provider counts in another window is then kept as well. Times in seconds
    of one clock."""

    def __init__(self, requests_per_min: float | None = None, tokens_per_min: float | None = None) -> None:
        self._request_s = 60.0 / requests_per_min if requests_per_min else 0.0
        self._token_s = 60.0 / tokens_per_min if tokens_per_min else 0.0
        self._request_free = self._tokens_free = self._held_until = float("-inf")

    def reserve(self, now: float, tokens: int) -> float:
        """Return at which time a request of so many tokens may go; the next one is counted from there."""
        start = max(now, self._request_free, self._tokens_free, self._held_until)
        self._request_free = start + self._request_s
        self._tokens_free = start + tokens * self._token_s
        return start

    def settle(self, estimated: int, used: int) -> None:
        """Correct a reservation by what the answer says that it used."""
        self._tokens_free += (used - estimated) * self._token_s

    def hold(self, until: float) -> None:
        """Let nothing go before `until`."""
        self._held_until = max(self._held_until, until)


def back_off_s(attempt: int, first_s: float, longest_s: float, rng: np.random.Generator) -> float:
    """Return the pause after failed attempt number `attempt` (from 1): doubled each time, half of it drawn, so that several clients part."""
    full = min(longest_s, first_s * 2.0 ** (attempt - 1))
    return float(full * (0.5 + 0.5 * rng.random()))


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for, as a number or a date (RFC 9110, 10.2.3); None where it says nothing.
    At most an hour: a longer pause is for the user to decide."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            moment = parsedate_to_datetime(header)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - now).total_seconds()
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S) if np.isfinite(seconds) else None
