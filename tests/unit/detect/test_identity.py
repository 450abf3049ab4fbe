"""Shared identity values weigh by their rarity, and values of many link nobody."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from revenuer.detect.identity import ATTRIBUTES, MAX_WEIGHT, Identity, read_identity
from revenuer.engine import DuckDBEngine
from revenuer.records import ACCOUNT_SCHEMA

LOGGED = ("ip", "ip_prefix", "user_agent", "tls_fingerprint")


def read(
    folder: Path,
    size: int,
    *,
    logged: list[dict[str, int]] | None = None,
    seed: int = 0,
    **registered: list[str | None],
) -> Identity:
    rows = [{**dict.fromkeys(LOGGED), **row} for row in logged or []]
    schema = pa.schema([("acct", pa.int32()), *((name, pa.int64()) for name in LOGGED)])
    registry = pa.Table.from_arrays(
        [
            pa.array(registered.get(f.name, [None] * size), f.type)
            for f in ACCOUNT_SCHEMA
            if f.name != "account_id"
        ],
        names=[name for name in ACCOUNT_SCHEMA.names if name != "account_id"],
    )
    with DuckDBEngine(folder / "engine") as engine:
        engine.register("ex", pa.Table.from_pylist(rows, schema))
        return read_identity(engine, size, registry, np.random.Generator(np.random.PCG64(seed)))


def pairs(found: Identity, attribute: str) -> dict[frozenset[int], float]:
    part = found.attribute == ATTRIBUTES.index(attribute)
    return {
        frozenset((int(a), int(b))): float(w)
        for a, b, w in zip(found.source[part], found.target[part], found.weight[part], strict=True)
    }


def test_a_rare_shared_value_links_and_a_private_one_does_not(tmp_path: Path) -> None:
    cards = [None] * 100
    cards[3] = cards[70] = "same"
    cards[5] = "own"
    found = pairs(read(tmp_path, 100, payment_fingerprint=cards), "payment_fingerprint")
    assert found == {frozenset((3, 70)): pytest.approx(np.log10(50))}


def test_the_rarer_the_heavier_up_to_a_cap(tmp_path: Path) -> None:
    ips = ["pair" if i < 2 else "many" if i < 42 else f"own-{i}" for i in range(2000)]
    found = pairs(read(tmp_path, 2000, signup_ip=ips), "signup_ip")
    assert found[frozenset((0, 1))] == MAX_WEIGHT["signup_ip"]
    many = {w for pair, w in found.items() if not pair & {0, 1}}
    assert sorted(many) == [pytest.approx(np.log10(2000 / 40))]


def test_a_value_of_too_many_links_nobody(tmp_path: Path) -> None:
    found = read(tmp_path, 600, email_domain=["gmail.com"] * 300 + [f"own-{i}" for i in range(300)])
    assert pairs(found, "email_domain") == {}
    assert (found.values["email_domain"][2][:300] == 300).all()


def test_every_holder_of_a_value_is_linked_to_a_bounded_number(tmp_path: Path) -> None:
    found = pairs(read(tmp_path, 400, payment_fingerprint=["one"] * 60 + [None] * 340), "payment_fingerprint")
    degree = np.bincount([a for pair in found for a in pair], minlength=60)
    assert degree.min() >= 4
    assert degree.max() <= 8


def test_an_address_used_once_in_passing_is_not_an_accounts_own(tmp_path: Path) -> None:
    logged = [{"acct": a, "ip": 7 if i == 0 else 100 + a} for a in (0, 1) for i in range(20)]
    assert pairs(read(tmp_path, 50, logged=logged), "ip") == {}
    logged = [{"acct": a, "ip": 7 if i < 5 else 100 + a} for a in (0, 1) for i in range(20)]
    assert list(pairs(read(tmp_path / "b", 50, logged=logged), "ip")) == [frozenset((0, 1))]


def test_what_the_log_does_not_know_is_said(tmp_path: Path) -> None:
    found = read(tmp_path, 10, payment_fingerprint=["x"] * 2 + [None] * 8)
    assert set(found.missing) == set(ATTRIBUTES) - {"payment_fingerprint"}
    nothing = read(tmp_path / "b", 10)
    assert len(nothing.source) == 0
    assert set(nothing.missing) == set(ATTRIBUTES)


def test_same_seed_same_links(tmp_path: Path) -> None:
    cards = ["one"] * 60 + [None] * 40
    one, again, other = (
        pairs(read(tmp_path / str(i), 100, seed=seed, payment_fingerprint=cards), "payment_fingerprint")
        for i, seed in enumerate((1, 1, 2))
    )
    assert one == again
    assert one != other


def test_no_country_language_or_nationality_is_an_attribute() -> None:
    banned = ("country", "lang", "nation", "geo", "region", "locale", "zone", "asn")
    assert not any(word in name for name in ATTRIBUTES for word in banned)
