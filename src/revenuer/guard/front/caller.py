"""Who sent a request, from what the connection and trusted headers say."""

import hashlib
import ipaddress
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from revenuer.guard.trusted_proxies import TrustedProxies

_KEY_HEADERS = ("authorization", "x-api-key", "api-key")


class Caller(NamedTuple):
    """`account_id`: hash of the API key, or what a trusted proxy named, or `address:...` where there is neither."""

    account_id: str
    client_ip: str | None


def caller_of(
    headers: Iterable[tuple[str, str]],
    peer: str | None,
    proxies: TrustedProxies,
    account_header: str | None = None,
) -> Caller:
    """Return who is calling. `headers`: lower-case names. `peer`: the other end of the connection.

    An account named in a header counts only if `peer` is a proxy of ours; from anybody else it could frame a stranger.
    """
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)
    client_ip = proxies.client(peer, values.get("x-forwarded-for", ()))
    if account_header is not None and proxies.trusts(peer):
        named = values.get(account_header.lower(), [""])
        if len(named) == 1 and named[0]:
            return Caller(named[0], client_ip)
    return Caller(_by_key(values) or account_by_address(client_ip), client_ip)


def hash_of_key(key: str) -> str:
    """Return the account id of an API key: its SHA-256 in hex, as LiteLLM logs it, so that live and logged accounts agree."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def is_key_hash(text: str) -> bool:
    """Return whether `text` is already the hash of a key."""
    return len(text) == 64 and all(digit in "0123456789abcdef" for digit in text)


def _by_key(values: Mapping[str, list[str]]) -> str | None:
    for name in _KEY_HEADERS:
        for value in values.get(name, ()):
            scheme, _, token = value.strip().partition(" ")
            key = token.strip() if scheme.lower() == "bearer" else value.strip()
            if key:
                return hash_of_key(key)
    return None


def account_by_address(client_ip: str | None) -> str:
    """Return the account of somebody without a key: the address, in IPv6 the /64 that one subscriber has."""
    if client_ip is None:
        return "address:unknown"
    address = ipaddress.ip_address(client_ip)
    if address.version == 6:
        return f"address:{ipaddress.ip_network((address, 64), strict=False).network_address}/64"
    return f"address:{address}"
