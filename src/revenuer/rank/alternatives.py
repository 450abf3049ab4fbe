"""How the top of a board hangs on choices that nobody voted on: how ties are coded, and which models are on the board."""

import numpy as np

from revenuer.rank.coding import coded_pairs
from revenuer.rank.components import find_components
from revenuer.rank.crossing import Design, design_of, find_crossing
from revenuer.rank.leaderboard import ELO_PER_LOGIT, Alternative, FitOptions
from revenuer.rank.newton import Fit, fit_pairs
from revenuer.rank.pair_search import least_actions
from revenuer.rank.pairs_in_question import cheapest_first, pairs_of
from revenuer.rank.votes import Tally

TIE_CHOICES = (
    ("ties and both-bad as half wins", "half", "tie"),
    ("ties as half wins, both-bad left out", "half", "drop"),
    ("ties and both-bad left out", "drop", "drop"),
    ("ties by Davidson, both-bad a tie", "davidson", "tie"),
    ("ties by Rao and Kupper, both-bad a tie", "rao-kupper", "tie"),
)
MIN_MODELS = 3


def find_alternatives(table: Tally, options: FitOptions) -> tuple[Alternative, ...]:
    """Return the leader under each coding of ties, and under the options' coding with other sets of models. Style is not controlled for.

    A choice under which nothing can be rated is left out.
    """
    ranked = _ranked(table, options)
    leader = table.models[ranked[0]]
    found = [_alternative(words, table, ties, bad, leader) for words, ties, bad in TIE_CHOICES]
    found += [
        _alternative(words, table.restricted(models), options.ties, options.both_bad, leader)
        for words, models in _model_sets(table, ranked)
    ]
    return tuple(choice for choice in found if choice is not None)


def _model_sets(table: Tally, rank: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Return sets of models in words and as codes, from the codes of the ranked ones, best first; those that would leave fewer than
    MIN_MODELS are left out."""
    per_model = table.per_model
    sets = [
        (
            "only models with the median number of votes or more",
            np.flatnonzero(per_model >= np.median(per_model)),
        ),
        ("only the better half of the models", np.sort(rank[: (len(rank) + 1) // 2])),
        ("only the ten best models", np.sort(rank[:10])),
    ]
    return [(words, models) for words, models in sets if MIN_MODELS <= len(models) < len(table.models)]


def _ranked(table: Tally, options: FitOptions) -> np.ndarray:
    """Return the codes of the largest component, best first."""
    codes = find_components(coded_pairs(table, options.ties, options.both_bad)).members(0)
    fit = fit_pairs(coded_pairs(table.restricted(codes), options.ties, options.both_bad), options.ties)
    return codes[np.argsort(-fit.theta, kind="stable")]


def _alternative(words: str, table: Tally, ties: str, both_bad: str, leader: str) -> Alternative | None:
    codes = find_components(coded_pairs(table, ties, both_bad)).members(0)
    if len(codes) < 2:
        return None
    inside = table.restricted(codes)
    pairs = coded_pairs(inside, ties, both_bad)
    try:
        fit = fit_pairs(pairs, ties)
    except ArithmeticError:  # A tie model without any ties: the choice says nothing of this board.
        return None
    order = np.argsort(-fit.theta, kind="stable")
    flips = None
    if ties in {"half", "drop"}:
        flips = _flips(fit, order, design_of(pairs))
    return Alternative(
        choice=words,
        leader=inside.models[order[0]],
        runner_up=inside.models[order[1]],
        models=len(codes),
        gap=float((fit.theta[order[0]] - fit.theta[order[1]]) * ELO_PER_LOGIT),
        flips=flips,
        has_leader=leader in inside.models,
    )


def _flips(fit: Fit, order: np.ndarray, design: Design) -> int | None:
    """Return the fewest votes that must be turned over for another leader; None where strengths are too far apart to say."""
    best = np.inf
    for (a, b), least in zip(*cheapest_first(pairs_of("set", order, 1), fit), strict=True):
        if least >= best:
            break
        try:
            best = min(best, least_actions(find_crossing(design, a, b, fit.theta)))
        except ArithmeticError:
            return None
    return int(best)
