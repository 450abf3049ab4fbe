"""Addresses behind which strangers sit together: VPNs, carriers' NAT, clouds, universities. Such an address alone indicates nobody."""

import gzip
import ipaddress
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from revenuer.records import InputError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MAX_LIST_BYTES = 64 << 20
CARRIER_NAT = ("100.64.0.0/10", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "192.88.99.0/24")
"""RFC 6598 (carriers' NAT), RFC 6052 and 8215 (NAT64), RFC 4380 (Teredo), RFC 3056 and 3068 (6to4)."""
NOT_PUBLIC = (
    "0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "::/127", "fc00::/7", "fe80::/10", "ff00::/8",
)  # fmt: skip
"""RFC 6890 without the ranges for documentation: nobody outside could use such an address, and it tells of our own network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """Address ranges of one version each, merged: `starts` and `ends` (inclusive) by version."""

    starts: dict[int, tuple[int, ...]]
    ends: dict[int, tuple[int, ...]]

    def touches(self, network: Network) -> bool:
        """Return whether any address of `network` is in a range."""
        starts, ends = self.starts.get(network.version, ()), self.ends.get(network.version, ())
        at = bisect_right(starts, int(network.broadcast_address))
        return at > 0 and ends[at - 1] >= int(network.network_address)


def ranges(networks: Iterable[str | Network]) -> Ranges:
    """Return the ranges that `networks` cover together. Raises ValueError for what is no network."""
    parsed = [ipaddress.ip_network(one) if isinstance(one, str) else one for one in networks]
    starts, ends = {}, {}
    for version in (4, 6):
        spans = sorted(
            (int(one.network_address), int(one.broadcast_address)) for one in parsed if one.version == version
        )
        merged = _merged(spans)
        starts[version] = tuple(low for low, _ in merged)
        ends[version] = tuple(high for _, high in merged)
    return Ranges(starts=starts, ends=ends)


def read_ranges(path: Path) -> tuple[list[Network], list[str]]:
    """Return the networks of a list (one a line, # begins a comment, .gz unpacked) and the faults of the lines that are none. Raises InputError where it cannot be read."""
    networks: list[Network] = []
    faults = []
    for number, line in enumerate(read_list(path), start=1):
        words = line.split("#", 1)[0].strip()
        if not words:
            continue
        try:
            networks.append(ipaddress.ip_network(words, strict=False))
        except ValueError:
            faults.append(f"line {number} is {words[:40]!r}, expected a network such as 192.0.2.0/24")
    return networks, faults


def read_list(path: Path) -> Sequence[str]:
    """Return the lines of a text file, unpacked if it ends in .gz. Raises InputError where it cannot be read."""
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else open(path, "rb") as source:
            content = source.read(MAX_LIST_BYTES + 1)
        if len(content) > MAX_LIST_BYTES:
            raise InputError(f"the list {path} has more than {MAX_LIST_BYTES >> 20} MiB; name a shorter one")
        return content.decode("utf-8").splitlines()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot read the list {path}: {error}; the policy names it, so nothing leaves without it"
        ) from error


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for low, high in spans:
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged
