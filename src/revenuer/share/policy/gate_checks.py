"""The rules by which single fields leave: path -> which rule of the policy it is, how its value is held against it, and why it may pass."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from revenuer.records.observable import ObservableKind
from revenuer.share.house import House
from revenuer.share.policy.coarsen import MOST_WEIGHT, bounds, floor_time, tenth
from revenuer.share.policy.policy import PartnerPolicy
from revenuer.share.policy.shared_egress import Ranges
from revenuer.share.stix import wording
from revenuer.share.stix.atlas import TECHNIQUES, attack_pattern
from revenuer.share.stix.compose import identity
from revenuer.share.stix.extension import author, extension_definition
from revenuer.share.stix.pattern_reading import read_pattern
from revenuer.share.stix.pattern_text import TOGETHER_S
from revenuer.share.stix.signals import SIGNALS
from revenuer.share.stix.structure import moment
from revenuer.share.stix.tlp import Tlp, marking_definition, marking_id


_TOGETHER = re.compile(rf"\((.*)\) WITHIN {TOGETHER_S} SECONDS", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Against what fields are held. `ids`: of the objects that leave together. `human`: texts that people wrote and the policy lets pass. `key_ids`: of
    span keys in use. `told_times`: what the partner was told before, to the second: under a
    policy that may have been finer. `denied`: the denylist's answer to a text."""

    house: House
    policy: PartnerPolicy
    shared: Ranges
    denied: Callable[[str], str | None]
    ids: frozenset[str] = frozenset()
    human: frozenset[str] = frozenset()
    key_ids: frozenset[str] = frozenset()
    told_times: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """`rule`: a key of the policy, or `fixed` (the same for everybody), `id`, `denylist`. `words`: why a value that keeps it may leave."""

    rule: str
    words: str
    check: Callable[[object, Context], bool]

    def why(self, value: object, context: Context) -> str:
        """Return why this value may leave; texts of people are told apart from our fixed ones."""
        if isinstance(value, str) and value in context.human:
            return "a human wrote it for partners, human_text is true, and the denylist finds nothing in it"
        return self.words.format(policy=context.policy)


def published(one: Mapping[str, object], context: Context) -> str | None:
    """Return why an object leaves whole, because it is the same for everybody; None for any other."""
    identifier = str(one.get("id"))
    if one == identity(context.house):
        return "who speaks: the house's own name"
    if one == author() or one == extension_definition():
        return "the extension's definition: the same from every house"
    if any(one == marking_definition(tlp) for tlp in Tlp):
        return "TLP 2.0 as OASIS publishes it"
    if identifier.startswith("attack-pattern--") and any(one == attack_pattern(name) for name in TECHNIQUES):
        return "a technique of MITRE ATLAS, as published"
    return None


def checks(kind: str, path: str) -> FieldRule | None:
    """Return the rule for a field of an object of type `kind`; None where no rule lets it pass."""
    return _BY_TYPE.get((kind, path)) or _ANYWHERE.get(path)


def _in(*allowed: object) -> Callable[[object, Context], bool]:
    return lambda value, _: value in allowed


def _texts(*templates: str) -> Callable[[object, Context], bool]:
    """A text of ours (`{label}`: the start of an id), or one of a human that the policy lets pass."""
    ours = [re.compile(re.escape(one).replace(re.escape("{label}"), "[0-9a-f]{8}")) for one in templates]
    return lambda value, context: (
        isinstance(value, str) and (any(one.fullmatch(value) for one in ours) or _is_human(value, context))
    )


def _is_human(value: object, context: Context) -> bool:
    return (
        context.policy.human_text
        and isinstance(value, str)
        and value in context.human
        and context.denied(value) is None
    )


def _is_time(value: object, context: Context) -> bool:
    """A version that follows another within the same hour is later by milliseconds, so those may stand."""
    at = moment(value)
    if at is not None and str(value)[:19] in context.told_times:
        return True
    return at is not None and (at - floor_time(at, context.policy.times_s)).total_seconds() < 1


