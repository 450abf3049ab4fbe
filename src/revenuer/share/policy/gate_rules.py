"""The rules by which single fields leave: path -> which rule of the policy it is, how its value is held against it, and why it may pass."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from revenuer.share.policy import gate_checks as is_so
from revenuer.share.policy.gate_checks import Check, Context
from revenuer.share.stix import wording
from revenuer.share.stix.atlas import TECHNIQUES, attack_pattern
from revenuer.share.stix.compose import IDENTITY_CREATED, identity
from revenuer.share.stix.extension import author, extension_definition
from revenuer.share.stix.signals import SIGNALS
from revenuer.share.stix.structure import OPINIONS
from revenuer.share.stix.tlp import Tlp, marking_definition, marking_id


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """`rule`: a key of the policy, or `fixed` (the same for everybody), `id`, `denylist`. `words`: why a value that keeps it may leave."""

    rule: str
    words: str
    check: Check

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


def _rule(rule: str, words: str, check: Check) -> FieldRule:
    return FieldRule(rule=rule, words=words, check=check)


_FIXED = "our fixed words, the same for every campaign"
_TIMES = "a time to the {policy.times_s} s that the policy sets"
_COUNTS = "the bound of a bucket ({policy.counts})"
_OURS = "extensions.ours"
_HUMAN = _rule("human_text", "a human's words", is_so.is_human)
_REF = _rule(
    "id", "names an object that leaves with it; the id tells nothing of what it was made of", is_so.is_ref
)
_BOUND = _rule("counts", _COUNTS, is_so.is_bound)
_SHARE = _rule("behaviour", "a share in tenths", is_so.is_tenth)

_ANYWHERE: Mapping[str, FieldRule] = MappingProxyType(
    {
        "type": _rule(
            "objects",
            "an object type that the policy names, or what joins such objects",
            lambda value, context: (
                value in context.policy.objects or value in ("relationship", "marking-definition")
            ),
        ),
        "spec_version": _rule("fixed", "STIX 2.1", is_so.one_of("2.1")),
        "id": _rule("id", "made under the house's secret namespace, other for each partner", is_so.is_ref),
        "created": _rule("times", _TIMES, is_so.is_time),
        "modified": _rule("times", _TIMES + "; later by milliseconds where it changed since", is_so.is_time),
        "created_by_ref": _rule(
            "fixed", "who speaks", lambda value, context: value == context.house.identity_id
        ),
        "object_marking_refs": _rule("tlp", "how it may be passed on", is_so.is_marking),
        "labels": _rule("fixed", _FIXED, is_so.one_of(*wording.LABELS)),
        "confidence": _rule("confidence", "high, medium or low on STIX's scale", is_so.confidence),
        "first_seen": _rule("times", _TIMES, is_so.told_time),
        "last_seen": _rule("times", _TIMES, is_so.told_time),
        "valid_from": _rule("times", _TIMES, is_so.is_coarse),
        "valid_until": _rule("valid", "how long the policy lets this kind hold", is_so.is_coarse),
        "published": _rule("times", _TIMES, is_so.is_coarse),
        "source_ref": _REF,
        "target_ref": _REF,
        "sighting_of_ref": _REF,
        "where_sighted_refs": _REF,
        "object_refs": _REF,
        "pattern_type": _rule("fixed", "STIX patterns", is_so.one_of("stix")),
        "pattern_version": _rule("fixed", "STIX patterns", is_so.one_of("2.1")),
        "indicator_types": _rule("fixed", "suspicion, not guilt", is_so.one_of("anomalous-activity")),
        "infrastructure_types": _rule("fixed", _FIXED, is_so.one_of("anonymization", "unknown")),
        "report_types": _rule("fixed", _FIXED, is_so.one_of("campaign")),
        "threat_actor_types": _rule("fixed", _FIXED, is_so.one_of("unknown")),
        "relationship_type": _rule(
            "fixed", _FIXED, is_so.one_of("uses", "indicates", "mitigates", "attributed-to", "related-to")
        ),
        "pattern": _rule(
            "observables",
            "kinds that the policy lets leave, coarse enough, held by enough members and by few others, nothing shared alone",
            is_so.is_pattern,
        ),
        "count": _rule("counts", _COUNTS, is_so.is_bound),
        "opinion": _rule("objects", "our opinion of the partner's own object", is_so.one_of(*OPINIONS)),
        "explanation": _rule("fixed", _FIXED, is_so.one_of(wording.CONFIRMED, wording.FALSE_POSITIVE)),
        "content": _HUMAN,
        "authors": _HUMAN,
        "aliases": _HUMAN,
        "definition_type": _rule("caveats", "a caveat of the policy", is_so.one_of("statement")),
        "definition.statement": _rule(
            "caveats", "a caveat of the policy", lambda value, context: value in context.policy.caveats
        ),
        f"{_OURS}.extension_type": _rule("fixed", "our extension", is_so.one_of("property-extension")),
        f"{_OURS}.schema_version": _rule("fixed", "our extension", is_so.one_of(1)),
        f"{_OURS}.about": _rule("fixed", "our extension", is_so.one_of("campaign", "indicator")),
        f"{_OURS}.cluster.pseudonym": _rule(
            "pseudonym_epoch", "a keyed pseudonym, other for each partner and epoch", is_so.hex_of(32, "cluster")
        ),
        f"{_OURS}.cluster.members": _rule(
            "pseudonym_epoch", "a keyed pseudonym, other for each partner and epoch", is_so.hex_of(32, "members")
        ),
        f"{_OURS}.cluster.epoch": _rule(
            "pseudonym_epoch",
            "the day from which the pseudonyms hold",
            lambda value, context: is_so.is_day(value) and "cluster" in context.policy.fields,
        ),
        f"{_OURS}.families.kind": _rule("families", "our extension", is_so.one_of("span", "system_span")),
        f"{_OURS}.families.algorithm": _rule(
            "families", "how the hashes are made", is_so.one_of("hmac-sha256-128/minhash-32x2")
        ),
        f"{_OURS}.families.key_id": _rule(
            "span_key", "which agreed key; tells nothing of it", lambda value, context: value in context.key_ids
        ),
        f"{_OURS}.families.span_hashes": _rule(
            "families",
            "a hash under the key agreed with this partner",
            lambda value, context: context.policy.families == "hashes" and is_so.hex_of(32, "families")(value, context),
        ),
        f"{_OURS}.families.bands": _rule(
            "families", "MinHash over keyed hashes", is_so.hex_of(16, "families")
        ),
        f"{_OURS}.families.texts": _HUMAN,
        **{
            f"{_OURS}.behaviour.{name}": _SHARE
            for name in ("harvest_share", "opening_share", "tool_share", "distribution_share", "refusal_share")
        },
        f"{_OURS}.evidence.signal": _rule("evidence", "a published signal's name", is_so.one_of(*SIGNALS)),
        f"{_OURS}.evidence.log10_bayes_factor_at_least": _rule(
            "evidence", "a whole number, at most 12", is_so.is_weight
        ),
        f"{_OURS}.calibration.measure": _rule("evidence", "how it is calibrated", is_so.one_of("e-value")),
        f"{_OURS}.calibration.cut": _rule("evidence", "how it is calibrated", is_so.one_of("e-BH")),
        f"{_OURS}.calibration.false_campaign_share": _rule("evidence", "how it is calibrated", is_so.one_of(0.01)),
        f"{_OURS}.calibration.null": _rule("evidence", "how it is calibrated", is_so.one_of("the sender's own traffic")),
        f"{_OURS}.calibration.log10_e_at_least": _rule("evidence", "a whole number, at most 12", is_so.is_weight),
        f"{_OURS}.models": _rule(
            "models",
            "a model that the policy names",
            lambda value, context: value in context.policy.models and "models" in context.policy.fields,
        ),
        **{
            f"{_OURS}.{name}": _rule("lineage", "another campaign that leaves with it", is_so.is_lineage)
            for name in ("replaces", "shares_pool_with")
        },
        f"{_OURS}.kinds": _rule(
            "observables", "what the pattern's values are", lambda value, context: value in context.policy.observables
        ),
        f"{_OURS}.stands_alone": _rule("shared_egress", "whether the pattern's value suffices", is_so.one_of(True, False)),
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
            "tlp", "a marking tells nothing of a campaign", is_so.one_of(marking_id(Tlp.CLEAR))
        ),
        ("marking-definition", "created"): _rule(
            "fixed", "the same for everybody", is_so.one_of(IDENTITY_CREATED)
        ),
        ("campaign", "name"): _rule("fixed", _FIXED, is_so.texts(wording.CAMPAIGN)),
        ("campaign", "description"): _rule("fixed", _FIXED, is_so.texts(wording.CAMPAIGN_DESCRIPTION)),
        ("infrastructure", "name"): _rule("fixed", _FIXED, is_so.texts(wording.INFRASTRUCTURE)),
        ("infrastructure", "description"): _rule(
            "fixed", _FIXED, is_so.texts(wording.INFRASTRUCTURE_DESCRIPTION)
        ),
        ("indicator", "name"): _rule(
            "fixed", _FIXED, is_so.texts(wording.TOGETHER, *wording.INDICATORS.values())
        ),
        ("indicator", "description"): _rule("fixed", _FIXED, is_so.texts(wording.INDICATOR_DESCRIPTION)),
        ("course-of-action", "name"): _rule("fixed", _FIXED, is_so.texts(wording.ADVICE)),
        ("course-of-action", "description"): _rule("fixed", _FIXED, is_so.texts(wording.ADVICE_DESCRIPTION)),
        ("report", "name"): _rule("fixed", _FIXED, is_so.texts(wording.REPORT)),
        ("report", "description"): _rule("fixed", _FIXED, is_so.texts(wording.REPORT_DESCRIPTION)),
        ("intrusion-set", "name"): _HUMAN,
        ("threat-actor", "name"): _HUMAN,
        ("relationship", "description"): _HUMAN,
        **{
            (kind, "confidence"): _rule("human_text", "an analyst's own figure", is_so.human_confidence)
            for kind in ("intrusion-set", "threat-actor", "relationship")
        },
    }
)
