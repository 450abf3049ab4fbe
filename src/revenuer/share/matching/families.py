"""Prompt families by bands: which of our families is like one of the partner's, and how like."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from revenuer.share.matching.bands import LEAST_EQUAL, Likeness, bands_of, likeness
from revenuer.share.matching.client import Match
from revenuer.share.matching.items import BAND


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyMatch:
    """A family of ours that is like one of the partner's campaigns'."""

    family: str
    campaign: str
    confidence: int
    likeness: Likeness


def band_values(families: Mapping[str, Sequence[str]]) -> dict[str, list[tuple[str, str]]]:
    """Return, of each family (name -> span texts), the values to ask about; none of a family with too few spans."""
    return {name: [(BAND, band) for band in bands_of(spans)] for name, spans in families.items()}


def family_matches(
    asked: Mapping[str, Sequence[tuple[str, str]]], matches: Sequence[Match]
) -> list[FamilyMatch]:
    """Return families with LEAST_EQUAL or more bands of one campaign of the partner's, likest first."""
    by_band: dict[str, list[Match]] = defaultdict(list)
    for match in matches:
        if match.kind == BAND:
            by_band[match.value].append(match)
    found: list[FamilyMatch] = []
    for family, bands in asked.items():
        equal: dict[str, list[int]] = defaultdict(list)
        for _, band in bands:
            for match in by_band[band]:
                equal[match.campaign].append(match.confidence)
        found += [
            FamilyMatch(family=family, campaign=campaign, confidence=max(sure), likeness=likeness(len(sure)))
            for campaign, sure in equal.items()
            if len(sure) >= LEAST_EQUAL
        ]
    return sorted(found, key=lambda one: (-one.likeness.jaccard, one.family, one.campaign))
