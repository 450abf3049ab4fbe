"""Which client address to believe: the first that no proxy of our own vouches for, read from the right."""

import ipaddress
from collections.abc import Iterable, Sequence

from revenuer.records import UsageError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_HOPS = 32
"""Addresses of one X-Forwarded-For that are looked at; a client may send any number."""


class TrustedProxies:
    """The networks of our own proxies. With none, only the peer of the connection is believed."""

    def __init__(self, networks: Iterable[str]) -> None:
        """Raises UsageError for what is no network or address."""
        self._networks = [_network(text) for text in networks]

    def trusts(self, peer: str | None) -> bool:
        """Return whether `peer` is one of our own proxies, so that what it adds to a request may be believed."""
        address = _address(peer)
        return address is not None and any(address in network for network in self._networks)

    def client(self, peer: str | None, forwarded_for: Sequence[str]) -> str | None:
        """Return the client's address: `peer`, or where that is a proxy of ours, whom it says it was called by, and so on.

        `forwarded_for`: the values of all X-Forwarded-For headers, in order. Each proxy appends its own caller, so only what stands to
        the right of the last address that is not ours was written by us; the rest is the client's to invent. None where even the last
        address is unreadable.
        """
        return self._walk(_address(peer), forwarded_for)

    def behind(self, forwarded_for: str) -> str | None:
        """Return the client's address where the peer is not known but is one of ours; None where no proxies were named."""
        own = next((network.network_address for network in self._networks), None)
        return None if own is None else self._walk(own, [forwarded_for])

    def _walk(self, client: Address | None, forwarded_for: Sequence[str]) -> str | None:
        hops = [hop.strip() for value in forwarded_for for hop in value.split(",")]
        for hop in reversed(hops[-MAX_HOPS:]):
            if client is None or not any(client in network for network in self._networks):
                break
            client = _address(hop)
        return None if client is None else str(client)


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise UsageError(f"{text!r} is no network; write 10.0.0.0/8, or one address") from error


def _address(text: str | None) -> Address | None:
    """Return the address in `text`, which may have a port (`1.2.3.4:5`, `[::1]:5`); IPv4 mapped into IPv6 becomes IPv4 again."""
    if text is None:
        return None
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
