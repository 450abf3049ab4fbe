"""From judgements to the list of campaigns: overlaps resolved, false discoveries controlled."""

from dataclasses import dataclass, replace

import numpy as np

from revenuer.detect.group import joined, part
from revenuer.detect.judge import Judgement
from revenuer.detect.membership import KEEP, Linkage, membership
from revenuer.stats import e_bh

FALSE_CAMPAIGN_SHARE = 0.01
"""Expected share of false campaigns among those reported (e-BH, DESIGN section 4)."""
SAME_GROUP = 0.5
"""Two groups of which the smaller shares this part with the other are one group seen twice."""
MIN_LEFT = 4
SAME_OPERATOR = 0.15
"""Accepted groups that share this part of the smaller's accounts, and fit each other, are one operator's."""
PER_DECADE = 0.15
"""A ten times larger one goes before a core this part stronger: cores share most, operators are wider."""
MARKED = 1.3
"""Of overlapping groups one whose members all carry a mark (a family, a replay) goes before an unmarked one up to this
much stronger: it names fewer bystanders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """`campaigns` and `watched` in falling order of log10 e; `cleared` were judged and not reported."""

    campaigns: list[Judgement]
    watched: list[Judgement]
    cleared: list[Judgement]


def select_campaigns(
    judgements: list[Judgement], linkage: Linkage, level: float = FALSE_CAMPAIGN_SHARE
) -> Selection:
    """Return which judgements are campaigns at false-discovery level `level`.

    Overlapping candidates are reduced to the strongest first, so that e-BH counts each group once.
    """
    distinct = _distinct(sorted(judgements, key=_strength), linkage)
    log10_e = [j.log10_e if j.sufficient else -np.inf for j in distinct]
    accepted = e_bh(log10_e, level).rejected if distinct else np.zeros(0, bool)
    campaigns = _merged([j for j, yes in zip(distinct, accepted, strict=True) if yes], linkage)
    watched = [
        j for j, yes in zip(distinct, accepted, strict=True) if not yes and j.sufficient and j.log10_e > 1
    ]
    chosen = {id(j) for j in campaigns + watched}
    return Selection(
        campaigns=campaigns, watched=watched, cleared=[j for j in distinct if id(j) not in chosen]
    )


def _merged(accepted: list[Judgement], linkage: Linkage) -> list[Judgement]:
    """Join accepted groups that share accounts and fit each other, and give every account to one campaign only.

    Marks (families, replays) of one operator are joined; an unmarked group beside a stronger one is left out, since it
    names bystanders. The joint group keeps the stronger one's evidence and strength: joining adds no weight. What is
    left of a group after stronger ones took their accounts must still be MIN_LEFT accounts and most of it.
    """
    merged: list[Judgement] = []
    for judgement in accepted:
        kin = next((i for i, other in enumerate(merged) if _kin(other, judgement, linkage)), None)
        if kin is None:
            merged.append(judgement)
        elif judgement.group.origin != "graph":
            merged[kin] = replace(merged[kin], group=joined(merged[kin].group, judgement.group))
    claimed = np.zeros(linkage.size, bool)
    disjoint = []
    for judgement in merged:
        free = ~claimed[judgement.group.accounts]
        if free.sum() >= max(MIN_LEFT, SAME_GROUP * len(free)):
            claimed[judgement.group.accounts[free]] = True
            disjoint.append(
                judgement if free.all() else replace(judgement, group=part(judgement.group, free))
            )
    return disjoint


def _kin(one: Judgement, other: Judgement, linkage: Linkage) -> bool:
    mine, theirs = one.group.accounts, other.group.accounts
    return _overlap(mine, theirs) >= SAME_OPERATOR and (
        same_operator(mine, theirs, linkage) or same_operator(theirs, mine, linkage)
    )


def _strength(judgement: Judgement) -> tuple[float, int]:
    """Order strongest first; marked groups and larger ones count for more, since a core is not the whole operator."""
    factor = 1.0
    if judgement.strength > 0:
        factor = 1 + PER_DECADE * float(np.log10(judgement.group.size))
        factor *= MARKED if judgement.group.origin != "graph" else 1.0
    return -judgement.strength * factor, -judgement.group.size


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
    score = membership(one, linkage, None, of=other)
    return float((score[other] > KEEP + np.log10(linkage.size / len(one))).mean()) > 0.5
