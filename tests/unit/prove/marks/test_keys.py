import base64
import hashlib
import hmac
from datetime import date
from pathlib import Path

import pytest

from revenuer.prove.marks.keys import decoy_keys, derive_key, read_master
from revenuer.records import InputError

MASTER = bytes(range(32))
EPOCH = date(2026, 3, 1)


def test_a_key_is_the_hmac_of_its_name() -> None:
    key = derive_key(MASTER, "green", "account:acct_42", EPOCH)
    expected = hmac.digest(MASTER, b"revenuer mark 1|green|account:acct_42|2026-03-01", "sha256")
    assert key.secret == expected
    assert key.words(2) == (int.from_bytes(expected[:4], "little"), int.from_bytes(expected[4:8], "little"))
    opened = b"revenuer commitment 1|green|account:acct_42|2026-03-01|" + expected
    assert key.commitment == hashlib.sha256(opened).hexdigest()


def test_every_part_of_the_name_makes_another_key() -> None:
    keys = {
        derive_key(MASTER, *name).secret
        for name in (
            ("green", "account:a", EPOCH),
            ("gumbel", "account:a", EPOCH),
            ("green", "account:b", EPOCH),
            ("green", "account:a", date(2026, 3, 2)),
        )
    }
    assert len(keys) == 4


@pytest.mark.parametrize(
    "label", ["", "acct_42", "account:", "account:a b", "account:a|b", "Account:a", "account:a\n"]
)
def test_labels_without_kind_or_with_a_bar_are_refused(label: str) -> None:
    with pytest.raises(InputError, match="expected a kind and a name"):
        derive_key(MASTER, "green", label, EPOCH)


@pytest.mark.parametrize("text", [MASTER.hex(), base64.b64encode(MASTER).decode(), MASTER.hex() + "\n"])
def test_a_master_is_hex_or_base64(tmp_path: Path, text: str) -> None:
    (tmp_path / "master").write_text(text)
    assert read_master(tmp_path / "master") == MASTER


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds 0 bytes"),
        ("00ff", "holds 2 bytes"),
        ("swordfish!", "neither hex"),
        ("00" * 32, "almost the same byte"),
    ],
)
def test_what_is_no_master_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "master").write_text(text)
    with pytest.raises(InputError, match=said):
        read_master(tmp_path / "master")
    with pytest.raises(InputError, match="new-master"):
        read_master(tmp_path / "none")


def test_decoys_are_the_hashes_of_their_numbers() -> None:
    keys = decoy_keys(7, 3, 4)
    digest = hashlib.sha256(b"revenuer decoy 1|7|2").digest()
    assert keys.shape == (3, 4)
    assert keys[2].tobytes() == digest[:16]
    assert (
        decoy_keys(7, 3, 12)[2].tobytes() == digest + hashlib.sha256(b"revenuer decoy 1|7|2|1").digest()[:16]
    )
    assert decoy_keys(7, 0, 2).shape == (0, 2)
