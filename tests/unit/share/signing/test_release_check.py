"""Attested releases: what was dropped, changed, put in, reordered, taken back or shown in two ways is seen."""

import copy
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.release_chains import DAY, NOON, Publisher, thing
from revenuer.records import UsageError
from revenuer.share.signing import (
    FaultKind,
    Head,
    Verified,
    attest,
    head_of,
    object_sha256,
    revoked,
    rotated,
    verify_release,
    verify_releases,
)

LATER = NOON + 30 * DAY
Json = dict[str, object]


@pytest.fixture
def house() -> Publisher:
    return Publisher()


def kinds(found: Verified) -> list[FaultKind]:
    return [fault.kind for fault in found.faults]


def check(house: Publisher, attestation: Json, objects: list[Json], last: Head | None = None) -> Verified:
    return verify_release(attestation, objects, house.ring, last, now=LATER)


def test_a_whole_release_has_no_fault(house: Publisher) -> None:
    objects = [thing(2), thing(1)]
    attestation = house.release(*objects)
    found = check(house, attestation, [*objects, attestation])
    assert found.faults == ()
    assert found.head == house.head
    assert found.attested == {str(one["id"]): (one["modified"], object_sha256(one)) for one in objects}


def test_the_order_of_arrival_does_not_matter(house: Publisher) -> None:
    first, second = house.release(thing(1)), house.release(thing(2))
    found = verify_releases([second, first], [thing(2), thing(1)], house.ring, None, now=LATER)
    assert found.faults == ()
    assert found.head == house.head
    assert [head.sequence for head in found.heads] == [1, 2]


def test_a_dropped_object_is_missed(house: Publisher) -> None:
    found = check(house, house.release(thing(1), thing(2)), [thing(1)])
    assert kinds(found) == [FaultKind.OMITTED]
    assert found.faults[0].object_id == thing(2)["id"]


def test_a_changed_object_is_seen(house: Publisher) -> None:
    assert kinds(check(house, house.release(thing(1)), [thing(1, name="another text")])) == [
        FaultKind.CHANGED
    ]


def test_an_object_that_was_put_in_is_seen(house: Publisher) -> None:
    assert kinds(check(house, house.release(thing(1)), [thing(1), thing(7)])) == [FaultKind.UNATTESTED]


def test_what_cannot_be_hashed_is_seen(house: Publisher) -> None:
    bad = {**thing(1), "count": 2**60}
    assert kinds(check(house, house.release(), [bad])) == [FaultKind.UNREADABLE]
    assert kinds(check(house, house.release(), [{"type": "note"}], house.head))[0] == FaultKind.UNREADABLE


@pytest.mark.parametrize(
    "change",
    [
        {"sequence": 2},
        {"previous_sha256": "1" * 64},
        {"released": []},
        {"chain": "chain--2"},
        {"created_by_ref": "identity--0b0a6e0e-6f9b-4b8e-9d33-55d5a5a0f7a2"},
        {"object_marking_refs": []},
        {"x_more": 1},
        {"created": "2026-05-01T12:00:00.001Z", "modified": "2026-05-01T12:00:00.001Z"},
    ],
)
def test_no_member_of_an_attestation_can_be_changed(house: Publisher, change: Json) -> None:
    found = check(house, {**house.release(thing(1)), **change}, [])
    assert kinds(found) == [FaultKind.SIGNATURE]
    assert found.head is None
    assert found.attested == {}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 85), st.sampled_from("ABCabc019-_"))
def test_no_character_of_a_signature_can_be_changed(place: int, character: str) -> None:
    house = Publisher()
    attestation = house.release(thing(1))
    head, _, signature = str(attestation["signature"]).split(".")
    if signature[place] == character:
        return
    spoilt = f"{head}..{signature[:place]}{character}{signature[place + 1 :]}"
    found = check(house, {**attestation, "signature": spoilt}, [thing(1)])
    assert FaultKind.SIGNATURE in kinds(found)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda a: {},
        lambda a: {**a, "released": "all"},
        lambda a: {**a, "released": [{"id": "x"}]},
        lambda a: {**a, "sequence": "1"},
        lambda a: {**a, "created": "yesterday"},
        lambda a: {**a, "modified": "2026-05-02T12:00:00.000Z"},
        lambda a: {**a, "type": "note"},
        lambda a: {name: value for name, value in a.items() if name != "signature"},
    ],
)
def test_what_is_no_attestation_is_said_so(house: Publisher, spoil: Callable[[Json], Json]) -> None:
    assert kinds(check(house, spoil(house.release(thing(1))), [])) == [FaultKind.UNREADABLE]


def test_a_signature_for_another_purpose_does_not_count(house: Publisher) -> None:
    from revenuer.share.signing.attestation import signed_bytes
    from revenuer.share.signing.jws import MATCH_SET, detached

    attestation = house.release(thing(1))
    other = detached(house.own.keys[0].sign(signed_bytes(attestation), MATCH_SET))
    assert kinds(check(house, {**attestation, "signature": other}, [])) == [FaultKind.SIGNATURE]


def test_a_left_out_release_is_missed(house: Publisher) -> None:
    first, _, third = house.release(thing(1)), house.release(thing(2)), house.release(thing(3))
    found = verify_releases([first, third], [thing(1), thing(3)], house.ring, None, now=LATER)
    assert kinds(found) == [FaultKind.GAP]
    assert "2 to 2" in found.faults[0].words
    assert found.head == house.head


def test_a_chain_that_begins_late_is_said_so(house: Publisher) -> None:
    house.release(thing(1))
    found = check(house, house.release(thing(2)), [thing(2)])
    assert kinds(found) == [FaultKind.GAP]
    assert found.head == house.head