def _is_coarse(value: object, context: Context) -> bool:
    at = moment(value)
    return at is not None and at == floor_time(at, context.policy.times_s)


def _told_time(value: object, context: Context) -> bool:
    return "times" in context.policy.fields and _is_coarse(value, context)


def _is_bound(value: object, context: Context) -> bool:
    return type(value) is int and value in bounds(context.policy.counts)


def _is_tenth(value: object, context: Context) -> bool:
    return type(value) is float and value == tenth(value) and "behaviour" in context.policy.fields


def _is_weight(value: object, context: Context) -> bool:
    return type(value) is int and abs(value) <= MOST_WEIGHT and "evidence" in context.policy.fields


def _hex(length: int, field: str) -> Callable[[object, Context], bool]:
    form = re.compile(f"[0-9a-f]{{{length}}}")
    return lambda value, context: (
        field in context.policy.fields and isinstance(value, str) and form.fullmatch(value) is not None
    )


def _ref(value: object, context: Context) -> bool:
    return value in context.ids


def _is_marking(value: object, context: Context) -> bool:
    return value == marking_id(context.policy.tlp) or value in context.ids


def _is_pattern(value: object, context: Context) -> bool:
    """Every value of the pattern is of a kind that the policy lets leave, coarse enough, and no shared address stands alone."""
    words = str(value)
    several = _TOGETHER.fullmatch(words)
    parts = (several[1] if several is not None else words).split("] AND [")
    if len(parts) != (2 if several is not None else 1):
        return False
    found = []
    for number, part in enumerate(parts):
        try:
            reading = read_pattern(("[" if number else "") + part + ("]" if number < len(parts) - 1 else ""))
        except ValueError:
            return False
        if len(reading.values) != 1 or reading.not_understood:
            return False
        found.append(reading.values[0])
    return all(_may_leave(kind, text, context, alone=len(found) == 1) for kind, text in found)


def _may_leave(kind: ObservableKind, text: str, context: Context, *, alone: bool) -> bool:
    import ipaddress

    policy = context.policy
    if kind not in policy.observables:
        return False
    if kind not in (ObservableKind.IP, ObservableKind.IP_PREFIX):
        return context.denied(text) is None
    network = ipaddress.ip_network(text)
    longest = policy.ipv4_prefix if network.version == 4 else policy.ipv6_prefix
    if kind is ObservableKind.IP_PREFIX and network.prefixlen > longest:
        return False
    return not context.shared.touches(network) or (not alone and policy.shared_egress == "combined")


def _confidence(value: object, context: Context) -> bool:
    return type(value) is int and "confidence" in context.policy.fields and value in (15, 50, 85)


def _human_confidence(value: object, context: Context) -> bool:
    return type(value) is int and 0 <= value <= 100 and context.policy.human_text


def _rule(rule: str, words: str, check: Callable[[object, Context], bool]) -> FieldRule:
    return FieldRule(rule=rule, words=words, check=check)


_FIXED = "our fixed words, the same for every campaign"
_TIMES = "a time to the {policy.times_s} s that the policy sets"
_COUNTS = "the bound of a bucket ({policy.counts})"
_OURS = "extensions.ours"
_HUMAN = _rule("human_text", "a human's words", _is_human)
_REF = _rule("id", "names an object that leaves with it; the id tells nothing of what it was made of", _ref)
_BOUND = _rule("counts", _COUNTS, _is_bound)
_SHARE = _rule("behaviour", "a share in tenths", _is_tenth)

