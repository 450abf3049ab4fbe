"""What of a draft a partner may see: each field passes by a rule, or is withheld by one."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from revenuer.records.observable import SPAN_OBSERVABLES
from revenuer.share.policy.coarsen import bucket, ceil_time, floor_time, tenth, weight
from revenuer.share.policy.disclose_observables import Disclosure, Rules
from revenuer.share.policy.policy import PartnerPolicy
from revenuer.share.policy.pseudonyms import Pseudonyms
from revenuer.share.policy.withheld import Withheld
from revenuer.share.stix.analyst import Analysis
from revenuer.share.stix.atlas import TECHNIQUES
from revenuer.share.stix.disclosed import Disclosed
from revenuer.share.stix.draft import NEVER_READ, Draft
from revenuer.share.stix.extension import (
    AboutCampaign,
    AccountCluster,
    Behaviour,
    Calibration,
    PromptFamily,
    SignalWeight,
)
from revenuer.share.stix.families import SpanKey, bands_of
from revenuer.share.stix.signals import SIGNALS

CONFIDENCE = {"high": 85, "medium": 50, "low": 15}
"""STIX 2.1, appendix A: the scale None / Low / Med / High."""
FALSE_CAMPAIGN_SHARE = 0.01
"""What a scan's list is cut at by e-BH."""
MAX_SPANS = 512
MAX_MEMBERS = 100_000
_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Under what accounts and spans leave. `spans` is None where no families do."""

    pseudonyms: Pseudonyms
    spans: SpanKey | None


def admitted(draft: Draft, policy: PartnerPolicy) -> Withheld | None:
    """Return why nothing at all of a campaign is told to a partner; None where something is."""
    if draft.confidence not in policy.confidence:
        rule, why = (
            "confidence",
            f"only campaigns of {', '.join(sorted(policy.confidence)) or 'no'} confidence are told",
        )
    elif len(set(draft.accounts)) < policy.min_accounts:
        rule, why = "min_accounts", f"it has fewer than {policy.min_accounts} accounts"
    elif "campaign" not in policy.objects:
        rule, why = "objects", "the policy names no campaigns"
    else:
        return None
    return Withheld(campaign=draft.campaign_id, what="campaign", rule=rule, why=why)


def disclose(draft: Draft, rules: Rules, keys: Keys) -> tuple[Disclosed, list[Withheld]]:
    """Return what of a draft leaves, and what is withheld with its rules."""
    policy, fields = rules.policy, rules.policy.fields
    disclosure = Disclosure(draft, rules)
    observables = disclosure.observables()
    book = _Book(draft, disclosure.withheld)
    for name in NEVER_READ:
        book.withhold(name, "denylist", "it may hold prompts, ids, or tell of capacity or enforcement")
    for name in sorted(
        {"confidence", "times", "evidence", "behaviour", "cluster", "families", "lineage"} - fields
    ):
        book.withhold(name, "fields", "the policy does not name it")
    unit = policy.times_s
    analysis = _human(draft, rules, book)
    disclosed = Disclosed(
        campaign_id=draft.campaign_id,
        confidence=CONFIDENCE[draft.confidence] if "confidence" in fields else None,
        seen=(floor_time(draft.first_seen, unit), ceil_time(draft.last_seen, unit))
        if "times" in fields
        else None,
        published=rules.at,
        techniques=_known("techniques", draft.techniques, TECHNIQUES.keys(), book),
        about=_about(draft, rules, keys, analysis, book),
        observables=observables,
        replaces=draft.replaces if "lineage" in fields else (),
        shares_pool_with=draft.shares_pool_with if "lineage" in fields else (),
        human_name=analysis.name,
        human_author=analysis.author,
        human_notes=analysis.notes,
        attribution=analysis.attribution,
    )
    return disclosed, book.withheld


class _Book:
    """Where withholding is written down."""

    def __init__(self, draft: Draft, withheld: list[Withheld]) -> None:
        self.draft, self.withheld = draft, list(withheld)

    def withhold(self, what: str, rule: str, why: str, count: int = 1) -> None:
        if count > 0:
            self.withheld.append(
                Withheld(campaign=self.draft.campaign_id, what=what, rule=rule, why=why, count=count)
            )


def _known(what: str, names: Sequence[str], known: Sequence[str] | object, book: _Book) -> tuple[str, ...]:
    """Return the names that stand on a fixed list, sorted: any other could be anything."""
    kept = sorted({name for name in names if name in known})  # type: ignore[operator]
    book.withhold(what, "denylist", "it stands on no published list", len(set(names)) - len(kept))
    return tuple(kept)


def _about(draft: Draft, rules: Rules, keys: Keys, analysis: Analysis, book: _Book) -> AboutCampaign:
    policy, fields = rules.policy, rules.policy.fields
    models = tuple(sorted(set(draft.models) & policy.models)) if "models" in fields else ()
    book.withhold("models", "models", "the policy does not name it", len(set(draft.models)) - len(models))
    return AboutCampaign(
        extension_type="property-extension",
        schema_version=1,
        cluster=_cluster(draft, policy, keys.pseudonyms) if "cluster" in fields else None,
        families=_families(draft, policy, keys.spans, analysis.texts, book),
        behaviour=_behaviour(draft, policy) if "behaviour" in fields else None,
        evidence=_evidence(draft, book) if "evidence" in fields else (),
        calibration=_calibration(draft) if "evidence" in fields else None,
        models=models,
    )


def _cluster(draft: Draft, policy: PartnerPolicy, pseudonyms: Pseudonyms) -> AccountCluster:
    accounts = sorted(set(draft.accounts))
    members = sorted(pseudonyms.of("account", one) for one in accounts) if "members" in policy.fields else []
    return AccountCluster(
        pseudonym=pseudonyms.of("cluster", draft.campaign_id),
        epoch=pseudonyms.epoch,
        accounts=bucket(len(accounts), policy.counts),
        members=tuple(members[:MAX_MEMBERS]),
    )


def _families(
    draft: Draft, policy: PartnerPolicy, key: SpanKey | None, texts: tuple[str, ...], book: _Book
) -> tuple[PromptFamily, ...]:
    rows = [one for one in draft.observables if one.kind in SPAN_OBSERVABLES]
    if key is None:
        book.withhold("span", "families", "the policy lets no families leave", len(rows))
        return ()
    held = [
        one for one in rows if one.members >= policy.min_members and one.outsiders <= policy.max_outsiders
    ]
    book.withhold(
        "span", "min_members, max_outsiders", "too few members, or others too, send it", len(rows) - len(held)
    )
    families = []
    for kind in SPAN_OBSERVABLES:
        spans = [one.value for one in held if one.kind is kind][:MAX_SPANS]
        hashes = sorted({key.span_hash(kind, span) for span in spans})
        bands = bands_of(hashes)
        if hashes and (policy.families == "hashes" or bands):
            families.append(
                PromptFamily(
                    kind="span" if kind == "span" else "system_span",
                    algorithm="hmac-sha256-128/minhash-32x2",
                    key_id=key.key_id,
                    spans=bucket(len(hashes), policy.counts),
                    span_hashes=tuple(hashes) if policy.families == "hashes" else (),
                    bands=bands,
                )
            )
    if families and texts:
        families[0] = msgspec.structs.replace(families[0], texts=texts)
    elif texts:
        book.withhold("texts", "families", "there is no family that they could stand with", len(texts))
    return tuple(families)


def _behaviour(draft: Draft, policy: PartnerPolicy) -> Behaviour:
    seconds = max((draft.last_seen - draft.first_seen).total_seconds(), _DAY_S)
    rate = draft.exchanges / len(set(draft.accounts)) / (seconds / _DAY_S)
    counts = policy.counts
    takeover = draft.takeover_s if "lineage" in policy.fields else None
    return Behaviour(
        exchanges=bucket(draft.exchanges, counts) if "exchanges" in policy.fields else None,
        requests_per_account_day=bucket(rate, counts),
        active_hours=bucket(seconds / 3600, counts),
        takeover_minutes=None if takeover is None else bucket(takeover / 60, counts),
        addresses=None if draft.addresses is None else bucket(draft.addresses, counts),
        networks=None if draft.networks is None else bucket(draft.networks, counts),
        harvest_share=None if draft.harvest_share is None else tenth(draft.harvest_share),
        **{name: tenth(share) for name, share in draft.shares.items()},
    )


def _evidence(draft: Draft, book: _Book) -> tuple[SignalWeight, ...]:
    strongest: dict[str, float] = {}
    for name, log10 in draft.signals:
        strongest[name] = max(log10, strongest.get(name, log10))
    known = _known("evidence", tuple(strongest), SIGNALS, book)
    return tuple(
        SignalWeight(signal=name, log10_bayes_factor_at_least=weight(strongest[name])) for name in known
    )


def _calibration(draft: Draft) -> Calibration:
    return Calibration(
        measure="e-value",
        log10_e_at_least=weight(draft.log10_e),
        cut="e-BH",
        false_campaign_share=FALSE_CAMPAIGN_SHARE,
        null="the sender's own traffic",
    )


def _human(draft: Draft, rules: Rules, book: _Book) -> Analysis:
    """Return what an analyst wrote, as far as the policy and the denylist let it through. A text that the denylist stops is left out whole."""
    empty = Analysis(id=draft.campaign_id)
    given = draft.analysis
    if given is None:
        return empty
    if not rules.policy.human_text:
        book.withhold("analysis", "human_text", "the policy lets nothing leave that an analyst wrote")
        return empty

    def passes(what: str, *texts: str | None) -> bool:
        denied = next((why for text in texts if text and (why := rules.denied(text))), None)
        if denied is not None:
            book.withhold(what, "denylist", denied)
        return denied is None

    who = given.attribution
    return msgspec.structs.replace(
        empty,
        author=given.author if passes("author", given.author) else None,
        name=given.name if passes("name", given.name) else None,
        notes=tuple(text for text in given.notes if passes("note", text)),
        texts=tuple(text for text in given.texts if passes("text", text)),
        attribution=who if who and passes("attribution", who.name, who.why, *who.aliases) else None,
    )
