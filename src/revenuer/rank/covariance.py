"""The sandwich: how uncertain strengths are when votes are not what the model says, or come in clusters.

Sources: White, Econometrica 50 (1982); Liang and Zeger, Biometrika 73 (1986); two ways at once: Cameron, Gelbach and Miller, Journal
of Business and Economic Statistics 29 (2011). Assumptions: clusters are independent of one another and there are many of them.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

from revenuer.rank.newton import Fit, Pairs
from revenuer.rank.tie_models import HAS_TIE_PARAMETER, terms

PRIOR_VOTES = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Each vote's part in the slope of the log likelihood at the fit: `by_difference` (N,) counts for model `a` (N,) and against
    `b` (N,); `others` (N, q) for the parameters after the M strengths."""

    size: int
    a: np.ndarray
    b: np.ndarray
    by_difference: np.ndarray
    others: np.ndarray


def sandwich_of_pairs(fit: Fit, pairs: Pairs, squares: np.ndarray, ties: str) -> np.ndarray:
    """Return the covariance (M + q, M + q) where every vote is independent; `squares` (E, 3) are summed squared weights."""
    at = terms(ties, fit.theta[pairs.first] - fit.theta[pairs.second], fit.parameter)
    meat = pairs.laplacian((squares * at.d**2).sum(axis=1))
    if ties in HAS_TIE_PARAMETER:
        across = (squares * at.d * at.t).sum(axis=1)
        edge = pairs.to_models(across, -across)[:, None]
        meat = np.block([[meat, edge], [edge.T, np.array([[(squares * at.t**2).sum()]])]])
    return _sandwich(fit.bread, meat)


def few_votes(bread: np.ndarray, pairs: Pairs) -> np.ndarray:
    """Return the covariance (M, M) to add because few votes cannot show how uncertain they are: two ties, taken as half wins, show none.

    Each model's share of the model's own covariance is that of PRIOR_VOTES among its votes. Choice: no theory, nothing at 50 votes
    (4 %), and an honest width at two.
    """
    size = pairs.size
    number = pairs.counts.sum(axis=1)
    share = np.sqrt(PRIOR_VOTES / (pairs.to_models(number, number) + PRIOR_VOTES))
    centred = np.eye(size) - 1 / size
    added: np.ndarray = centred @ (share[:, None] * bread[:size, :size] * share) @ centred
    return added


def sandwich_of_clusters(bread: np.ndarray, scores: Scores, clusters: list[np.ndarray]) -> np.ndarray:
    """Return the covariance where votes of one cluster may hang together. `clusters`: one or two arrays (N,) of codes, -1 for a vote
    that stands alone. With two, votes that share either may hang together."""
    number = [numbered(code) for code in clusters]
    total = sum((_clustered(bread, scores, code) for code in number), np.zeros_like(bread))
    if len(number) == 2:
        both = number[0].astype(np.int64) * (int(number[1].max()) + 1) + number[1]
        total = _positive(total - _clustered(bread, scores, np.unique(both, return_inverse=True)[1]))
    return total


def _clustered(bread: np.ndarray, scores: Scores, cluster: np.ndarray) -> np.ndarray:
    number = int(cluster.max()) + 1
    width = scores.size + scores.others.shape[1]
    sizes = np.bincount(cluster, minlength=number)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    order = np.empty(len(cluster), np.int64)
    _sort_by_cluster(cluster, starts[:-1].copy(), order)
    number = int((sizes > 0).sum())
    meat = np.zeros((width, width))
    _add_outer(order, starts, scores.a, scores.b, scores.by_difference, scores.others, scores.size, meat)
    return _sandwich(bread, meat) * (number / max(number - 1, 1))


def _sandwich(bread: np.ndarray, meat: np.ndarray) -> np.ndarray:
    covariance: np.ndarray = bread @ meat @ bread
    return covariance


def numbered(code: np.ndarray) -> np.ndarray:
    """Give every vote that stands alone (-1) a cluster of its own."""
    alone = code < 0
    if not alone.any():
        return code
    distinct = code.astype(np.int64)
    distinct[alone] = int(code.max(initial=-1)) + 1 + np.arange(int(alone.sum()))
    return distinct


def _positive(covariance: np.ndarray) -> np.ndarray:
    """Return the nearest covariance without negative variances: a difference of two may have some."""
    value, vector = np.linalg.eigh(covariance)
    nearest: np.ndarray = (vector * np.maximum(value, 0.0)) @ vector.T
    return nearest


@njit(cache=True, nogil=True)
def _sort_by_cluster(cluster: np.ndarray, free: np.ndarray, order: np.ndarray) -> None:
    """Write the votes in order of cluster into `order`; `free` are the clusters' first places, and move on."""
    for vote in range(len(cluster)):
        order[free[cluster[vote]]] = vote
        free[cluster[vote]] += 1


@njit(cache=True, nogil=True)
def _add_outer(
    order: np.ndarray,
    starts: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
    score: np.ndarray,
    others: np.ndarray,
    size: int,
    meat: np.ndarray,
) -> None:
    """Add to `meat` the outer product of each cluster's summed scores, touching only the models that it voted on."""
    width, extra = len(meat), others.shape[1]
    total = np.zeros(width)
    seen = np.zeros(width, np.bool_)
    touched = np.empty(width, np.int64)
    for cluster in range(len(starts) - 1):
        number = 0
        for place in range(starts[cluster], starts[cluster + 1]):
            vote = order[place]
            for model, sign in ((a[vote], 1.0), (b[vote], -1.0)):
                if not seen[model]:
                    seen[model] = True
                    touched[number] = model
                    number += 1
                total[model] += sign * score[vote]
            for k in range(extra):
                total[size + k] += others[vote, k]
        for k in range(extra):
            touched[number] = size + k
            number += 1
        for i in range(number):
            for j in range(number):
                meat[touched[i], touched[j]] += total[touched[i]] * total[touched[j]]
        for i in range(number):
            total[touched[i]] = 0.0
            seen[touched[i]] = False
