"""Makes values coarser: times to whole hours, days or weeks, counts to buckets, shares to tenths, addresses to networks."""

import ipaddress
from datetime import UTC, datetime, timedelta

from revenuer.share.stix.extension import Range

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_WEIGHT = 12
"""Evidence beyond 10^12 is told as that: an exact figure would tell one campaign of ours from another."""
_TENTHS = 10


def floor_time(moment: datetime, unit_s: int) -> datetime:
    """Return the start of the unit (counted from 1970-01-01 UTC) that a time lies in."""
    seconds = (moment - _EPOCH) // timedelta(seconds=1)
    return _EPOCH + timedelta(seconds=seconds - seconds % unit_s)


def ceil_time(moment: datetime, unit_s: int) -> datetime:
    """Return the end of the unit that a time lies in: always after it, so that a window never closes before what it holds."""
    return floor_time(moment, unit_s) + timedelta(seconds=unit_s)


def bounds(counts: str) -> tuple[int, ...]:
    """Return where buckets begin: 0, 1, 3, 10, 30, ... or, for `magnitude`, 0, 1, 10, 100, ..."""
    steps = (1, 3) if counts == "buckets" else (1,)
    return (0, *(step * 10**power for power in range(13) for step in steps if step * 10**power <= 10**12))


def bucket(count: float, counts: str) -> Range:
    """Return the bucket that a count lies in; the last one has no end."""
    edges = bounds(counts)
    place = max(at for at, edge in enumerate(edges) if edge <= max(count, 0))
    return Range(at_least=edges[place], below=edges[place + 1] if place + 1 < len(edges) else None)


def tenth(share: float) -> float:
    """Return a share to the nearest tenth."""
    return round(min(max(share, 0.0), 1.0) * _TENTHS) / _TENTHS


def weight(log10: float) -> int:
    """Return the whole number that a weight reached, between -MOST_WEIGHT and MOST_WEIGHT."""
    return int(min(max(log10, -MOST_WEIGHT), MOST_WEIGHT) // 1)


def network_of(
    value: str, ipv4_prefix: int, ipv6_prefix: int
) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """Return the network of at most the given length around an address or a network; None for what is neither."""
    try:
        given = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return None
    longest = ipv4_prefix if given.version == 4 else ipv6_prefix
    return given if given.prefixlen <= longest else given.supernet(new_prefix=longest)
