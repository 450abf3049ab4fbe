"""By how much peers' claims raise the prior of a group, and what keeps that harmless.

A claim proposes a group and raises its prior, nothing more. Priors enter e-BH as weights whose mean is one, so that the expected share of
false campaigns stays bounded however many claims are wrong or malicious: what one group gains the others lose.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from revenuer.detect.judge import Judgement
from revenuer.detect.peer_claims import Claimed
from revenuer.records import Evidence, Outcome

CARRIED = 0.2
"""A group carries a claim when this share of its accounts holds a claimed value,"""
LEAST_CARRIERS = 3
ENRICHED = 10.0
"""and they hold it so many times as often as everybody else."""
BOOSTED = 0.5
"""At most this part of all prior weight goes to groups that carry claims; the others keep the rest."""
FAMILY = "peer"
SIGNAL = "peer_claim"


def with_priors(judgements: Sequence[Judgement], claimed: Sequence[Claimed], size: int) -> list[Judgement]:
    """Return the judgements with the priors that peers' claims give them, and the claims among their evidence, where they count nothing."""
    return [_with_prior(judgement, claimed, size) for judgement in judgements]


def prior_weights(log10_prior: np.ndarray) -> np.ndarray:
    """Return weights for e-BH with mean one: 10^prior where there is one, as far as BOOSTED allows, and what is left shared by the others.

    Source: weights that do not depend on the e-values keep e-BH's bound, since it needs the sum of expectations alone (R. Wang, A. Ramdas, JRSS B
    84 (2022), theorem 2 with e-values w e). A peer's claim is made from the peer's log.
    """
    m = len(log10_prior)
    boosted = log10_prior > 0
    if not boosted.any() or boosted.all():
        return np.ones(m)
    weights = 10.0**log10_prior
    room = max(BOOSTED * m, float(boosted.sum()))
    weights[boosted] *= min(1.0, room / weights[boosted].sum())
    weights[~boosted] = (m - weights[boosted].sum()) / (~boosted).sum()
    return weights


def _with_prior(judgement: Judgement, claimed: Sequence[Claimed], size: int) -> Judgement:
    accounts = judgement.group.accounts
    carried = [
        (one, int(inside)) for one in claimed
        if _carries(inside := np.isin(accounts, one.accounts, assume_unique=True).sum(), len(accounts), len(one.accounts), size)
    ]  # fmt: skip
    if not carried:
        return judgement
    told = sorted((_evidence(one, inside, len(accounts)) for one, inside in carried), key=lambda e: e.summary)
    return replace(
        judgement,
        evidence=(*judgement.evidence, *told),
        log10_prior=max(one.log10_prior for one, _ in carried),
    )


def _carries(inside: int, group: int, holders: int, size: int) -> bool:
    outside = (holders - inside + 1) / max(size - group, 1)
    return inside >= max(LEAST_CARRIERS, CARRIED * group) and inside / group >= ENRICHED * outside


def _evidence(one: Claimed, inside: int, group: int) -> Evidence:
    return Evidence(
        signal=SIGNAL,
        family=FAMILY,
        outcome=Outcome.POSITIVE,
        log10_bayes_factor=0.0,
        summary=f"{one.partner} claims ({one.marking}): {inside} of {group} accounts hold one of {one.values} values of its campaign {one.campaign}; "
        f"this made the group up to {10.0**one.log10_prior:.1f} times as likely beforehand and is no evidence of ours",
        look_alike="a peer that is wrong, or values that strangers came to hold",
    )
