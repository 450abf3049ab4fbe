"""A partner's set: what is in the file, what a build does anew, and what the file gives away."""

from pathlib import Path

import numpy as np
import pytest

from builders.match_houses import ITEMS, NOON, campaign, item, make_house, offer
from revenuer.records import InputError, UsageError
from revenuer.share.matching import MatchFault, PreparedItem, build_set, item_of, open_server, publish_set
from revenuer.share.matching.evaluated import RECORD_BYTES
from revenuer.share.matching.match_key import key_id_of
from revenuer.share.matching.prepare import PAD
from revenuer.share.matching.rows import MOST_SLOTS, Payload, seed_of
from revenuer.share.matching.table import HEADER_BYTES, open_table, table_bytes
from revenuer.share.matching.voprf import OprfKey, evaluate, new_key

IP = item_of("ip", "192.0.2.7")


@pytest.fixture(scope="module")
def key() -> OprfKey:
    return new_key()


def reveals(path: Path, key: OprfKey, asked: bytes) -> list[Payload]:
    return open_table(path).reveals(seed_of(evaluate(key, asked)))


def test_an_item_reveals_its_campaigns_surest_first(tmp_path: Path, key: OprfKey) -> None:
    built = build_set(tmp_path, key, 1, ITEMS)
    assert (built.items, built.rows, built.evaluated) == (3, PAD, 3)
    assert reveals(built.path, key, IP) == [Payload(campaign(1), 85), Payload(campaign(2), 15)]
    assert reveals(built.path, key, item_of("email_domain", "Burner.EXAMPLE")) == [Payload(campaign(2), 50)]
    assert reveals(built.path, key, item_of("ip", "192.0.2.8")) == []
    assert reveals(built.path, key, item_of("signup_ip", "192.0.2.7")) == []


def test_a_row_opens_for_its_own_item_and_key_alone(tmp_path: Path, key: OprfKey) -> None:
    built = build_set(tmp_path, key, 1, ITEMS)
    assert reveals(built.path, new_key(), IP) == []
    raw = built.path.read_bytes()
    for name, value in (("192.0.2.7", b"192.0.2.7"), ("campaign", campaign(1).encode())):
        assert value not in raw, name
    assert IP not in (tmp_path / f"evaluated-{key_id_of(key.public).hex()}.bin").read_bytes()


def test_only_new_items_are_evaluated_and_gone_ones_go(tmp_path: Path, key: OprfKey) -> None:
    build_set(tmp_path, key, 1, ITEMS)
    more = [*ITEMS[1:], item("ip", "192.0.2.9", 3)]
    built = build_set(tmp_path, key, 2, more)
    assert (built.evaluated, built.removed) == (1, 0)
    built = build_set(tmp_path, key, 3, [one for one in more if one.value != "192.0.2.7"])
    assert (built.evaluated, built.removed) == (0, 1)
    assert reveals(built.path, key, IP) == []
    assert reveals(built.path, key, item_of("ip", "192.0.2.9")) == [Payload(campaign(3), 85)]


def test_a_changed_campaign_is_sealed_anew_and_leaks_nothing_of_the_old(tmp_path: Path, key: OprfKey) -> None:
    before = build_set(tmp_path, key, 1, [item("ip", "192.0.2.7", 1)])
    old = open_table(before.path)
    after = build_set(tmp_path, key, 2, [item("ip", "192.0.2.7", 2)])
    new = open_table(after.path)
    assert after.evaluated == 0
    assert reveals(after.path, key, IP) == [Payload(campaign(2), 85)]
    assert np.array_equal(old.tags, new.tags)
    changed = np.flatnonzero((old.sealed != new.sealed).any(axis=1))
    assert len(changed) == 1
    row_before, row_after = old.sealed[changed[0]], new.sealed[changed[0]]
    # A stream cipher under one nonce would show the difference of the two ids here.
    differing = int(np.unpackbits(row_before ^ row_after).sum())
    assert differing > 80


def test_the_size_tells_the_count_but_roughly(tmp_path: Path, key: OprfKey) -> None:
    few = build_set(tmp_path, key, 1, ITEMS)
    more = build_set(tmp_path, key, 2, [item("ip", f"10.0.{i // 256}.{i % 256}") for i in range(900)])
    none = build_set(tmp_path, key, 3, [])
    assert few.rows == more.rows == none.rows == PAD
    assert open_table(none.path).tags.size == PAD


def test_more_campaigns_than_an_item_may_reveal_are_counted(tmp_path: Path, key: OprfKey) -> None:
    built = build_set(tmp_path, key, 1, [item("ip", "192.0.2.7", i, i) for i in range(10)])
    assert built.left_out == 10 - MOST_SLOTS
    assert [one.confidence for one in reveals(built.path, key, IP)] == [9, 8, 7, 6, 5, 4, 3, 2]


