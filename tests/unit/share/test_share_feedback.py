"""What a partner hears back of its own objects, under the same policy."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from stix2validator import ValidationOptions, validate_string

from builders.shared_scan import FULL_POLICY, NOW, SMALL_POLICY, objects_of, shop
from revenuer.records import UsageError
from revenuer.share.policy import Feedback, Released, Seen, depart, load_share_policy, release_feedback
from revenuer.share.stix import bundle_bytes, read_objects

PEER = "indicator--7c76e809-3334-4ac1-aed3-7efe3d02635d"
SEEN = Seen(
    accounts=17,
    first=datetime(2026, 9, 1, 10, 11, tzinfo=UTC),
    last=datetime(2026, 9, 2, 3, 4, tzinfo=UTC),
)


def said(folder: Path, one: Feedback, policy: str = SMALL_POLICY) -> Released:
    held = shop(folder, policy)
    return release_feedback([one], load_share_policy(held.house), held.house, "beta", NOW)


def test_a_sighting_tells_a_bucket_and_hours(tmp_path: Path) -> None:
    (found,) = objects_of(said(tmp_path, Feedback(about=PEER, seen=SEEN)), "sighting")
    assert found["sighting_of_ref"] == PEER
    assert found["count"] == 10
    assert found["first_seen"] == "2026-09-01T10:00:00.000Z"
    assert found["last_seen"] == "2026-09-02T04:00:00.000Z"


@pytest.mark.parametrize("opinion", ["strongly-disagree", "disagree", "neutral", "agree", "strongly-agree"])
def test_it_is_valid_and_marked(tmp_path: Path, opinion: str) -> None:
    released = said(
        tmp_path,
        Feedback(about=PEER, seen=SEEN, opinion=opinion),
        FULL_POLICY.replace('"note"', '"opinion", "note"'),
    )  # type: ignore[arg-type]
    assert [one["opinion"] for one in objects_of(released, "opinion")] == [opinion]
    content = bundle_bytes(released.objects, shop(tmp_path).house, "beta")
    options = ValidationOptions(strict=True, version="2.1", disabled="103,302")
    assert validate_string(content.decode(), options).is_valid
    assert not read_objects(content).quarantined
    assert released.marking == "TLP:AMBER+STRICT"


def test_few_accounts_are_not_told(tmp_path: Path) -> None:
    few = Seen(accounts=4, first=SEEN.first, last=SEEN.last)
    released = said(tmp_path, Feedback(about=PEER, seen=few))
    assert not released.objects
    assert [one.rule for one in released.withheld] == ["min_members"]


def test_what_the_policy_does_not_name_is_not_told(tmp_path: Path) -> None:
    policy = SMALL_POLICY + 'objects = ["campaign"]\n'
    released = said(tmp_path, Feedback(about=PEER, seen=SEEN, opinion="agree"), policy)
    assert not released.objects
    assert [one.rule for one in released.withheld] == ["objects", "objects"]


def test_a_changed_mind_is_a_later_version(tmp_path: Path) -> None:
    first = said(tmp_path, Feedback(about=PEER, opinion="disagree"))
    depart(first, shop(tmp_path).house, channel="file", purpose="a test", now=NOW)
    second = said(tmp_path, Feedback(about=PEER, opinion="agree"))
    (before,), (after,) = objects_of(first, "opinion"), objects_of(second, "opinion")
    assert before["id"] == after["id"]
    assert before["modified"] < after["modified"]


def test_a_partner_without_a_section_hears_nothing(tmp_path: Path) -> None:
    held = shop(tmp_path)
    with pytest.raises(UsageError, match=r"\[partner.gamma\]"):
        release_feedback([], load_share_policy(held.house), held.house, "gamma", NOW)
