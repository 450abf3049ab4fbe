"""Composes STIX 2.1 objects of what one partner may see. Ids are deterministic and the house's own; `created` and `modified` come later (versions.py)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from revenuer.records.observable import ObservableKind
from revenuer.share.house import House
from revenuer.share.stix import wording
from revenuer.share.stix.atlas import PROXIES, attack_pattern, attack_pattern_id
from revenuer.share.stix.disclosed import Disclosed, DisclosedObservable, Marks
from revenuer.share.stix.extension import (
    AboutIndicator,
    author,
    extension_definition,
    extensions,
)
from revenuer.share.stix.pattern_text import pattern
from revenuer.share.stix.tlp import Tlp, marking_definition, marking_id

StixObject = dict[str, object]
IDENTITY_CREATED = "2026-01-01T00:00:00.000Z"
"""The identity never changes under its id, which is made of the house's name; so its times are fixed as well."""
_NETWORKS = frozenset({ObservableKind.IP, ObservableKind.IP_PREFIX})


def timestamp(moment: datetime) -> str:
    """Return a time as STIX writes it, to the millisecond."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def identity(house: House) -> StixObject:
    """Return the identity that vouches for all that the house says: the same for every partner."""
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": house.identity_id,
        "created": IDENTITY_CREATED,
        "modified": IDENTITY_CREATED,
        "name": house.name,
        "identity_class": "organization",
        "object_marking_refs": [marking_id(Tlp.CLEAR)],
    }


class Composer:
    """Makes the objects of one release: one house, one partner, one marking."""

    def __init__(self, house: House, partner: str, marks: Marks, allowed: frozenset[str]) -> None:
        self.house, self.partner, self.marks, self.allowed = house, partner, marks, allowed
        self.caveats = [self._caveat(text) for text in marks.caveats]
        self.markings = [marking_id(marks.tlp), *(str(one["id"]) for one in self.caveats)]

    def frame(self) -> Iterator[StixObject]:
        """Yield what every release begins with: who speaks, how it is marked, and what the extension is."""
        yield identity(self.house)
        yield author()
        yield extension_definition()
        for tlp in sorted({Tlp.CLEAR, self.marks.tlp}, key=list(Tlp).index):
            yield marking_definition(tlp)
        yield from self.caveats

    def techniques(self, disclosed: Sequence[Disclosed]) -> Iterator[StixObject]:
        """Yield each attack pattern once."""
        if "attack-pattern" in self.allowed:
            yield from map(attack_pattern, sorted({name for one in disclosed for name in one.techniques}))

    def campaign(self, one: Disclosed, told: frozenset[str]) -> Iterator[StixObject]:
        """Yield the campaign and all that belongs to it, the report last. `told`: campaign_ids of all campaigns of this release."""
        objects = list(self._parts(one, told))
        yield from objects
        if "report" in self.allowed:
            label = self.label(one.campaign_id)
            yield self.made(
                "report",
                (one.campaign_id,),
                name=wording.REPORT.format(label=label),
                description=wording.REPORT_DESCRIPTION,
                report_types=["campaign"],
                published=timestamp(one.published),
                labels=list(wording.LABELS),
                object_refs=[self.house.identity_id, *(str(part["id"]) for part in objects)],
            )

    def label(self, campaign_id: str) -> str:
        """Return by what name humans may tell campaigns apart: the start of the campaign's STIX id."""
        return self.campaign_ref(campaign_id).partition("--")[2][:8]

    def campaign_ref(self, campaign_id: str) -> str:
        return self.house.stix_id("campaign", self.partner, campaign_id)

    def made(self, kind: str, parts: Sequence[str], **fields: object) -> StixObject:
        """Return an object of ours: its id follows from `parts`, and it is marked. Fields that are None are left out."""
        return {
            "type": kind,
            "spec_version": "2.1",
            "id": self.house.stix_id(kind, self.partner, *parts),
            "created_by_ref": self.house.identity_id,
            **{name: value for name, value in fields.items() if value is not None},
            "object_marking_refs": list(self.markings),
        }

    def relationship(self, source: str, what: str, target: str) -> StixObject:
        return self.made(
            "relationship",
            (source, what, target),
            relationship_type=what,
            source_ref=source,
            target_ref=target,
        )

    def _caveat(self, text: str) -> StixObject:
        return {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": self.house.stix_id("marking-definition", self.partner, text),
            "created": IDENTITY_CREATED,
            "created_by_ref": self.house.identity_id,
            "definition_type": "statement",
            "definition": {"statement": text},
            "object_marking_refs": [marking_id(Tlp.CLEAR)],
        }

    def _parts(self, one: Disclosed, told: frozenset[str]) -> Iterator[StixObject]:
        campaign = self._campaign(one, told)
        yield campaign
        ref = str(campaign["id"])
        yield from self._attributed(one, ref)
        infrastructure = self._infrastructure(one)
        if infrastructure is not None:
            yield infrastructure
            yield self.relationship(ref, "uses", str(infrastructure["id"]))
        if "attack-pattern" in self.allowed:
            for technique in one.techniques:
                yield self.relationship(ref, "uses", attack_pattern_id(technique))
        if "indicator" in self.allowed:
            for observable in one.observables:
                yield from self._indicator(
                    one, observable, ref, None if infrastructure is None else str(infrastructure["id"])
                )
        for other in sorted({*one.replaces, *one.shares_pool_with} & told - {one.campaign_id}):
            yield self.relationship(ref, "related-to", self.campaign_ref(other))
        yield from self._advice(one)
        yield from self._notes(one, ref)

    def _campaign(self, one: Disclosed, told: frozenset[str]) -> StixObject:
        label = self.label(one.campaign_id)
        about = msgspec.structs.replace(
            one.about,
            replaces=self._refs(one.replaces, told),
            shares_pool_with=self._refs(one.shares_pool_with, told),
        )
        return self.made(
            "campaign",
            (one.campaign_id,),
            name=one.human_name or wording.CAMPAIGN.format(label=label),
            description=wording.CAMPAIGN_DESCRIPTION,
            confidence=one.confidence,
            labels=list(wording.LABELS),
            **_seen(one.seen),
            extensions=extensions(about),
        )

    def _refs(self, campaigns: Iterable[str], told: frozenset[str]) -> tuple[str, ...]:
        """Return the ids of those campaigns that leave as well: the others are none of the partner's business."""
        return tuple(sorted(self.campaign_ref(one) for one in set(campaigns) & told))

    def _infrastructure(self, one: Disclosed) -> StixObject | None:
        networks = any(kind in _NETWORKS for item in one.observables for kind, _ in item.values)
        if "infrastructure" not in self.allowed or not (networks or PROXIES in one.techniques):
            return None
        return self.made(
            "infrastructure",
            (one.campaign_id,),
            name=wording.INFRASTRUCTURE.format(label=self.label(one.campaign_id)),
            description=wording.INFRASTRUCTURE_DESCRIPTION,
            infrastructure_types=["anonymization" if PROXIES in one.techniques else "unknown"],
            confidence=one.confidence,
            **_seen(one.seen),
        )

    def _indicator(
        self, one: Disclosed, observable: DisclosedObservable, campaign: str, infrastructure: str | None
    ) -> Iterator[StixObject]:
        label = self.label(one.campaign_id)
        kinds = tuple(kind for kind, _ in observable.values)
        name = wording.INDICATORS[kinds[0]] if observable.stands_alone else wording.TOGETHER
        parts = [text for kind, value in observable.values for text in (str(kind), value)]
        about = AboutIndicator(
            extension_type="property-extension",
            schema_version=1,
            kinds=kinds,
            stands_alone=observable.stands_alone,
            accounts=observable.accounts,
            outsiders=observable.outsiders,
        )
        indicator = self.made(
            "indicator",
            (one.campaign_id, *parts),
            name=name.format(label=label),
            description=wording.INDICATOR_DESCRIPTION,
            indicator_types=["anomalous-activity"],
            pattern=pattern(observable.values),
            pattern_type="stix",
            pattern_version="2.1",
            valid_from=timestamp(observable.valid_from),
            valid_until=timestamp(observable.valid_until),
            confidence=one.confidence,
            labels=list(wording.LABELS),
            extensions=extensions(about),
        )
        yield indicator
        ref = str(indicator["id"])
        yield self.relationship(ref, "indicates", campaign)
        if infrastructure is not None and _NETWORKS & set(kinds):
            yield self.relationship(ref, "indicates", infrastructure)
        if "sighting" in self.allowed:
            yield self.made(
                "sighting",
                (ref,),
                sighting_of_ref=ref,
                where_sighted_refs=[self.house.identity_id],
                count=observable.accounts.at_least or None,
                **_seen(observable.seen),
            )

    def _advice(self, one: Disclosed) -> Iterator[StixObject]:
        if "course-of-action" not in self.allowed:
            return
        advice = self.made(
            "course-of-action",
            (one.campaign_id,),
            name=wording.ADVICE,
            description=wording.ADVICE_DESCRIPTION,
        )
        yield advice
        if "attack-pattern" in self.allowed:
            for technique in one.techniques:
                yield self.relationship(str(advice["id"]), "mitigates", attack_pattern_id(technique))

    def _attributed(self, one: Disclosed, campaign: str) -> Iterator[StixObject]:
        """Yield whom an analyst named, and the attribution. No analyst, no name."""
        who = one.attribution
        if who is None or who.what not in self.allowed:
            return
        named = self.made(
            who.what,
            (who.name,),
            name=who.name,
            aliases=list(who.aliases) or None,
            threat_actor_types=["unknown"] if who.what == "threat-actor" else None,
            confidence=who.confidence,
        )
        yield named
        link = self.relationship(campaign, "attributed-to", str(named["id"]))
        yield link | {"description": who.why, "confidence": who.confidence}

    def _notes(self, one: Disclosed, campaign: str) -> Iterator[StixObject]:
        if "note" not in self.allowed:
            return
        for text in one.human_notes:
            yield self.made(
                "note",
                (one.campaign_id, text),
                content=text,
                authors=[one.human_author] if one.human_author else None,
                object_refs=[campaign],
            )


def _seen(seen: tuple[datetime, datetime] | None) -> dict[str, object]:
    return {} if seen is None else {"first_seen": timestamp(seen[0]), "last_seen": timestamp(seen[1])}


def once(objects: Iterable[StixObject]) -> list[StixObject]:
    """Return the objects in their order, each id once."""
    kept: dict[str, StixObject] = {}
    for one in objects:
        kept.setdefault(str(one["id"]), one)
    return list(kept.values())
