"""Who is calling: what anybody may write into a header lets nobody in and frames nobody."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revenuer.guard.front.caller import caller_of
from revenuer.guard.trusted_proxies import TrustedProxies

NOBODY, OURS = TrustedProxies(()), TrustedProxies(("10.0.0.0/8",))
PEER = "198.51.100.7"


def hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@pytest.mark.parametrize(
    ("header", "key"),
    [
        (("authorization", "Bearer sk-1"), "sk-1"), (("authorization", "bearer  sk-1 "), "sk-1"),
        (("x-api-key", "sk-1"), "sk-1"), (("api-key", "sk-1"), "sk-1"), (("authorization", "Basic dTpw"), "Basic dTpw"),
    ],
)  # fmt: skip
def test_the_account_is_the_hash_of_the_key(header: tuple[str, str], key: str) -> None:
    assert caller_of([header], PEER, NOBODY) == (hashed(key), PEER)


@pytest.mark.parametrize(
    ("peer", "account"),
    [
        (PEER, f"address:{PEER}"), ("2001:db8:1:2:3::4", "address:2001:db8:1:2::/64"), (None, "address:unknown"),
        ("::ffff:198.51.100.7", f"address:{PEER}"), ("unix:", "address:unknown"),
    ],
)  # fmt: skip
def test_without_a_key_it_is_the_address(peer: str | None, account: str) -> None:
    assert caller_of([("authorization", "Bearer ")], peer, NOBODY).account_id == account


def test_a_named_account_counts_from_our_own_proxies_only() -> None:
    headers = [("x-account-id", "acct-1"), ("x-api-key", "sk-1")]
    assert caller_of(headers, "10.1.2.3", OURS, "X-Account-Id").account_id == "acct-1"
    assert caller_of(headers, PEER, OURS, "X-Account-Id").account_id == hashed("sk-1")
    assert caller_of(headers, "10.1.2.3", OURS).account_id == hashed("sk-1")
    twice = [("x-account-id", "acct-1"), *headers]
    assert caller_of(twice, "10.1.2.3", OURS, "X-Account-Id").account_id == hashed("sk-1")


@given(
    st.lists(
        st.tuples(st.sampled_from(["x-forwarded-for", "x-account-id", "x-real-ip", "forwarded"]), st.text())
    )
)
def test_no_header_of_a_strangers_changes_who_it_is(headers: list[tuple[str, str]]) -> None:
    known = [*headers, ("authorization", "Bearer sk-1")]
    assert caller_of(known, PEER, OURS, "x-account-id") == (hashed("sk-1"), PEER)


@given(st.text())
def test_what_stands_left_of_our_proxys_own_word_changes_nothing(invented: str) -> None:
    headers = [("x-forwarded-for", f"{invented}, 203.0.113.9")]
    assert caller_of(headers, "10.1.2.3", OURS).client_ip == "203.0.113.9"
