"""Ranges behind which strangers sit together: merged, searched by bisection, and as large as real lists are."""

import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.shared_data import shared
from builders.shared_scan import FULL_POLICY, objects_of, row, shop, table
from revenuer.records import InputError
from revenuer.share.policy.shared_egress import CARRIER_NAT, ranges, read_list, read_ranges

networks = st.tuples(st.integers(0, 2**16 - 1), st.integers(18, 32)).map(
    lambda pair: ipaddress.ip_network((0xC6330000 + pair[0], pair[1]), strict=False)
)


@given(held=st.lists(networks, max_size=30), asked=networks)
def test_touching_is_overlap(held: list[ipaddress.IPv4Network], asked: ipaddress.IPv4Network) -> None:
    assert ranges(held).touches(asked) == any(one.overlaps(asked) for one in held)


def test_versions_do_not_mix() -> None:
    both = ranges(["198.51.100.0/24", "2001:db8::/32"])
    assert both.touches(ipaddress.ip_network("2001:db8:1::/48"))
    assert not both.touches(ipaddress.ip_network("::c633:6400/128"))
    assert not ranges([]).touches(ipaddress.ip_network("0.0.0.0/0"))


def test_what_rfcs_reserve_for_carriers_is_read() -> None:
    assert ranges(CARRIER_NAT).touches(ipaddress.ip_network("100.64.0.1/32"))


def test_a_list_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "x.gz").write_bytes(b"no gzip")
    for name in ("x.gz", "absent.txt"):
        with pytest.raises(InputError, match="nothing leaves without it"):
            read_list(tmp_path / name)


@pytest.mark.shared
def test_real_lists(tmp_path: Path) -> None:
    lists = [shared(f"infra/{name}") for name in ("vpn_cidrs.txt.gz", "datacenter_cidrs.txt.gz")]
    found, faults = read_ranges(lists[0])
    assert len(found) > 1_000
    assert not faults
    inside = next(one for one in found if one.version == 4 and 16 <= one.prefixlen <= 24)
    names = ", ".join(f'"{one}"' for one in lists)
    text = FULL_POLICY.replace("combined", "withhold") + f"\n[shared_egress]\nfiles = [{names}]\n"
    rows = table([row("ip", str(inside.network_address + 1)), row("ip_prefix", "203.0.113.0/24")])
    released = shop(tmp_path, text, observables=rows).released()
    assert [one["pattern"] for one in objects_of(released, "indicator")] == [
        "[ipv4-addr:value = '203.0.113.0/24']"
    ]
