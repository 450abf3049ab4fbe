"""Fits a leaderboard: ratings on the Elo scale with intervals, and simultaneous confidence sets for ranks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy import stats

from revenuer.rank.alternatives import find_alternatives
from revenuer.rank.bootstrap import bootstrap_draws
from revenuer.rank.coded_votes import check_style, coded_votes, kept_votes
from revenuer.rank.coding import check_coding, coded_pairs
from revenuer.rank.components import Components, find_components
from revenuer.rank.covariance import Scores, few_votes, sandwich_of_clusters, sandwich_of_pairs
from revenuer.rank.leaderboard import ELO_PER_LOGIT, FitOptions, Leaderboard, Rating, StyleEffect
from revenuer.rank.newton import fit_pairs
from revenuer.rank.style_fit import fit_votes, scores_of
from revenuer.rank.tie_models import HAS_TIE_PARAMETER
from revenuer.rank.votes import Tally, Votes, tally
from revenuer.records import InputError, UsageError
from revenuer.stats.rank_sets import rank_sets

T = TypeVar("T")

MEAN_RATING = 1000.0
CLUSTERS = ("voter", "prompt")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rated:
    """A component's strengths and their covariance, natural logits; `draws` (B, M) of a bootstrap or None; `style` effects (p,) with
    their covariance."""

    theta: np.ndarray
    draws: np.ndarray | None = None
    covariance: np.ndarray
    parameter: float
    style: np.ndarray
    style_covariance: np.ndarray


def fit_board(votes: Votes, options: FitOptions) -> Leaderboard:
    """Return the leaderboard of `votes`.

    Each component of the board (rank/components.py) is rated for itself; what cannot be rated has no number. Intervals are
    sandwich intervals, clustered where `options.cluster` says so. Raises UsageError for options that do not fit the votes, InputError
    where nothing can be rated.
    """
    check_coding(options.ties, options.both_bad)
    _check(votes, options)
    table = tally(votes)
    pairs = coded_pairs(table, options.ties, options.both_bad)
    components = find_components(pairs)
    rng = np.random.Generator(np.random.PCG64(options.seed))
    rated: list[_Rated] = []
    ratings: list[Rating] = []
    per_model = pairs.to_models(pairs.counts.sum(axis=1), pairs.counts.sum(axis=1))
    for component in range(components.number):
        members = components.members(component)
        if len(members) > 1:
            rated.append(_rate(votes, table.restricted(members), members, options, rng))
            ratings += _ratings(rated[-1], table, members, component, per_model, options, rng)
        else:
            ratings += _without_rating(table, members, component, per_model, components)
    if not rated:
        raise InputError(
            f"{votes.source}: no two models can be compared: each always won or always lost; more votes are needed"
        )
    return Leaderboard(
        ratings=tuple(ratings),
        options=options,
        votes=votes.size,
        quarantined=votes.quarantined,
        reasons=votes.reasons,
        source=votes.source,
        intervals=_intervals_in_words(options),
        clusters=tuple((name, _number(votes, name)) for name in options.cluster),
        tie_parameter=rated[0].parameter if options.ties in HAS_TIE_PARAMETER else None,
        style=_style_effects(rated[0], options),
        alternatives=find_alternatives(table, options),
        tally=table,
    )


def _check(votes: Votes, options: FitOptions) -> None:
    for name in options.cluster:
        if name not in CLUSTERS:
            raise UsageError(f"got cluster {name!r}, expected voter, prompt or both")
        if getattr(votes, name) is None:
            raise UsageError(
                f"{votes.source} has no {name}_id column to cluster by; leave {name} out of --cluster"
            )
    check_style(votes, options.style)
    if not 0.5 <= options.level < 1:
        raise UsageError(f"got level {options.level}, expected a share from 0.5 to below 1, such as 0.95")
    if options.anchor is not None and options.anchor[0] not in votes.models:
        raise UsageError(f"the anchor {options.anchor[0]!r} is not a model of {votes.source}")
    if options.bootstrap and options.style:
        raise UsageError("bootstrap intervals are not made for style control; leave out one of the two")


def _rate(
    votes: Votes, table: Tally, members: np.ndarray, options: FitOptions, rng: np.random.Generator
) -> _Rated:
    """Fit one component of two or more models; `table` is the component's, `members` are its codes in `votes`."""
    pairs = coded_pairs(table, options.ties, options.both_bad)
    fit = _fitted(votes, lambda: fit_pairs(pairs, options.ties))
    size, none, draws = len(members), np.zeros(0), None
    if options.style:
        coded = coded_votes(votes, members, options.ties, options.both_bad, options.style)
        styled = _fitted(votes, lambda: fit_votes(coded, options.ties, fit.theta))
        scores = scores_of(coded, options.ties, styled.theta, styled.parameter, styled.gamma)
        covariance = _clustered(votes, members, options, styled.bread, scores)
        first = len(covariance) - len(options.style)
        return _Rated(
            theta=styled.theta,
            covariance=covariance[:size, :size] + few_votes(styled.bread, pairs),
            parameter=styled.parameter,
            style=styled.gamma,
            style_covariance=covariance[first:, first:],
        )
    if options.bootstrap:
        draws = bootstrap_draws(votes, members, table, fit, options, rng)
        draws = draws + rng.multivariate_normal(np.zeros(size), few_votes(fit.bread, pairs), len(draws))
        covariance = np.cov(draws, rowvar=False)
    elif options.cluster:
        coded = coded_votes(votes, members, options.ties, options.both_bad, options.style)
        scores = scores_of(coded, options.ties, fit.theta, fit.parameter, none)
        covariance = _clustered(votes, members, options, fit.bread, scores)[:size, :size]
        covariance = covariance + few_votes(fit.bread, pairs)
    else:
        squares = coded_pairs(table, options.ties, options.both_bad, squares=True).counts
        covariance = sandwich_of_pairs(fit, pairs, squares, options.ties)[:size, :size]
        covariance = covariance + few_votes(fit.bread, pairs)
    return _Rated(
        theta=fit.theta,
        draws=draws,
        covariance=covariance,
        parameter=fit.parameter,
        style=none,
        style_covariance=np.zeros((0, 0)),
    )


