"""A measure that stands against an account until it runs out or is lifted, and the books that caps and budgets are counted in."""

import msgspec

from revenuer.records import Action


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A measure in force. Times in microseconds since 1970 UTC; `until` is when it runs out by itself. `lifted_by` and
    `lifted_why` are set by an appeal: the measure is then over, and the evidence from before `since` is spent."""

    account_id: str
    action: Action
    operator: str
    since: int
    until: int
    log10_e: float
    reason: str
    lifted_by: str | None = None
    lifted_why: str | None = None


class Meter(msgspec.Struct, kw_only=True):
    """Counts that the policy's caps and budgets need; part of the state, saved with it.

    `restricted`: (start of the hour, accounts newly put under a restrictive measure within it).
    `harvested`: requests answered to each operator since it was first suspected.
    """

    hour: int = 0
    restricted: int = 0
    denied: int = 0
    harvested: dict[str, int] = msgspec.field(default_factory=dict)
