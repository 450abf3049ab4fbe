"""What asking will cost, before anything is sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from revenuer.prove.suspects.endpoint.requests import Request

PROBES = 6
PROBE_TOKENS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """The provider's prices for a million tokens, in one currency that the user knows; None = unknown."""

    input: float | None = None
    output: float | None = None

    def of(self, tokens_in: int, tokens_out: int) -> float | None:
        """Return the price, None where one is unknown."""
        if self.input is None or self.output is None:
            return None
        return (tokens_in * self.input + tokens_out * self.output) / 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What is about to be sent. `tokens_in` is estimated from the texts' lengths; `tokens_out` is the most that may come back. `cost`: None
    where no prices were given. `spent`: by what the log holds already."""

    requests: int
    tokens_in: int
    tokens_out: int
    cost: float | None
    spent: float | None = None


Consent = Callable[[Estimate], None]
"""Called before anything is sent; raises UsageError where the user has not agreed."""


def estimate(requests: Sequence[Request], prices: Prices, *, probing: bool, spent: float | None) -> Estimate:
    """Return what sending `requests`, and finding out first what the endpoint can do, takes."""
    probes = PROBES if probing else 0
    tokens_in = sum(request.tokens_in for request in requests) + probes * PROBE_TOKENS
    tokens_out = sum(request.tokens_out for request in requests) + probes
    return Estimate(
        requests=len(requests) + probes,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost=prices.of(tokens_in, tokens_out),
        spent=spent,
    )
