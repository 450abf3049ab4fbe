"""Certifies how few votes, dropped, turned over or added, would change the top of a board."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from revenuer.rank.certificate import ACTIONS, ActionBound, Answer, Certificate, NamedChange
from revenuer.rank.coded_votes import check_style, coded_votes
from revenuer.rank.coding import check_coding, coded_pairs
from revenuer.rank.components import find_components
from revenuer.rank.covariance import sandwich_of_clusters, sandwich_of_pairs
from revenuer.rank.crossing import Design, design_of
from revenuer.rank.leaderboard import ELO_PER_LOGIT
from revenuer.rank.loose_search import GapAfter, find_loosely
from revenuer.rank.newton import Fit, Pairs, fit_pairs
from revenuer.rank.other_models import StyledBoard, TieModelBoard
from revenuer.rank.pair_search import MIXED, search
from revenuer.rank.pairs_in_question import Pair, cheapest_first, pairs_of
from revenuer.rank.style_fit import fit_votes, scores_of
from revenuer.rank.votes import Tally, Votes, cell_of, tally
from revenuer.rank.witness import Change, Witness
from revenuer.records import InputError, UsageError

PROVED = frozenset({"half", "drop"})
UNDER_SAMPLED = 1.5
"""A pair whose difference has a standard error over this many times the median of neighbours on the board is under-sampled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifyOptions:
    """What is asked: the top `k`; `actions` allowed; how ties and both-bad votes are coded (see rank/tie_models.py)."""

    k: int
    actions: tuple[str, ...] = ACTIONS
    ties: str = "half"
    both_bad: str = "tie"
    style: tuple[str, ...] = ()

    @property
    def no_lower_bound(self) -> str | None:
        """Why no lower bound is proved, or None where one is."""
        if self.style:
            return "the coefficients of style are fitted to the votes, so an action moves all pairs at once, and the proof does not hold"
        if self.ties not in PROVED:
            return f"with a tie parameter fitted to the votes ({self.ties}) an action moves all pairs at once, and the proof does not hold"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The component that is asked about: its votes, the fit, standard errors of differences, models best first."""

    names: tuple[str, ...]
    codes: np.ndarray
    design: Design
    fit: Fit
    order: np.ndarray
    error: np.ndarray


def certify(votes: Votes, options: CertifyOptions) -> Certificate:
    """Return the certificate of the largest component's top `options.k`, by votes.

    With ties as half wins, or dropped, lower bounds are proved (docs/rank.md) and every upper bound is checked by a fit of the changed
    board. Davidson's and Rao and Kupper's ties, and boards with style taken out, get upper bounds only. A set of actions that tears the
    component apart, or joins another model to it, is not considered. Raises UsageError for impossible options, InputError for votes
    with weights, a board without ratings, or one whose strengths lie too far apart.
    """
    _check(votes, options)
    board, gap_after = _board(votes, options)
    if not 1 <= options.k < len(board.order):
        raise UsageError(
            f"got top {options.k}, expected 1 to {len(board.order) - 1}: the largest component has {len(board.order)} models"
        )
    with strengths_within_reach(votes.source):
        first = _answer("set", board, gap_after, votes, options)
        second = (
            replace(first, question="order")
            if options.k == 1
            else _answer("order", board, gap_after, votes, options)
        )
    return Certificate(
        k=options.k,
        unit="vote",
        actions=options.actions,
        ties=options.ties,
        both_bad=options.both_bad,
        votes=votes.size,
        models=tuple(board.names[i] for i in board.order),
        outside=tuple(sorted(set(votes.models) - set(board.names))),
        votes_each=None,
        no_lower_bound=options.no_lower_bound,
        answers=(first, second),
    )


@contextmanager
def strengths_within_reach(source: str) -> Iterator[None]:
    """Turn a fit that double precision does not reach into an InputError."""
    try:
        yield
    except ArithmeticError as error:
        raise InputError(
            f"{source}: strengths lie so far apart that no certificate can be computed ({error}); leave out models that nearly "
            "always lose or win"
        ) from error


def _check(votes: Votes, options: CertifyOptions) -> None:
    check_coding(options.ties, options.both_bad)
    check_style(votes, options.style)
    wrong = [action for action in options.actions if action not in ACTIONS]
    if wrong or not options.actions:
        raise UsageError(f"got actions {', '.join(wrong) or 'none'}, expected some of {', '.join(ACTIONS)}")
    if votes.weight is not None:
        raise InputError(
            f"{votes.source} has weights; a certificate counts votes: leave the weight column out, or write each vote as often as it counts"
        )


def _board(votes: Votes, options: CertifyOptions) -> tuple[Board, GapAfter | None]:
    """Return the board, and how its own model is fitted again where no lower bound is proved."""
    board = board_of(tally(votes), options.ties, options.both_bad, votes.source)
    if not options.style:
        model = TieModelBoard(design=board.design, fit=board.fit, ties=options.ties)
        return board, model.gap_after if options.no_lower_bound else None
    coded = coded_votes(votes, board.codes, options.ties, options.both_bad, options.style)
    try:
        fit = fit_votes(coded, options.ties, board.fit.theta)
    except ArithmeticError as error:
        raise InputError(f"{votes.source}: style cannot be taken out: {error}") from error
    scores = scores_of(coded, options.ties, fit.theta, fit.parameter, fit.gamma)
    covariance = sandwich_of_clusters(fit.bread, scores, [np.arange(len(coded.a))])
    styled = replace(
        board,
        fit=replace(board.fit, theta=fit.theta, parameter=fit.parameter, bread=fit.bread),
        order=np.argsort(-fit.theta, kind="stable"),
        error=_errors(covariance[: coded.size, : coded.size]),
    )
    return styled, StyledBoard(coded=coded, fit=fit, ties=options.ties).gap_after


def _idle(table: Tally, pairs: Pairs) -> np.ndarray | None:
    """Return (M, M) the votes of each pair that the coding leaves out; None where it leaves none out."""
    left_out = table.counts.sum(axis=1) - pairs.counts.sum(axis=1)
    if not left_out.any():
        return None
    idle = np.zeros((pairs.size, pairs.size))
    idle[pairs.first, pairs.second] = idle[pairs.second, pairs.first] = left_out
    return idle


def _errors(covariance: np.ndarray) -> np.ndarray:
    """Return standard errors (M, M) of differences."""
    own = np.diag(covariance)
    errors: np.ndarray = np.sqrt(np.maximum(own[:, None] + own[None, :] - 2 * covariance, 0.0))
    return errors


def board_of(table: Tally, ties: str, both_bad: str, source: str) -> Board:
    """Return the largest component of `table`, fitted. Raises InputError where it has fewer than two models."""
    components = find_components(coded_pairs(table, ties, both_bad))
    codes = components.members(0)
    if len(codes) < 2:
        raise InputError(f"{source}: no two models can be compared: each always won or always lost")
    inside = table.restricted(codes)
    pairs = coded_pairs(inside, ties, both_bad)
    fit = fit_pairs(pairs, ties)
    squares = coded_pairs(inside, ties, both_bad, squares=True).counts
    covariance = sandwich_of_pairs(fit, pairs, squares, ties)[: len(codes), : len(codes)]
    return Board(
        names=inside.models,
        codes=codes,
        design=replace(design_of(pairs), idle=_idle(inside, pairs)),
        fit=fit,
        order=np.argsort(-fit.theta, kind="stable"),
        error=_errors(covariance),
    )


def _answer(
    question: str, board: Board, gap_after: GapAfter | None, votes: Votes, options: CertifyOptions
) -> Answer:
    pairs, least = cheapest_first(pairs_of(question, board.order, options.k), board.fit)
    lower: dict[str, int] | None = None
    if gap_after is None:
        found = search(board.design, board.fit.theta, pairs, least, options.actions)
        lower, witness, of_action = found.lower, found.witness, found.pair
    else:
        loose = {
            action: find_loosely(board.design, board.fit.theta, pairs, action, gap_after)
            for action in options.actions
        }
        witness = {action: found for action, (found, _) in loose.items()}
        of_action = {action: pair for action, (_, pair) in loose.items()}
    by_action = tuple(
        _action_bound(
            action, None if lower is None else lower[action], witness[action], of_action[action], board, votes
        )
        for action in options.actions
    )
    cheapest = min(by_action, key=lambda b: (b.upper_bound is None, b.upper_bound or 0))
    pair = of_action[cheapest.action]
    return Answer(
        question=question,
        lower_bound=None if lower is None else lower[MIXED],
        upper_bound=cheapest.upper_bound,
        pair=(board.names[pair[0]], board.names[pair[1]]),
        gap=float((board.fit.theta[pair[0]] - board.fit.theta[pair[1]]) * ELO_PER_LOGIT),
        half_width=float(1.96 * board.error[pair] * ELO_PER_LOGIT),
        cause=cause_of(board, pair),
        by_action=by_action,
    )


def _action_bound(
    action: str, lower: int | None, witness: Witness | None, pair: Pair, board: Board, votes: Votes
) -> ActionBound:
    names = (board.names[pair[0]], board.names[pair[1]])
    if witness is None:
        return ActionBound(action=action, lower_bound=lower, upper_bound=None, pair=names)
    return ActionBound(
        action=action,
        lower_bound=lower,
        upper_bound=witness.number,
        pair=names,
        changes=tuple(_named(change, board) for change in witness.changes),
        votes=() if action == "add" else _votes_of(witness.changes, board, votes),
        gap=witness.gap * ELO_PER_LOGIT,
    )


def cause_of(board: Board, pair: Pair) -> str:
    """Say why the pair is close: near_tie, or under_sampled where it is measured much worse than neighbours on the board are."""
    neighbours = board.error[board.order[:-1], board.order[1:]]
    worse = board.error[pair] > UNDER_SAMPLED * float(np.median(neighbours))
    return "under_sampled" if worse else "near_tie"


def _named(change: Change, board: Board) -> NamedChange:
    return NamedChange(
        action=change.action,
        outcome=change.outcome,
        winner=board.names[change.winner],
        loser=board.names[change.loser],
        number=change.number,
    )


def _votes_of(changes: tuple[Change, ...], board: Board, votes: Votes) -> tuple[int, ...]:
    """Return the places in `votes` of votes that the changes speak of, the first that there are."""
    size = len(votes.models)
    cell = cell_of(votes.a, votes.b, votes.outcome, size)
    found: list[int] = []
    for change in changes:
        u, v = int(board.codes[change.winner]), int(board.codes[change.loser])
        pair = (min(u, v) * size + max(u, v)) * 4
        wanted = (pair + 2, pair + 3) if change.outcome == "tied" else (pair + int(u > v),)
        found += np.flatnonzero(np.isin(cell, wanted))[: change.number].tolist()
    return tuple(sorted(found))
