"""The one spelling of a client's address that is hashed, and the network that it belongs to."""

import ipaddress
import re

import pyarrow as pa
import pyarrow.compute as pc

_IPV4 = re.compile(r"(\d+\.\d+\.\d+)\.\d+", re.ASCII)


def addresses(ip: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return (addresses, each one's network: /24 for IPv4, /48 for IPv6).

    An IPv6 address is written in its shortest form (RFC 5952), one that IPv4 is mapped into as IPv4. What is no address stays
    as it is and is its own network.
    """
    coded = ip.cast(pa.string()).dictionary_encode()
    spelled = coded.dictionary
    colons = pc.match_substring(spelled, ":")
    if pc.any(colons).as_py():
        shortest = [_shortest(address) for address in spelled.filter(colons).to_pylist()]
        spelled = pc.replace_with_mask(spelled, colons, pa.array(shortest))
    network = pc.replace_substring_regex(spelled, r"^(\d+\.\d+\.\d+)\.\d+$", r"\1.0/24")
    colons = pc.match_substring(spelled, ":")
    if pc.any(colons).as_py():
        networks = [_network(address) for address in spelled.filter(colons).to_pylist()]
        network = pc.replace_with_mask(network, colons, pa.array(networks))
    return spelled.take(coded.indices), network.take(coded.indices)


def one_address(ip: str) -> str:
    """Return the spelling that `addresses` gives one address."""
    return _shortest(ip) if ":" in ip else ip


def address_and_network(ip: str) -> tuple[str, str]:
    """Return what `addresses` makes of one address."""
    spelled = one_address(ip)
    if ":" in spelled:
        return spelled, _network(spelled)
    found = _IPV4.fullmatch(spelled)
    return spelled, f"{found[1]}.0/24" if found else spelled


def _shortest(address: str) -> str:
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    return str(parsed.ipv4_mapped or parsed)


def _network(address: str) -> str:
    try:
        return str(ipaddress.IPv6Network((address, 48), strict=False))
    except ValueError:
        return address
