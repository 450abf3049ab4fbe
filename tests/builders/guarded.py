"""One request, one account and one assessment for tests of the guard's policy."""

from revenuer.guard.assessment import Assessment
from revenuer.guard.event import Event, Registered

NOON = 1_780_000_000_000_000 // 3_600_000_000 * 3_600_000_000
"""Microseconds since 1970 UTC, at a full hour."""
SECOND = 1_000_000
HOUR = 3_600 * SECOND


def event(account: str = "a", at: int = NOON, organization: str | None = None) -> Event:
    return Event(
        request_id=f"r-{account}-{at}",
        account_id=account,
        model="m",
        timestamp=at,
        organization_id=organization,
    )


def who(
    verification: str | None = "none", plan: str | None = "free", declared_use: str | None = None
) -> Registered:
    return Registered(plan=plan, verification=verification, declared_use=declared_use)


def evidence(log10_e: float, operator: str | None = "op", harvested: int = 0) -> Assessment:
    return Assessment(
        operator=operator,
        log10_e=log10_e,
        signals=("shares an instruction with 40 accounts",),
        harvested=harvested,
    )
