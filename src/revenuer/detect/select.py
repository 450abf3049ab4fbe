"""From judgements to the list of campaigns: overlaps resolved, false discoveries controlled."""

from dataclasses import dataclass

import numpy as np

from revenuer.detect.judge import Judgement
from revenuer.detect.membership import KEEP, Linkage, membership
from revenuer.stats import e_bh

FALSE_CAMPAIGN_SHARE = 0.01
"""Expected share of false campaigns among those reported (e-BH, DESIGN section 4)."""
SAME_GROUP = 0.5
"""Two groups of which the smaller shares this part with the other are one group seen twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """`campaigns` and `watched` in falling order of log10 e; `cleared` were judged and not reported."""

    campaigns: list[Judgement]
    watched: list[Judgement]
    cleared: list[Judgement]


def select_campaigns(judgements: list[Judgement], linkage: Linkage, level: float = FALSE_CAMPAIGN_SHARE) -> Selection:
    """Return which judgements are campaigns at false-discovery level `level`.

    Overlapping candidates are reduced to the strongest first, so that e-BH counts each group once.
    """
    distinct = _distinct(sorted(judgements, key=_strength), linkage)
    log10_e = [j.log10_e if j.sufficient else -np.inf for j in distinct]
    accepted = e_bh(log10_e, level).rejected if distinct else np.zeros(0, bool)
    campaigns = [j for j, yes in zip(distinct, accepted, strict=True) if yes]
    watched = [j for j, yes in zip(distinct, accepted, strict=True) if not yes and j.sufficient and j.log10_e > 1]
    chosen = {id(j) for j in campaigns + watched}
    return Selection(campaigns=campaigns, watched=watched, cleared=[j for j in distinct if id(j) not in chosen])


def _strength(judgement: Judgement) -> tuple[float, int]:
    return -judgement.log10_e, -judgement.group.size


def _distinct(ordered: list[Judgement], linkage: Linkage) -> list[Judgement]:
    """Drop each judgement whose group is mostly inside a stronger one's."""
    kept: list[Judgement] = []
    for judgement in ordered:
        accounts = judgement.group.accounts
        if any(_overlap(accounts, other.group.accounts) >= SAME_GROUP for other in kept):
            continue
        kept.append(judgement)
    return kept


def _overlap(a: np.ndarray, b: np.ndarray) -> float:
    return len(np.intersect1d(a, b, assume_unique=True)) / min(len(a), len(b))


def same_operator(one: np.ndarray, other: np.ndarray, linkage: Linkage) -> bool:
    """Say whether most accounts of `other` would be taken into `one` from outside: then the cut between them was ours."""
    score = membership(one, linkage, None)
    return float((score[other] > KEEP + np.log10(linkage.size / len(one))).mean()) > 0.5
