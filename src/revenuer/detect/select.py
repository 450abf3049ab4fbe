"""From judgements to the list of campaigns: overlaps resolved, false discoveries controlled."""

from dataclasses import dataclass, replace

import numpy as np

from revenuer.detect.claim_priors import prior_weights
from revenuer.detect.group import joined, part
from revenuer.detect.group_index import GroupIndex
from revenuer.detect.judge import Judgement
from revenuer.detect.membership import JOINING, Linkage, likeness
from revenuer.stats import e_bh

FALSE_CAMPAIGN_SHARE = 0.01
"""Expected share of false campaigns among those reported (e-BH, DESIGN section 4)."""
WATCHED = 1.0
"""log10 e over which a group that is not reported is worth a look."""
SAME_GROUP = 0.5
"""Two groups of which the smaller shares this part with the other are one group seen twice."""
MIN_LEFT = 4
ITS_OWN = 0.8
"""A group that leaves more than the rest of its accounts to others is not reported: its evidence was theirs."""
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

    Overlapping candidates are reduced to the strongest first, so that e-BH counts each group once. Peers' claims weigh the groups.
    """
    distinct = _distinct(sorted(judgements, key=_place), linkage.size)
    log10_e = [j.log10_e if j.sufficient else -np.inf for j in distinct]
    weights = prior_weights(np.array([j.log10_prior for j in distinct]))
    accepted = e_bh(log10_e, level, weights=weights).rejected if distinct else np.zeros(0, bool)
    campaigns = _merged([j for j, yes in zip(distinct, accepted, strict=True) if yes], linkage)
    named = np.zeros(linkage.size, bool)
    for campaign in campaigns:
        named[campaign.group.accounts] = True
    rest = [j for j in distinct if named[j.group.accounts].mean() <= 1 - ITS_OWN]
    watched = [j.sufficient and j.log10_e > WATCHED for j in rest]
    return Selection(
        campaigns=campaigns,
        watched=[j for j, yes in zip(rest, watched, strict=True) if yes],
        cleared=[j for j, yes in zip(rest, watched, strict=True) if not yes],
    )


def _merged(accepted: list[Judgement], linkage: Linkage) -> list[Judgement]:
    """Join accepted groups that share accounts and fit each other, and give every account to one campaign only.

    Marks (families, replays) of one operator are joined; an unmarked group beside a stronger one is left out, since it
    names bystanders. The joint group keeps the stronger one's evidence and strength: joining adds no weight.
    """
    merged: list[Judgement] = []
    for judgement in accepted:
        kin = next((i for i, other in enumerate(merged) if _kin(other, judgement, linkage)), None)
        if kin is None:
            merged.append(judgement)
        elif judgement.group.origin != "graph":
            merged[kin] = replace(merged[kin], group=joined(merged[kin].group, judgement.group))
    return _disjoint(merged, linkage.size)


def _disjoint(judgements: list[Judgement], size: int) -> list[Judgement]:
    """Give an account that several groups name to the one that it fits best, and drop groups that are then not what was judged."""
    best = np.full(size, -np.inf)
    for judgement in judgements:
        np.maximum.at(best, judgement.group.accounts, judgement.group.odds)
    claimed = np.zeros(size, bool)
    disjoint = []
    for judgement in judgements:
        accounts = judgement.group.accounts
        free = ~claimed[accounts] & (judgement.group.odds >= best[accounts])
        if free.sum() >= max(MIN_LEFT, ITS_OWN * len(free)):
            claimed[accounts[free]] = True
            disjoint.append(
                judgement if free.all() else replace(judgement, group=part(judgement.group, free))
            )
    return disjoint


def _kin(one: Judgement, other: Judgement, linkage: Linkage) -> bool:
    mine, theirs = one.group.accounts, other.group.accounts
    return _overlap(mine, theirs) >= SAME_OPERATOR and (
        same_operator(mine, theirs, linkage) or same_operator(theirs, mine, linkage)
    )


def _place(judgement: Judgement) -> tuple[float, int]:
    """Order strongest first; marked groups and larger ones count for more, since a core is not the whole operator.

    No sum counts for more than MAX_LOG10_E, so of groups beyond it the marked and then the larger come first.
    """
    factor = 1.0
    if judgement.log10_e > 0:
        factor = 1 + PER_DECADE * float(np.log10(judgement.group.size))
        factor *= MARKED if judgement.group.origin != "graph" else 1.0
    return -judgement.log10_e * factor, -judgement.group.size


def _distinct(ordered: list[Judgement], size: int) -> list[Judgement]:
    """Drop each judgement that shares SAME_GROUP of the smaller of the two with one before it."""
    kept: list[Judgement] = []
    known = GroupIndex(size)
    for judgement in ordered:
        accounts = judgement.group.accounts
        shared = known.common(accounts)
        if not (shared >= SAME_GROUP * np.minimum(known.sizes, len(accounts))).any():
            known.add(accounts)
            kept.append(judgement)
    return kept


def _overlap(a: np.ndarray, b: np.ndarray) -> float:
    return len(np.intersect1d(a, b, assume_unique=True)) / min(len(a), len(b))


def same_operator(one: np.ndarray, other: np.ndarray, linkage: Linkage) -> bool:
    """Say whether most accounts of `other` would be taken into `one` from outside: then the cut between them was ours."""
    found = likeness(one, linkage, None)
    return float((found.of(other) >= found.level(JOINING)).mean()) > 0.5
