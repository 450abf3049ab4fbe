"""The cost of asking a suspect, shown before anything is sent, and the user's consent to it."""

import click

from revenuer.prove.suspects.endpoint import Consent, Estimate
from revenuer.records import UsageError


def consent_of(*, yes: bool, max_cost: float | None) -> Consent:
    """Return what shows an estimate on stderr and raises UsageError unless the user agreed to it by --yes or a sufficient --max-cost."""

    def consent(estimate: Estimate) -> None:
        click.echo(_words(estimate), err=True)
        if yes:
            return
        if max_cost is None:
            raise UsageError(
                "nothing was sent; add --yes to send it, or --max-cost with the most that it may cost"
            )
        if estimate.cost is None:
            raise UsageError(
                "nothing was sent: --max-cost needs --price-in and --price-out (for a million tokens)"
            )
        total = estimate.cost + (estimate.spent or 0.0)
        if total > max_cost:
            raise UsageError(f"nothing was sent: it may cost {total:.4f}, more than --max-cost {max_cost:g}")

    return consent


def _words(estimate: Estimate) -> str:
    cost = "prices unknown" if estimate.cost is None else f"at most {estimate.cost:.4f} by the prices given"
    return (
        f"to send: {estimate.requests:,} requests, some {estimate.tokens_in:,} tokens (estimated from the texts' lengths); "
        f"to come back: at most {estimate.tokens_out:,} tokens; {cost}"
    )
