"""What one partner hears back of its own objects: that we saw the same, or hold it to be wrong. Under the same policy and gate as all that leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from revenuer.share.books import open_books
from revenuer.share.house import House
from revenuer.share.policy.coarsen import bucket, ceil_time, floor_time
from revenuer.share.policy.gate import gate
from revenuer.share.policy.gate_checks import Context
from revenuer.share.policy.policy import PartnerPolicy, SharePolicy
from revenuer.share.policy.released import Released, policy_of
from revenuer.share.policy.withheld import Withheld
from revenuer.share.stix.compose import Composer, once
from revenuer.share.stix.disclosed import Marks
from revenuer.share.stix.feedback import Opinion, frame_of, opinion_on, sighting_of
from revenuer.share.stix.versions import VERSION_TABLES, known_versions, stamped


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How many of our accounts held what a peer's object speaks of, and when."""

    accounts: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What we say of the peer's object `about`, in the clear: that it was `seen`, an `opinion`, or both."""

    about: str
    seen: Seen | None = None
    opinion: Opinion | None = None


def release_feedback(
    feedback: Sequence[Feedback], policy: SharePolicy, house: House, partner: str, now: datetime
) -> Released:
    """Return what `partner` may hear of our experience with its objects: counts as the lower bound of a bucket, and none under `min_members`.

    Nothing is written down yet (see `keep`). Raises UsageError for a partner that the policy has no section for, RefusedError where a field does
    not pass the gate.
    """
    house.partner(partner)
    rules = policy_of(policy, partner)
    marks = Marks(tlp=rules.tlp, caveats=rules.caveats)
    withheld: list[Withheld] = []
    said = [
        made
        for one in feedback
        for made in (
            _sighting(one, house, rules, marks, withheld),
            _opinion(one, house, rules, marks, withheld),
        )
        if made is not None
    ]
    caveats = Composer(house, partner, marks, frozenset()).caveats
    bare = once([*frame_of(house, marks), *caveats, *said]) if said else []
    with open_books(house.books, VERSION_TABLES) as books:
        known = known_versions(books, partner)
    objects = [stamped(one, known, floor_time(now.astimezone(UTC), rules.times_s)) for one in bare]
    context = Context(
        house=house,
        policy=rules,
        shared=policy.shared_ranges,
        denied=policy.denylist.fault,
        ids=frozenset([*(str(one["id"]) for one in objects), *(one.about for one in feedback)]),
        told_times=frozenset(time[:19] for one in known.values() for time in (one.created, one.modified)),
    )
    return Released(
        partner=partner,
        marking=f"TLP:{rules.tlp.value.upper()}",
        policy_sha256=policy.sha256,
        objects=tuple(objects),
        passages=gate(objects, context),
        withheld=tuple(withheld),
    )


def _sighting(
    one: Feedback, house: House, rules: PartnerPolicy, marks: Marks, withheld: list[Withheld]
) -> dict[str, object] | None:
    if one.seen is None:
        return None
    if "sighting" not in rules.objects:
        withheld.append(_held_back("sighting", "objects", "the policy does not name it"))
        return None
    if one.seen.accounts < rules.min_members:
        why = f"fewer than {rules.min_members} of our accounts held it"
        withheld.append(_held_back("sighting", "min_members", why))
        return None
    unit = rules.times_s
    times = (floor_time(one.seen.first, unit), ceil_time(one.seen.last, unit))
    count = bucket(one.seen.accounts, rules.counts).at_least
    told = times if "times" in rules.fields else None
    return sighting_of(one.about, house, rules.partner, marks, seen=told, count=count)


def _opinion(
    one: Feedback, house: House, rules: PartnerPolicy, marks: Marks, withheld: list[Withheld]
) -> dict[str, object] | None:
    if one.opinion is None:
        return None
    if "opinion" not in rules.objects:
        withheld.append(_held_back("opinion", "objects", "the policy does not name it"))
        return None
    return opinion_on(one.about, house, rules.partner, marks, one.opinion)


def _held_back(what: str, rule: str, why: str) -> Withheld:
    return Withheld(campaign="", what=what, rule=rule, why=why)