def test_a_build_that_was_killed_goes_on(tmp_path: Path, key: OprfKey) -> None:
    items = [item("ip", f"10.0.0.{i}") for i in range(50)]
    build_set(tmp_path, key, 1, items)
    store = tmp_path / f"evaluated-{key_id_of(key.public).hex()}.bin"
    # What a kill in the midst of a write leaves: whole records, and the start of one.
    store.write_bytes(store.read_bytes()[: 20 * RECORD_BYTES + 17])
    told: list[tuple[int, int]] = []
    built = build_set(tmp_path, key, 2, items, lambda done, of: told.append((done, of)))
    assert built.evaluated == 30
    assert told == [(30, 30)]
    assert store.stat().st_size == 50 * RECORD_BYTES
    assert store.stat().st_mode & 0o077 == 0
    for i in range(50):
        assert reveals(built.path, key, item_of("ip", f"10.0.0.{i}"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: b"",
        lambda raw: raw[:HEADER_BYTES],
        lambda raw: raw[:-1],
        lambda raw: raw + b"\0",
        lambda raw: b"X" + raw[1:],
        lambda raw: raw[: HEADER_BYTES - 8] + (2**40).to_bytes(8, "little") + raw[HEADER_BYTES:],
        lambda raw: raw[:HEADER_BYTES] + b"\xff" * 8 + raw[HEADER_BYTES + 8 :],
    ],
)
def test_a_spoilt_set_file_is_an_error(tmp_path: Path, key: OprfKey, spoil: object) -> None:
    built = build_set(tmp_path, key, 1, ITEMS)
    assert callable(spoil)
    built.path.write_bytes(spoil(built.path.read_bytes()))
    with pytest.raises(MatchFault):
        open_table(built.path)


def test_equal_tags_are_told_apart_by_what_opens(tmp_path: Path, key: OprfKey) -> None:
    from revenuer.share.matching.rows import row_of

    key_id = key_id_of(key.public)
    seed = seed_of(evaluate(key, IP))
    real = row_of(seed, 0, Payload(campaign(1), 85).packed(), key_id)
    false = real[:8] + bytes(33)
    path = tmp_path / "set"
    path.write_bytes(table_bytes([false, real, false], key_id, 1))
    assert open_table(path).reveals(seed) == [Payload(campaign(1), 85)]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("ip", "not an address"),
        ("ip_prefix", "10.0.0.0/99"),
        ("span", ""),
        ("span", "x" * 5000),
        ("user_agent", "\ud800"),
    ],
)
def test_what_is_no_item_is_refused_without_being_told(kind: str, value: str) -> None:
    with pytest.raises(InputError) as caught:
        item_of(kind, value)
    assert not value or value not in str(caught.value)


def test_one_spelling_of_a_value() -> None:
    assert item_of("ip", "2001:db8:0:0::1") == item_of("ip", "2001:DB8::1")
    assert item_of("ip_prefix", "198.51.100.7/24") == item_of("ip_prefix", "198.51.100.0/24")
    assert item_of("user_agent", "A") != item_of("user_agent", "a")


@pytest.mark.parametrize("bad", [("identity--1", 50), ("campaign--x", 50), (campaign(1), 101)])
def test_what_an_item_reveals_is_checked(tmp_path: Path, key: OprfKey, bad: tuple[str, int]) -> None:
    with pytest.raises(InputError, match="campaign id"):
        build_set(
            tmp_path, key, 1, [PreparedItem(kind="ip", value="192.0.2.7", campaign=bad[0], confidence=bad[1])]
        )


def test_publishing_moves_the_revision_on_and_a_new_key_starts_anew(tmp_path: Path) -> None:
    house = make_house(tmp_path / "a", "Lab A", "b")
    first = offer(house)
    assert (first.statement.revision, first.table.name) == (1, "set-1.bin")
    second = offer(house)
    assert (second.statement.revision, second.statement.key_id) == (2, first.statement.key_id)
    third = offer(house, rotate_key=True)
    assert third.statement.key_id != first.statement.key_id
    assert (house.keys / "match-b.json").stat().st_mode & 0o077 == 0
    stored = sorted(path.name for path in third.table.parent.iterdir())
    assert stored == [
        f"evaluated-{third.statement.key_id}.bin",
        "lock",
        "set-2.bin",
        "set-3.bin",
        "statement.json",
    ]


def test_no_set_and_two_builds_at_once(tmp_path: Path) -> None:
    house = make_house(tmp_path / "a", "Lab A", "b")
    with pytest.raises(UsageError, match="match-set build"):
        open_server(house, "b")

    def busy(done: int, of: int) -> None:
        with pytest.raises(UsageError, match="another build"):
            publish_set(house, "b", ITEMS, budget_per_day=1, marking="TLP:AMBER", now=NOON)

    publish_set(house, "b", ITEMS, budget_per_day=1, marking="TLP:AMBER", now=NOON, tell=busy)
