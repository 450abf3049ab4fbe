"""What is asked about and what is offered: canonical strings of kind and value, the same in every house."""

import ipaddress
from dataclasses import dataclass

from revenuer.records import InputError, ObservableKind

BAND = "band"
"""Kind of an item that stands for one MinHash band of a prompt family."""

MOST_ITEM_BYTES = 4096
SEPARATOR = "\x1f"

LOW_ENTROPY = (
    ObservableKind.IP,
    ObservableKind.IP_PREFIX,
    ObservableKind.SIGNUP_IP,
    ObservableKind.EMAIL_DOMAIN,
    ObservableKind.PAYMENT_FINGERPRINT,
)
"""Kinds whose values somebody can run through: a plain or shared-salt hash of one is as good as the value, so they pass by matching only."""

_ADDRESSES = (ObservableKind.IP, ObservableKind.SIGNUP_IP)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedItem:
    """One item that policy lets a partner match. `campaign`: STIX id of the campaign it belongs to. `confidence`: 0 to 100."""

    kind: str
    value: str
    campaign: str
    confidence: int


def item_of(kind: str, value: str) -> bytes:
    """Return the function's input for a value: kind, unit separator, value in its one spelling (addresses and networks as Python's
    `ipaddress` writes them, e-mail domains in lower case, all else as it is).

    Raises InputError for an empty value, one too long, half a character, or no address where one is expected; the value itself is not told.
    """
    text = kind + SEPARATOR + _spelled(kind, value)
    try:
        item = text.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"a value of kind {kind} holds half a character; leave it out") from error
    if not value or len(item) > MOST_ITEM_BYTES:
        raise InputError(
            f"a value of kind {kind} has {len(value)} characters; expected 1 to some {MOST_ITEM_BYTES}, leave it out"
        )
    return item


def _spelled(kind: str, value: str) -> str:
    try:
        if kind in _ADDRESSES:
            return str(ipaddress.ip_address(value))
        if kind == ObservableKind.IP_PREFIX:
            return str(ipaddress.ip_network(value, strict=False))
    except ValueError as error:
        raise InputError(f"a value of kind {kind} is no address; mend the table that it came from") from error
    return value.lower() if kind == ObservableKind.EMAIL_DOMAIN else value
