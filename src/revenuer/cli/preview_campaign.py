"""What a release tells of one campaign, in a few lines that need no knowledge of STIX."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from revenuer.share.stix import EXTENSION_ID

_SHOWN = 12
"""Patterns told of one campaign; the rest stands in the bytes."""


def campaign_lines(objects: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield, for each campaign, who it is for the partner, how large, when, how sure, and every pattern, hash count and human text that goes with it."""
    for campaign in objects:
        if campaign["type"] == "campaign":
            yield f"{campaign['name']} ({campaign['id']})"
            yield from (f"  {line}" for line in _lines(campaign, objects))


def _lines(campaign: Mapping[str, Any], objects: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    about = campaign["extensions"][EXTENSION_ID]
    if "first_seen" in campaign:
        yield f"seen {campaign['first_seen'][:16]} to {campaign['last_seen'][:16]} UTC"
    if "confidence" in campaign:
        yield f"confidence {campaign['confidence']} of 100"
    yield from _cluster(about.get("cluster"))
    figures = about.get("behaviour") or {}
    told = [f"{name.replace('_', ' ')} {_figure(value)}" for name, value in figures.items()]
    if told:
        yield f"behaviour: {', '.join(told)}"
    if about.get("evidence"):
        yield f"evidence: {', '.join(one['signal'] for one in about['evidence'])}"
    if about.get("models"):
        yield f"models: {', '.join(about['models'])}"
    for family in about.get("families", ()):
        yield from _family(family)
    yield from _patterns(_joined(campaign["id"], "indicates", objects))
    yield from _human(campaign["id"], objects)


def _cluster(cluster: Mapping[str, Any] | None) -> Iterator[str]:
    if cluster is not None:
        members = len(cluster.get("members", ()))
        single = f", and one for each of {members}: the partner can count them" if members else ""
        yield f"accounts: {_figure(cluster['accounts'])}, under a pseudonym of {cluster['epoch']}{single}"


def _family(family: Mapping[str, Any]) -> Iterator[str]:
    hashes = len(family.get("span_hashes", ()))
    yield f"prompt family ({family['kind']}): {hashes} hashes and {len(family.get('bands', ()))} bands under the key {family['key_id']}"
    for text in family.get("texts", ()):
        yield f"  text that a human added: {text!r}"


def _patterns(indicators: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in indicators[:_SHOWN]:
        yield f"{one['pattern']} until {one['valid_until'][:10]}"
    if len(indicators) > _SHOWN:
        yield f"and {len(indicators) - _SHOWN} more patterns"


def _human(campaign: str, objects: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in objects:
        if one["type"] == "note" and campaign in one["object_refs"]:
            yield f"note: {one['content']!r}"
        if one.get("relationship_type") == "attributed-to" and one["source_ref"] == campaign:
            who = next(other for other in objects if other["id"] == one["target_ref"])
            yield f"attributed to {who['name']!r} with confidence {one['confidence']}: {one['description']!r}"


def _joined(target: str, what: str, objects: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    sources = {
        one["source_ref"]
        for one in objects
        if one.get("relationship_type") == what and one["target_ref"] == target
    }
    return [one for one in objects if one["id"] in sources]


def _figure(value: Any) -> str:
    """Return a bucket as `30 to 99`, a share as a percentage."""
    if isinstance(value, float | int):
        return f"about {value:.0%}"
    below = value.get("below")
    low = value["at_least"]
    if below is None:
        return f"{low} and more"
    return str(low) if below == low + 1 else f"{low} to {below - 1}"
