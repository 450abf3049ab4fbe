"""How long what we say of a value stays true: the end that an indicator carries, by what kind of value it is."""

from datetime import datetime, timedelta
from typing import NamedTuple

from revenuer.records import ObservableKind, UsageError

DEFAULT_DAYS = 14


class Lifetime(NamedTuple):
    """Days after the last sight of a value, and why so many."""

    days: int
    reason: str


LIFETIMES: dict[str, Lifetime] = {
    ObservableKind.IP: Lifetime(7, "proxy pools and clouds hand an address to somebody else within days"),
    ObservableKind.IP_PREFIX: Lifetime(14, "a pool keeps its networks longer than one address"),
    ObservableKind.SIGNUP_IP: Lifetime(
        14, "accounts of one batch sign up within days; then the address moves on"
    ),
    ObservableKind.TLS_FINGERPRINT: Lifetime(60, "changes with a release of the client software"),
    ObservableKind.USER_AGENT: Lifetime(30, "changes with a release, or at will"),
    ObservableKind.EMAIL_DOMAIN: Lifetime(90, "a domain is paid by the year, and burnt before"),
    ObservableKind.PAYMENT_FINGERPRINT: Lifetime(90, "a card is replaced within months once it is blocked"),
    ObservableKind.SPAN: Lifetime(
        180, "a prompt template outlives accounts and addresses: it is the operator's own work"
    ),
    ObservableKind.SYSTEM_SPAN: Lifetime(180, "a system prompt outlives accounts and addresses"),
}
"""Judgements, not measurements: no public series says how long such values stay with one operator. They err on the short side, since an expired
claim is renewed by the next sighting and a stale one accuses whoever holds the value next."""


def lifetime_of(kind: str) -> Lifetime:
    """Return how long values of a kind count."""
    return LIFETIMES.get(kind, Lifetime(DEFAULT_DAYS, "an unknown kind: short, until somebody decides"))


def valid_until(kind: str, last_seen: datetime) -> datetime:
    """Return when a claim about a value of this kind ends. Raises UsageError for a time without zone."""
    if last_seen.tzinfo is None:
        raise UsageError("a time needs its zone; give one in UTC")
    return last_seen + timedelta(days=lifetime_of(kind).days)
