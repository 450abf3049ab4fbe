"""Boards whose model has a parameter that every vote moves, ties' or style's: their fits after changes to the votes."""

from dataclasses import dataclass, replace

import numpy as np

from revenuer.rank.components import find_components
from revenuer.rank.crossing import Design, pairs_of_design
from revenuer.rank.newton import Fit, fit_pairs
from revenuer.rank.pairs_in_question import Pair
from revenuer.rank.style_fit import Coded, VoteFit, fit_votes
from revenuer.rank.witness import apply


@dataclass(frozen=True, slots=True, kw_only=True)
class TieModelBoard:
    """A board whose ties have a parameter of their own."""

    design: Design
    fit: Fit
    ties: str

    def gap_after(self, taken: np.ndarray, action: str, pair: Pair) -> float | None:
        """Return theta_b - theta_a of `pair` after the changes `taken`; None where the board then has no fit."""
        board = pairs_of_design(apply(self.design, taken, action))
        if find_components(board).number > 1:
            return None
        try:
            theta = fit_pairs(board, self.ties, self.fit.theta, self.fit.parameter).theta
        except ArithmeticError:
            return None
        return float(theta[pair[1]] - theta[pair[0]])


@dataclass(frozen=True, slots=True, kw_only=True)
class StyledBoard:
    """A board with style taken out. An added vote is taken to have no difference in style; of equal votes the first are changed."""

    coded: Coded
    fit: VoteFit
    ties: str

    def gap_after(self, taken: np.ndarray, action: str, pair: Pair) -> float | None:
        """Return theta_b - theta_a of `pair` after the changes `taken`; None where the board then has no fit."""
        try:
            theta = fit_votes(self._changed(taken, action), self.ties, self.fit.theta).theta
        except ArithmeticError:
            return None
        return float(theta[pair[1]] - theta[pair[0]])

    def _changed(self, taken: np.ndarray, action: str) -> Coded:
        if action == "add":
            return self._with_added(taken[0])
        chosen, to = self._chosen(taken)
        if action == "drop":
            kept = np.setdiff1d(np.arange(len(self.coded.a)), chosen)
            return replace(
                self.coded,
                a=self.coded.a[kept],
                b=self.coded.b[kept],
                outcome=self.coded.outcome[kept],
                style=self.coded.style[kept],
            )
        outcome = self.coded.outcome.copy()
        outcome[chosen] = np.where(self.coded.a[chosen] == to, 0, 1)
        return replace(self.coded, outcome=outcome)

    def _chosen(self, taken: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (places of the votes, the model that a turned vote goes to)."""
        a, b, outcome = self.coded.a, self.coded.b, self.coded.outcome
        winner, loser = np.where(outcome == 1, b, a), np.where(outcome == 1, a, b)
        found, to = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for table, u, v in np.argwhere(taken > 0):
            of_pair = (
                (winner == u) & (loser == v) if table == 0 else ((a == u) & (b == v)) | ((a == v) & (b == u))
            )
            places = np.flatnonzero(of_pair & ((outcome == 2) == (table == 1)))[: int(taken[table, u, v])]
            found.append(places)
            to.append(np.full(len(places), v))
        return np.concatenate(found), np.concatenate(to)

    def _with_added(self, wins: np.ndarray) -> Coded:
        """Return the votes with `wins` [u, v] more of v over u."""
        u, v = np.nonzero(wins)
        number = wins[u, v].astype(np.int64)
        more = int(number.sum())
        return replace(
            self.coded,
            a=np.concatenate([self.coded.a, np.repeat(v, number)]),
            b=np.concatenate([self.coded.b, np.repeat(u, number)]),
            outcome=np.concatenate([self.coded.outcome, np.zeros(more, self.coded.outcome.dtype)]),
            style=np.concatenate([self.coded.style, np.zeros((more, self.coded.style.shape[1]))]),
        )
