"""What we owe a partner: sightings of what helped, disputes, and acknowledged revocations; each said once, and nothing below the policy's minimum."""

from datetime import timedelta
from pathlib import Path

import pytest

from builders.received_house import CAMPAIGN, NOW, Listener, campaign, indicator
from builders.release_chains import DAY
from revenuer.records import UsageError
from revenuer.share.policy import load_share_policy
from revenuer.share.received import Answer, Use, answer_to, answered, dispute, note_use
from revenuer.share.revocations import LABEL
from revenuer.share.signing import stix_time

POLICY = 'schema_version = 1\n[partner.lab-a]\ntlp = "amber"\nmin_members = 5\n'


@pytest.fixture
def ears(tmp_path: Path) -> Listener:
    made = Listener(tmp_path / "house")
    made.house.policy.write_text(POLICY)
    return made


def answer(ears: Listener, partner: str = "lab-a") -> Answer:
    with ears.books() as books:
        return answer_to(books, ears.house, partner, load_share_policy(ears.house), NOW + 2 * DAY)


def helped(ears: Listener, accounts: int) -> str:
    one = indicator(1, "[ipv4-addr:value = '203.0.113.0/24']")
    ears.hears(campaign(), one)
    use = Use(
        partner="lab-a",
        claim_id=one["id"],
        campaign=CAMPAIGN,
        accounts=accounts,
        first=NOW,
        last=NOW + timedelta(minutes=40),
    )
    with ears.books() as books:
        note_use(books, [use], "helped", NOW)
    return str(one["id"])


def test_nothing_is_said_where_there_is_nothing_to_say(ears: Listener) -> None:
    assert answer(ears).objects == ()


def test_a_claim_that_helped_is_a_sighting_in_a_bucket_and_said_once(ears: Listener) -> None:
    helped(ears, 37)
    found = answer(ears)
    (sighting,) = (one for one in found.objects if one["type"] == "sighting")
    assert sighting["sighting_of_ref"] == CAMPAIGN
    assert sighting["count"] in (30, 20, 10)
    assert str(sighting["first_seen"]).endswith(":00:00.000Z")
    with ears.books() as books:
        answered(books, "lab-a", found, NOW)
    assert answer(ears).objects == ()


def test_too_few_accounts_are_not_told(ears: Listener) -> None:
    helped(ears, 2)
    found = answer(ears)
    assert not [one for one in found.objects if one["type"] == "sighting" and "count" in one]


def test_a_dispute_is_an_opinion_and_its_reason_stays_in_the_house(ears: Listener) -> None:
    name = helped(ears, 1)
    with ears.books() as books:
        dispute(books, "lab-a", name, "the office of our largest customer", "kim", NOW)
    found = answer(ears)
    (opinion,) = (one for one in found.objects if one["type"] == "opinion")
    assert opinion["object_refs"] == [name]
    assert opinion["opinion"] == "disagree"
    assert "customer" not in str(found.objects)
    assert "kim" not in str(found.objects)


def test_a_revocation_is_acknowledged(ears: Listener) -> None:
    one = indicator(1, "[ipv4-addr:value = '203.0.113.0/24']")
    ears.hears(one)
    ears.hears({**one, "revoked": True, "modified": stix_time(NOW + DAY)})
    found = answer(ears)
    (note,) = (told for told in found.objects if told["type"] == "note")
    assert note["labels"] == [LABEL]
    assert note["object_refs"] == [one["id"]]


def test_a_partner_without_a_section_in_the_policy_gets_no_answer(ears: Listener) -> None:
    with pytest.raises(UsageError, match="nothing leaves"):
        answer(ears, "lab-c")
