"""A measure that stands against an account until it runs out or is lifted, and the books that caps and budgets are counted in."""

from collections.abc import Callable

import msgspec

from revenuer.records import Action

HOUR_US = 3_600_000_000
CLEARED_KEPT = 8
"""Granted appeals that a measure remembers: enough for any honest account, and a bound on what one may cost to store."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A measure in force. Times in microseconds since 1970 UTC; `until` is when it runs out by itself. `lifted_by` and
    `lifted_why` are set by an appeal: the measure is then over, and the evidence from before `since` is spent.

    `log10_e` is the strongest evidence seen while it stood, to a tenth. `rule` names the policy's rule that it follows from.
    `shadow`: it was taken in shadow mode and so never acts: when the policy goes live it is taken anew, under the caps.
    `next_at`: under a throttle, when the next request is let through. `cleared`: operators that earlier appeals cleared
    the account of, each with the evidence that was spent. `logprobs_since`: when the window began in which `logprobs_given` tokens were
    answered with log-probabilities; both only grow, in that order.
    """

    account_id: str
    action: Action
    operator: str
    since: int
    until: int
    log10_e: float
    reason: str
    lifted_by: str | None = None
    lifted_why: str | None = None
    rule: str = ""
    shadow: bool = False
    next_at: int = 0
    cleared: tuple[tuple[str, float], ...] = ()
    logprobs_since: int = 0
    logprobs_given: int = 0

    def in_force(self, now: int) -> bool:
        """Return whether the measure still stands at `now` (microseconds): neither run out nor lifted."""
        return self.until > now and self.lifted_by is None

    def spent(self) -> tuple[tuple[str, float], ...]:
        """Return the appeals granted so far: (operator, log10 e that is spent), latest last."""
        if self.lifted_by is None:
            return self.cleared
        return (*self.cleared, (self.operator, self.log10_e))[-CLEARED_KEPT:]


def lifted(standing: Standing, owner: str, why: str, now: int) -> Standing:
    """Return the measure as an appeal leaves it: over at `now` (microseconds), and remembered with who lifted it and why."""
    return msgspec.structs.replace(standing, until=min(standing.until, now), lifted_by=owner, lifted_why=why)


def as_charged(standing: Standing, known: Standing) -> Standing:
    """Return `standing` with the tokens that either of the two knows to be answered with log-probabilities, whichever says more: what one
    node charged is not forgotten over what another tells."""
    told = (standing.logprobs_since, standing.logprobs_given)
    since, given = max(told, (known.logprobs_since, known.logprobs_given))
    if (since, given) == told:
        return standing
    return msgspec.structs.replace(standing, logprobs_since=since, logprobs_given=given)


def renamed(standing: Standing, name_of: Callable[[str], str]) -> Standing:
    """Return the measure with operators under the names that `name_of` gives them now; the very one given where none changed."""
    operator = name_of(standing.operator)
    cleared = tuple((name_of(name), weight) for name, weight in standing.cleared)
    if operator == standing.operator and cleared == standing.cleared:
        return standing
    return msgspec.structs.replace(standing, operator=operator, cleared=cleared)


class Meter(msgspec.Struct, kw_only=True):
    """Counts that the policy's caps and budgets need; part of the state, saved with it.

    `hour`: the latest hour seen on the events' own clock (hours since 1970), never an earlier one again. `restricted`, `denied`:
    accounts newly put under a restrictive measure, and newly denied, within it. `capped`: requests let through because a cap was
    reached, ever. `harvested`: requests answered to each operator since it was first suspected.
    """

    hour: int = 0
    restricted: int = 0
    denied: int = 0
    capped: int = 0
    harvested: dict[str, int] = msgspec.field(default_factory=dict)

    def enter(self, now: int) -> None:
        """Begin a new hour if `now` (microseconds) lies in one. A clock that jumps back stays in the latest hour seen, so that it
        cannot give out the same cap twice."""
        hour = now // HOUR_US
        if hour > self.hour:
            self.hour, self.restricted, self.denied = hour, 0, 0
