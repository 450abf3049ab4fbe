"""How many tokens' log-probabilities an account under `restrict` may have in a window of time."""

import msgspec

from revenuer.guard.event import Event
from revenuer.guard.standing import Standing
from revenuer.records import Limits

SECOND_US = 1_000_000
MAX_WINDOW_S = 30 * 86_400
"""A measure that ran out so long ago is forgotten, and what its account was given with it."""


def within_budget(limits: Limits, measure: Standing, event: Event) -> tuple[Limits, Standing]:
    """Return the limits for this one request, and the measure charged with the tokens that it may be answered with.

    Charged is what was asked for, as nobody knows yet how long the answer will be; what the budget does not hold to the end is answered
    without log-probabilities. So is a request that does not name them in a way that the event knows: nobody charged for it. A
    window that is over begins again with the next request. A clock that jumps back does not begin it again; one that jumps far ahead
    keeps its window until time catches up. Over the edge of two windows an account may have both budgets at once.
    """
    budget = limits.logprob_budget
    if not limits.logprobs or budget is None:
        return limits, measure
    since, given = measure.logprobs_since, measure.logprobs_given
    if event.timestamp >= since + limits.logprob_window_s * SECOND_US:
        since, given = event.timestamp, 0
    charge = most_tokens(limits, event)
    if not event.logprobs or charge is None or given + charge > budget:
        return msgspec.structs.replace(limits, logprobs=False), measure
    return limits, msgspec.structs.replace(measure, logprobs_since=since, logprobs_given=given + charge)


def most_tokens(limits: Limits, event: Event) -> int | None:
    """Return how many tokens the answers to a request may have together within the limits; None where nothing bounds them."""
    bounds = [bound for bound in (limits.max_tokens, event.max_tokens) if bound is not None]
    return max(min(bounds), 1) * max(min(event.n, limits.max_n), 1) if bounds else None