def test_a_chain_that_was_taken_back_is_seen(house: Publisher) -> None:
    first = house.release(thing(1))
    house.release(thing(2))
    found = check(house, first, [thing(1)], house.head)
    assert FaultKind.ROLLBACK in kinds(found)
    assert found.head == house.head


def test_the_same_release_again_is_no_fault(house: Publisher) -> None:
    attestation = house.release(thing(1), thing(2))
    found = check(house, attestation, [thing(1)], house.head)
    assert found.faults == ()
    assert found.head == house.head


def test_two_views_of_one_number_are_seen(house: Publisher) -> None:
    twin = copy.deepcopy(house)
    house.release(thing(1))
    other = twin.release(thing(2))
    found = check(house, other, [thing(2)], house.head)
    assert FaultKind.SPLIT_VIEW in kinds(found)
    assert found.head == house.head


def test_a_release_after_another_one_than_ours_is_seen(house: Publisher) -> None:
    twin = copy.deepcopy(house)
    house.release(thing(1))
    twin.release(thing(2))
    found = check(house, twin.release(thing(3)), [thing(3)], house.head)
    assert FaultKind.SPLIT_VIEW in kinds(found)
    assert found.head == house.head


def test_an_older_version_after_a_newer_one_is_seen(house: Publisher) -> None:
    new, old = thing(1, "2026-05-03T10:00:00.000Z"), thing(1)
    first = check(house, house.release(new), [new])
    found = verify_release(house.release(old), [old], house.ring, first.head, now=LATER, known=first.attested)
    assert FaultKind.ROLLBACK in kinds(found)


def test_other_bytes_under_the_same_version_are_seen(house: Publisher) -> None:
    first = check(house, house.release(thing(1)), [thing(1)])
    other = thing(1, name="another text")
    found = verify_release(
        house.release(other), [other], house.ring, first.head, now=LATER, known=first.attested
    )
    assert FaultKind.SPLIT_VIEW in kinds(found)


def test_a_version_that_a_later_release_replaced_may_be_missing(house: Publisher) -> None:
    new = thing(1, "2026-05-03T10:00:00.000Z")
    attestations = [house.release(thing(1), thing(2)), house.release(new)]
    found = verify_releases(attestations, [thing(2), new], house.ring, None, now=LATER)
    assert found.faults == ()


def test_versions_are_compared_as_times() -> None:
    house = Publisher()
    half, whole = thing(1, "2026-05-03T10:00:00Z"), thing(1, "2026-05-03T10:00:00.500Z")
    attestations = [house.release(half), house.release(whole)]
    assert verify_releases(attestations, [whole], house.ring, None, now=LATER).faults == ()


def test_a_rotated_key_needs_nothing_of_the_partner(house: Publisher) -> None:
    first = check(house, house.release(thing(1)), [thing(1)])
    house.own = rotated(house.own, house.now)
    found = verify_release(house.release(thing(2)), [thing(2)], house.ring, first.head, now=LATER)
    assert found.faults == ()
    assert set(found.keys.keys) == {key.public.kid for key in house.own.keys}


def test_a_revoked_key_counts_no_longer(house: Publisher) -> None:
    thief = copy.deepcopy(house)
    stolen = house.own.keys[0].public.kid
    house.own = rotated(house.own, house.now)
    house.own = revoked(house.own, stolen, "stolen", house.now)
    first = check(house, house.release(thing(1)), [thing(1)])
    assert first.faults == ()
    thief.head, thief.now = house.head, house.now
    found = verify_release(thief.release(thing(9)), [thing(9)], first.keys, first.head, now=LATER)
    assert FaultKind.SIGNATURE in kinds(found)
    assert "revoked: stolen" in found.faults[0].words
    assert found.head == first.head


def test_a_thief_s_own_successor_is_seen(house: Publisher) -> None:
    thief = copy.deepcopy(house)
    house.own = rotated(house.own, house.now)
    first = check(house, house.release(thing(1)), [thing(1)])
    thief.own = rotated(thief.own, thief.now)
    thief.head, thief.now = house.head, house.now
    found = verify_release(thief.release(thing(9)), [thing(9)], first.keys, first.head, now=LATER)
    assert FaultKind.SIGNATURE in kinds(found)
    assert "two successors" in found.faults[0].words


def test_an_ended_key_signs_nothing_new(house: Publisher) -> None:
    attestation = attest([thing(1)], house.signer, None, NOON + 400 * DAY)
    found = verify_release(attestation, [thing(1)], house.ring, None, now=NOON + 401 * DAY)
    assert FaultKind.SIGNATURE in kinds(found)
    assert "counts from" in found.faults[0].words


def test_a_stranger_s_key_does_not_count(house: Publisher) -> None:
    found = check(house, Publisher().release(thing(1)), [thing(1)])
    assert FaultKind.SIGNATURE in kinds(found)


def test_a_release_of_the_future_does_not_count(house: Publisher) -> None:
    found = verify_release(
        house.release(thing(1)), [thing(1)], house.ring, None, now=NOON - timedelta(hours=1)
    )
    assert FaultKind.SIGNATURE in kinds(found)


def test_what_cannot_be_attested(house: Publisher) -> None:
    with pytest.raises(UsageError, match="listed twice"):
        house.release(thing(1), thing(1, name="other"))
    first = house.release(thing(1))
    with pytest.raises(UsageError, match="cannot vouch"):
        house.release(first)
    assert house.head is not None
    with pytest.raises(UsageError, match="later than now"):
        attest([], house.signer, house.head, NOON - DAY)
    other = Head(chain="x", sequence=1, sha256="", created=NOON)
    with pytest.raises(UsageError, match="another chain"):
        attest([], house.signer, other, house.now)
    assert head_of(first, NOON) == house.head
