"""The policy file: every fault told at once, with its key, and nothing that is out of bounds."""

from pathlib import Path

import pytest

from builders.shared_scan import FULL_POLICY, shop
from revenuer.records import InputError
from revenuer.share.policy import PolicyError, load_share_policy, read_share_policy

PARTNERS = frozenset({"beta", "gamma"})


def faults(text: str, folder: Path) -> dict[str, str]:
    with pytest.raises(PolicyError) as caught:
        read_share_policy(text.encode(), "policy.toml", folder, PARTNERS)
    assert all(str(fault).startswith("policy.toml: ") for fault in caught.value.faults)
    return {fault.key: fault.message for fault in caught.value.faults}


def one_fault(line: str, folder: Path) -> dict[str, str]:
    return faults(f"schema_version = 1\n[partner.beta]\n{line}\n", folder)


def test_all_faults_at_once(tmp_path: Path) -> None:
    text = """
schema_version = 2
surplus = 1
[partner.beta]
tlp = "purple"
observables = ["ip_prefx", "payment_fingerprint"]
min_accounts = 1
objcts = []
[partner.delta]
times = "minute"
[shared_egress]
files = ["absent.txt"]
[never]
words = [""]
"""
    found = faults(text, tmp_path)
    assert found.keys() == {
        "schema_version", "surplus", "partner.beta.tlp", "partner.beta.observables#1", "partner.beta.min_accounts",
        "partner.beta.objcts", "partner.delta", "partner.delta.times", "shared_egress.files#1", "never.words#1",
    }  # fmt: skip
    assert found["partner.beta.observables#1"].endswith("did you mean ip_prefix?")
    assert found["partner.beta.objcts"].endswith("did you mean objects?")
    assert "cannot read the list" in found["shared_egress.files#1"]


@pytest.mark.parametrize("kind", ["payment_fingerprint", "signup_ip", "span", "system_span"])
def test_kinds_that_never_leave(tmp_path: Path, kind: str) -> None:
    assert kind in one_fault(f'observables = ["ip_prefix", "{kind}"]', tmp_path)["partner.beta.observables"]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("min_accounts = 2", "min_accounts"),
        ("min_members = 1", "min_members"),
        ("ipv4_prefix = 29", "ipv4_prefix"),
        ("ipv4_prefix = 15", "ipv4_prefix"),
        ("ipv6_prefix = 65", "ipv6_prefix"),
        ('counts = "exact"', "counts"),
        ('times = "second"', "times"),
        ('pseudonym_epoch = "0d"', "pseudonym_epoch"),
        ('pseudonym_epoch = "30"', "pseudonym_epoch"),
        ("human_text = 1", "human_text"),
        ("caveats = 'one'", "caveats"),
        ("valid = 3", "valid"),
        ("valid = { ip = 3 }", "valid.ip"),
        ("valid = { span = '3d' }", "valid.span"),
        ('families = "text"', "families"),
        ('families = "hashes"\nspan_key = "k"', "families"),
        ('fields = ["families"]', "families"),
        ('families = "hashes"\nfields = ["families"]', "span_key"),
        ('fields = ["members"]', "fields"),
        ('models = ["m"]', "models"),
        ('objects = ["campaign", "note"]', "objects"),
        ('objects = ["indicator"]', "objects"),
        ('objects = ["campaign", "sighting"]', "objects"),
        ('objects = ["campaign", "malware"]', "objects#2"),
        ('observables = ["ip_prefix"]\nmail_domains = ["a.example"]', "mail_domains"),
        ("min_accounts = true", "min_accounts"),
    ],
)
def test_bounds_and_contradictions(tmp_path: Path, line: str, key: str) -> None:
    assert one_fault(line, tmp_path).keys() == {f"partner.beta.{key}"}


@pytest.mark.parametrize("content", [b"= 1", b"\xff\xfe", b"a = [[[[" * 5000])
def test_no_toml(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(PolicyError, match="not TOML"):
        read_share_policy(content, "policy.toml", tmp_path, PARTNERS)


def test_a_list_with_a_bad_line(tmp_path: Path) -> None:
    (tmp_path / "vpn.txt").write_text("198.51.100.0/24\nnonsense\n")
    found = faults('schema_version = 1\n[shared_egress]\nfiles = ["vpn.txt"]\n', tmp_path)
    assert found == {
        "shared_egress.files#1": "vpn.txt: line 2 is 'nonsense', expected a network such as 192.0.2.0/24"
    }


def test_no_policy_no_export(tmp_path: Path) -> None:
    held = shop(tmp_path)
    held.house.policy.unlink()
    with pytest.raises(InputError, match="without a policy nothing leaves"):
        load_share_policy(held.house)


def test_the_hash_covers_the_lists(tmp_path: Path) -> None:
    text = FULL_POLICY + '\n[never]\nfiles = ["names.txt"]\n[shared_egress]\nfiles = ["vpn.txt"]\n'
    held, seen = shop(tmp_path, text), set()
    for names, vpn in (
        ("Acme", "198.51.100.0/24"),
        ("Umbra", "198.51.100.0/24"),
        ("Acme", "198.51.101.0/24"),
    ):
        (tmp_path / "names.txt").write_text(names)
        (tmp_path / "vpn.txt").write_text(vpn)
        seen.add(load_share_policy(held.house).sha256)
    assert len(seen) == 3


def test_a_missing_span_key_says_how_to_make_one(tmp_path: Path) -> None:
    held = shop(tmp_path)
    (tmp_path / "keys" / "beta.spans").unlink()
    with pytest.raises(InputError, match="openssl rand -hex 32"):
        held.released()
