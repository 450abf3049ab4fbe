"""Votes and what the board without their voter says of them: the input of every test.

A voter's own votes move the board towards them; judged by a board that they helped to make, riggers look more
ordinary than they are.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from revenuer.rank.components import find_components
from revenuer.rank.newton import Fit, Pairs, fit_pairs
from revenuer.rank.votes import A_WON, B_WON, Votes, tally

EXACT_SHARE = 0.005
"""A voter with more of the votes is left out by a refit; for the others one Newton step errs by the square of
a share below this."""
UNKNOWN_TIME = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """n votes on the m models of the board's largest component. `a`, `b` (n,) places in `models`; `score`
    (n,) 1 where a won, 0.5 tie; `voter` (n,) codes or -1; `voters` their number V (0: no voter ids); `count`
    (V,) votes of each; `time_us` (n,) or None where not every vote has one; `log_odds` (n,) of a over b by
    the board without the voter; `fit` that of all votes, `pairs` its input."""

    models: tuple[str, ...]
    a: np.ndarray
    b: np.ndarray
    score: np.ndarray
    voter: np.ndarray
    voters: int
    count: np.ndarray
    time_us: np.ndarray | None
    log_odds: np.ndarray
    fit: Fit
    pairs: Pairs

    @property
    def expected(self) -> np.ndarray:
        """Points (n,) that the board without the voter expects for a."""
        share: np.ndarray = expit(self.log_odds)
        return share

    def seen_from_each(self) -> "Incidences":
        """Return the votes twice, once from each model."""
        sign = np.concatenate([np.ones(len(self.a)), -np.ones(len(self.a))])
        return Incidences(
            model=np.concatenate([self.a, self.b]),
            voter=np.concatenate([self.voter, self.voter]),
            score=np.concatenate([self.score, 1 - self.score]),
            expected=expit(sign * np.concatenate([self.log_odds, self.log_odds])),
            vote=np.concatenate([np.arange(len(self.a))] * 2),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidences:
    """2n rows: a `vote` seen from a `model`: `score` its points, `expected` what the board without the
    `voter` expects."""

    model: np.ndarray
    voter: np.ndarray
    score: np.ndarray
    expected: np.ndarray
    vote: np.ndarray


def open_ledger(votes: Votes) -> Ledger | None:
    """Return the ledger of `votes`, or None where no two models can be compared. Ties and both-bad count
    half; weights are not used: every vote is a vote."""
    counted = tally(_unweighted(votes))
    counts = np.stack([counted.counts[:, 0], counted.counts[:, 1], counted.counts[:, 2:].sum(axis=1)], axis=1)
    whole = Pairs(size=len(votes.models), first=counted.first, second=counted.second, counts=counts)
    parts = find_components(whole)
    members = parts.members(0) if parts.number else np.zeros(0, np.int64)
    if len(members) < 2:
        return None
    place = np.full(len(votes.models), -1)
    place[members] = np.arange(len(members))
    inside = (place[whole.first] >= 0) & (place[whole.second] >= 0)
    pairs = Pairs(
        size=len(members),
        first=place[whole.first[inside]],
        second=place[whole.second[inside]],
        counts=counts[inside],
    )
    rows = np.flatnonzero((place[votes.a] >= 0) & (place[votes.b] >= 0))
    return _filled(votes, rows, place, members, pairs)


def _unweighted(votes: Votes) -> Votes:
    return Votes(models=votes.models, a=votes.a, b=votes.b, outcome=votes.outcome)


def _filled(votes: Votes, rows: np.ndarray, place: np.ndarray, members: np.ndarray, pairs: Pairs) -> Ledger:
    a, b = place[votes.a[rows]], place[votes.b[rows]]
    outcome = votes.outcome[rows]
    score = np.where(outcome == A_WON, 1.0, np.where(outcome == B_WON, 0.0, 0.5))
    fit = fit_pairs(pairs, "half")
    voter = np.full(len(rows), -1, np.int64) if votes.voter is None else votes.voter[rows].astype(np.int64)
    voters = 0 if votes.voters is None else len(votes.voters)
    time_us = None if votes.time_us is None else votes.time_us[rows]
    if time_us is not None and (time_us == UNKNOWN_TIME).any():
        time_us = None
    return Ledger(
        models=tuple(votes.models[code] for code in members),
        a=a,
        b=b,
        score=score,
        voter=voter,
        voters=voters,
        count=np.bincount(voter[voter >= 0], minlength=voters),
        time_us=time_us,
        log_odds=_without_voter(fit, pairs, a, b, score, voter, voters),
        fit=fit,
        pairs=pairs,
    )


def _without_voter(
    fit: Fit, pairs: Pairs, a: np.ndarray, b: np.ndarray, score: np.ndarray, voter: np.ndarray, voters: int
) -> np.ndarray:
    """Return (n,) log odds of a over b, of the board refitted without the vote's voter; unknown voters are
    left in."""
    difference = fit.theta[a] - fit.theta[b]
    known = voter >= 0
    if not known.any():
        return np.asarray(difference)
    size = pairs.size
    residual = np.where(known, score - expit(difference), 0.0)
    cell = np.where(known, voter, 0) * size
    pull = np.bincount(cell + a, residual, voters * size) - np.bincount(cell + b, residual, voters * size)
    shift = -(pull.reshape(voters, size) @ fit.bread[:size, :size])
    count = np.bincount(voter[known], minlength=voters)
    for heavy in np.flatnonzero(count > EXACT_SHARE * len(a)):
        mine = voter == heavy
        shift[heavy] = _refitted(fit, pairs, a[mine], b[mine], score[mine], shift[heavy])
    who = np.where(known, voter, 0)
    moved: np.ndarray = difference + np.where(known, shift[who, a] - shift[who, b], 0.0)
    return moved


def _refitted(
    fit: Fit, pairs: Pairs, a: np.ndarray, b: np.ndarray, score: np.ndarray, one_step: np.ndarray
) -> np.ndarray:
    """Return (m,) by how much the strengths move when these votes are left out; `one_step` where the board
    then falls apart."""
    size = pairs.size
    low, high = np.minimum(a, b), np.maximum(a, b)
    of_pair = np.searchsorted(pairs.first * size + pairs.second, low * size + high)
    won = np.where(a < b, score, 1 - score)
    which = np.where(won == 1, 0, np.where(won == 0, 1, 2))
    left = pairs.counts.copy()
    np.subtract.at(left, (of_pair, which), 1.0)
    rest = Pairs(size=size, first=pairs.first, second=pairs.second, counts=np.maximum(left, 0.0))
    if find_components(rest).members(0).size < size:
        return one_step
    try:
        moved: np.ndarray = fit_pairs(rest, "half", start=fit.theta).theta - fit.theta
    except ArithmeticError:
        return one_step
    return moved