def _fitted(votes: Votes, fit: Callable[[], T]) -> T:
    try:
        return fit()
    except ArithmeticError as error:
        raise InputError(
            f"{votes.source}: the board cannot be rated as asked: {error}; try --ties half or fewer --style columns"
        ) from error


def _clustered(
    votes: Votes, members: np.ndarray, options: FitOptions, bread: np.ndarray, scores: Scores
) -> np.ndarray:
    kept = kept_votes(votes, members, options.ties, options.both_bad)
    clusters = [getattr(votes, name)[kept] for name in options.cluster]
    return sandwich_of_clusters(bread, scores, clusters or [np.arange(len(scores.a))])


def _ratings(
    rated: _Rated,
    table: Tally,
    members: np.ndarray,
    component: int,
    per_model: np.ndarray,
    options: FitOptions,
    rng: np.random.Generator,
) -> list[Rating]:
    """Return a component's ratings, best first."""
    names = [table.models[code] for code in members]
    anchor = names.index(options.anchor[0]) if options.anchor and options.anchor[0] in names else None
    base = MEAN_RATING if anchor is None or options.anchor is None else options.anchor[1]
    middle, low, high = _intervals(rated, anchor, options.level)
    best, worst = rank_sets(rated.theta, rated.covariance, options.level, rng)
    return [
        Rating(
            model=names[i],
            rating=float(base + middle[i] * ELO_PER_LOGIT),
            low=float(base + low[i] * ELO_PER_LOGIT),
            high=float(base + high[i] * ELO_PER_LOGIT),
            rank_low=int(best[i]),
            rank_high=int(worst[i]),
            votes=float(per_model[members[i]]),
            component=component,
            status="ranked",
        )
        for i in np.argsort(-rated.theta, kind="stable")
    ]


def _intervals(rated: _Rated, anchor: int | None, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (estimate, low, high), logits over the component's mean or over the model `anchor`."""
    middle = rated.theta - (0.0 if anchor is None else rated.theta[anchor])
    if rated.draws is not None:
        draws = rated.draws if anchor is None else rated.draws - rated.draws[:, [anchor]]
        low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
        return middle, low, high
    variance = np.diag(rated.covariance)
    if anchor is not None:
        variance = variance + variance[anchor] - 2 * rated.covariance[anchor]
    half = stats.norm.ppf((1 + level) / 2) * np.sqrt(np.maximum(variance, 0.0))
    return middle, middle - half, middle + half


def _without_rating(
    table: Tally, members: np.ndarray, component: int, per_model: np.ndarray, components: Components
) -> list[Rating]:
    return [
        Rating(
            model=table.models[code],
            rating=None,
            low=None,
            high=None,
            rank_low=None,
            rank_high=None,
            votes=float(per_model[code]),
            component=component,
            status=components.status[code],
        )
        for code in members
    ]


def _style_effects(rated: _Rated, options: FitOptions) -> tuple[StyleEffect, ...]:
    half = stats.norm.ppf((1 + options.level) / 2) * np.sqrt(np.diag(rated.style_covariance))
    return tuple(
        StyleEffect(
            name=name,
            effect=float(rated.style[k] * ELO_PER_LOGIT),
            low=float((rated.style[k] - half[k]) * ELO_PER_LOGIT),
            high=float((rated.style[k] + half[k]) * ELO_PER_LOGIT),
        )
        for k, name in enumerate(options.style)
    )


def _number(votes: Votes, name: str) -> int:
    """Return how many voters or prompts are known."""
    code = getattr(votes, name)
    return len(np.unique(code[code >= 0]))


def _intervals_in_words(options: FitOptions) -> str:
    by = " and ".join(options.cluster)
    if options.bootstrap:
        return f"bootstrap, {options.bootstrap} rounds of " + (f"{options.cluster[0]}s" if by else "votes")
    return f"sandwich, clustered by {by}" if by else "sandwich, votes taken as independent"
