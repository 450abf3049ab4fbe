"""What one partner gets: drafts in, marked and coarsened objects out, with the reason for every field that leaves and for all that does not."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from revenuer.share.books import open_books
from revenuer.share.house import House
from revenuer.share.policy.coarsen import floor_time
from revenuer.share.policy.denylist import Names
from revenuer.share.policy.disclose import Keys, admitted, disclose
from revenuer.share.policy.disclose_observables import Rules
from revenuer.share.policy.gate import gate
from revenuer.share.policy.gate_checks import Context
from revenuer.share.policy.policy import PartnerPolicy, SharePolicy
from revenuer.share.policy.pseudonyms import house_secret, pseudonyms
from revenuer.share.policy.released import Released, policy_of
from revenuer.share.stix.compose import Composer, once
from revenuer.share.stix.disclosed import Disclosed, Marks
from revenuer.share.stix.draft import Draft
from revenuer.share.stix.families import read_span_key
from revenuer.share.stix.versions import VERSION_TABLES, Version, known_versions, stamped


def release(
    drafts: Sequence[Draft], policy: SharePolicy, house: House, partner: str, now: datetime
) -> Released:
    """Return what `partner` may be told of the drafts. The same drafts, policy and books give the same bytes; nothing is written down yet (see `keep`).

    `now` decides only which indicators have run out. Raises UsageError for a partner that the policy has no section for, InputError where a
    key cannot be read, RefusedError where a field does not pass the gate.
    """
    house.partner(partner)
    rules = policy_of(policy, partner)
    withheld = [found for one in drafts if (found := admitted(one, rules)) is not None]
    stopped = {found.campaign for found in withheld}
    kept = [one for one in drafts if one.campaign_id not in stopped]
    at = floor_time(max((one.scanned_at for one in kept), default=now.astimezone(UTC)), rules.times_s)
    keys = _keys(house, rules, at)
    own_ids = _own_ids(drafts)

    def denied(text: str) -> str | None:
        return policy.denylist.fault(text, own_ids)

    disclosure = Rules(
        policy=rules,
        shared=policy.shared_ranges,
        denied=denied,
        disposable=_disposable(),
        at=at,
        now=now,
    )
    disclosed = []
    for draft in kept:
        one, held_back = disclose(draft, disclosure, keys)
        disclosed.append(one)
        withheld += held_back
    known = _known(house, partner)
    objects = _objects(house, rules, disclosed, known, at)
    context = Context(
        house=house,
        policy=rules,
        shared=policy.shared_ranges,
        denied=denied,
        ids=frozenset(str(one["id"]) for one in objects),
        human=_human_texts(disclosed),
        key_ids=frozenset([keys.spans.key_id] if keys.spans else []),
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


def _keys(house: House, policy: PartnerPolicy, at: datetime) -> Keys:
    names = pseudonyms(house_secret(house), policy.partner, at, policy.epoch_days)
    spans = read_span_key(policy.span_key) if policy.families != "none" and policy.span_key else None
    return Keys(pseudonyms=names, spans=spans)


def _own_ids(drafts: Sequence[Draft]) -> Names:
    """Return what our log calls accounts and campaigns, those of earlier scans that drafts refer to as well."""
    return Names(
        one
        for draft in drafts
        for one in (draft.campaign_id, *draft.accounts, *draft.replaces, *draft.shares_pool_with)
    )


def _disposable() -> frozenset[str]:
    from disposable_email_domains import blocklist

    return frozenset(blocklist)


def _objects(
    house: House,
    policy: PartnerPolicy,
    disclosed: Sequence[Disclosed],
    known: Mapping[str, Version],
    at: datetime,
) -> list[dict[str, object]]:
    if not disclosed:
        return []
    marks = Marks(tlp=policy.tlp, caveats=policy.caveats)
    composer = Composer(house, policy.partner, marks, policy.objects)
    told = frozenset(one.campaign_id for one in disclosed)
    bare = [*composer.frame(), *composer.techniques(disclosed)]
    for one in disclosed:
        bare += composer.campaign(one, told)
    return [stamped(one, known, at) for one in once(bare)]


def _known(house: House, partner: str) -> Mapping[str, Version]:
    if not house.books.exists():
        return {}
    with open_books(house.books, VERSION_TABLES) as books:
        return known_versions(books, partner)


def _human_texts(disclosed: Sequence[Disclosed]) -> frozenset[str]:
    found: list[str | None] = []
    for one in disclosed:
        found += [one.human_name, one.human_author, *one.human_notes]
        found += [text for family in one.about.families for text in family.texts]
        who = one.attribution
        found += [who.name, who.why, *who.aliases] if who is not None else []
    return frozenset(text for text in found if text is not None)