_ANYWHERE: Mapping[str, FieldRule] = MappingProxyType(
    {
        "type": _rule(
            "objects",
            "an object type that the policy names, or what joins such objects",
            lambda value, context: (
                value in context.policy.objects or value in ("relationship", "marking-definition")
            ),
        ),
        "spec_version": _rule("fixed", "STIX 2.1", _in("2.1")),
        "id": _rule("id", "made under the house's secret namespace, other for each partner", _ref),
        "created": _rule("times", _TIMES, _is_time),
        "modified": _rule("times", _TIMES + "; later by milliseconds where it changed since", _is_time),
        "created_by_ref": _rule(
            "fixed", "who speaks", lambda value, context: value == context.house.identity_id
        ),
        "object_marking_refs": _rule("tlp", "how it may be passed on", _is_marking),
        "labels": _rule("fixed", _FIXED, _in(*wording.LABELS)),
        "confidence": _rule("confidence", "high, medium or low on STIX's scale", _confidence),
        "first_seen": _rule("times", _TIMES, _told_time),
        "last_seen": _rule("times", _TIMES, _told_time),
        "valid_from": _rule("times", _TIMES, _is_coarse),
        "valid_until": _rule("valid", "how long the policy lets this kind hold", _is_coarse),
        "published": _rule("times", _TIMES, _is_coarse),
        "source_ref": _REF,
        "target_ref": _REF,
        "sighting_of_ref": _REF,
        "where_sighted_refs": _REF,
        "object_refs": _REF,
        "pattern_type": _rule("fixed", "STIX patterns", _in("stix")),
        "pattern_version": _rule("fixed", "STIX patterns", _in("2.1")),
        "indicator_types": _rule("fixed", "suspicion, not guilt", _in("anomalous-activity")),
        "infrastructure_types": _rule("fixed", _FIXED, _in("anonymization", "unknown")),
        "report_types": _rule("fixed", _FIXED, _in("campaign")),
        "threat_actor_types": _rule("fixed", _FIXED, _in("unknown")),
        "relationship_type": _rule(
            "fixed", _FIXED, _in("uses", "indicates", "mitigates", "attributed-to", "related-to")
        ),
        "pattern": _rule(
            "observables",
            "kinds that the policy lets leave, coarse enough, held by enough members and by few others, nothing shared alone",
            _is_pattern,
        ),
        "count": _rule("counts", _COUNTS, _is_bound),
        "content": _HUMAN,
        "authors": _HUMAN,
        "aliases": _HUMAN,
        "definition_type": _rule("caveats", "a caveat of the policy", _in("statement")),
        "definition.statement": _rule(
            "caveats", "a caveat of the policy", lambda value, context: value in context.policy.caveats
        ),
        f"{_OURS}.extension_type": _rule("fixed", "our extension", _in("property-extension")),
        f"{_OURS}.schema_version": _rule("fixed", "our extension", _in(1)),
        f"{_OURS}.about": _rule("fixed", "our extension", _in("campaign", "indicator")),
        f"{_OURS}.cluster.pseudonym": _rule(
            "pseudonym_epoch", "a keyed pseudonym, other for each partner and epoch", _hex(32, "cluster")
        ),
        f"{_OURS}.cluster.members": _rule(
            "pseudonym_epoch", "a keyed pseudonym, other for each partner and epoch", _hex(32, "members")
        ),
        f"{_OURS}.cluster.epoch": _rule(
            "pseudonym_epoch",
            "the day from which the pseudonyms hold",
            lambda value, context: _is_day(value) and "cluster" in context.policy.fields,
        ),
        f"{_OURS}.families.kind": _rule("families", "our extension", _in("span", "system_span")),
        f"{_OURS}.families.algorithm": _rule(
            "families", "how the hashes are made", _in("hmac-sha256-128/minhash-32x2")
        ),
        f"{_OURS}.families.key_id": _rule(
            "span_key", "which agreed key; tells nothing of it", lambda value, context: value in context.key_ids
        ),
        f"{_OURS}.families.span_hashes": _rule(
            "families",
            "a hash under the key agreed with this partner",
            lambda value, context: context.policy.families == "hashes" and _hex(32, "families")(value, context),
        ),
        f"{_OURS}.families.bands": _rule(
            "families", "MinHash over keyed hashes", _hex(16, "families")
        ),
        f"{_OURS}.families.texts": _HUMAN,
        **{
            f"{_OURS}.behaviour.{name}": _SHARE
            for name in ("harvest_share", "opening_share", "tool_share", "distribution_share", "refusal_share")
        },
        f"{_OURS}.evidence.signal": _rule("evidence", "a published signal's name", _in(*SIGNALS)),
        f"{_OURS}.evidence.log10_bayes_factor_at_least": _rule(
            "evidence", "a whole number, at most 12", _is_weight
        ),
        f"{_OURS}.calibration.measure": _rule("evidence", "how it is calibrated", _in("e-value")),
        f"{_OURS}.calibration.cut": _rule("evidence", "how it is calibrated", _in("e-BH")),
        f"{_OURS}.calibration.false_campaign_share": _rule("evidence", "how it is calibrated", _in(0.01)),
        f"{_OURS}.calibration.null": _rule("evidence", "how it is calibrated", _in("the sender's own traffic")),
        f"{_OURS}.calibration.log10_e_at_least": _rule("evidence", "a whole number, at most 12", _is_weight),
        f"{_OURS}.models": _rule(
            "models",
            "a model that the policy names",
            lambda value, context: value in context.policy.models and "models" in context.policy.fields,
        ),
        f"{_OURS}.kinds": _rule(
            "observables", "what the pattern's values are", lambda value, context: value in context.policy.observables
        ),
        f"{_OURS}.stands_alone": _rule("shared_egress", "whether the pattern's value suffices", _in(True, False)),
        **{
            f"{_OURS}.{where}.{edge}": _BOUND
            for where in (
                "accounts", "outsiders", "cluster.accounts", "families.spans", "behaviour.exchanges",
                "behaviour.requests_per_account_day", "behaviour.active_hours", "behaviour.takeover_minutes",
                "behaviour.addresses", "behaviour.networks",
            )
            for edge in ("at_least", "below")
        },
    }
)  # fmt: skip
_BY_TYPE: Mapping[tuple[str, str], FieldRule] = MappingProxyType(
    {
        ("marking-definition", "object_marking_refs"): _rule(
            "tlp", "a marking tells nothing of a campaign", _in(marking_id(Tlp.CLEAR))
        ),
        ("marking-definition", "created"): _rule(
            "fixed", "the same for everybody", _in("2026-01-01T00:00:00.000Z")
        ),
        ("campaign", "name"): _rule("fixed", _FIXED, _texts(wording.CAMPAIGN)),
        ("campaign", "description"): _rule("fixed", _FIXED, _texts(wording.CAMPAIGN_DESCRIPTION)),
        ("infrastructure", "name"): _rule("fixed", _FIXED, _texts(wording.INFRASTRUCTURE)),
        ("infrastructure", "description"): _rule("fixed", _FIXED, _texts(wording.INFRASTRUCTURE_DESCRIPTION)),
        ("indicator", "name"): _rule("fixed", _FIXED, _texts(wording.TOGETHER, *wording.INDICATORS.values())),
        ("indicator", "description"): _rule("fixed", _FIXED, _texts(wording.INDICATOR_DESCRIPTION)),
        ("course-of-action", "name"): _rule("fixed", _FIXED, _texts(wording.ADVICE)),
        ("course-of-action", "description"): _rule("fixed", _FIXED, _texts(wording.ADVICE_DESCRIPTION)),
        ("report", "name"): _rule("fixed", _FIXED, _texts(wording.REPORT)),
        ("report", "description"): _rule("fixed", _FIXED, _texts(wording.REPORT_DESCRIPTION)),
        ("intrusion-set", "name"): _HUMAN,
        ("threat-actor", "name"): _HUMAN,
        ("relationship", "description"): _HUMAN,
        **{
            (kind, "confidence"): _rule("human_text", "an analyst's own figure", _human_confidence)
            for kind in ("intrusion-set", "threat-actor", "relationship")
        },
    }
)


def _is_day(value: object) -> bool:
    return isinstance(value, str) and moment(f"{value}T00:00:00Z") is not None
