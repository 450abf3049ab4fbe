"""Who beat whom: observed shares of won votes between the leading models, as a table of numbers on shades."""

from dataclasses import dataclass

import numpy as np

from revenuer.rank.leaderboard import Leaderboard
from revenuer.rank.votes import BOTH_BAD, TIE
from revenuer.report.rank_wording import amount, short_name
from revenuer.report.visible import plain

SHOWN = 30
"""Models a side: what a page's width and a sheet of paper can hold legibly."""
FEW_VOTES = 20
"""Under so many votes a share is uncertain by more than 10 points either way (one standard error), and is not shaded."""
SHADES = ((0.30, "l3"), (0.40, "l2"), (0.47, "l1"), (0.53, "even"), (0.60, "w1"), (0.70, "w2"))
"""Upper ends of the shades; above the last one w3. They mirror each other about one half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One pair as the row's model sees it. Empty texts where the two never met."""

    share: str
    votes: str
    title: str
    shade: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The first `shown` models of `total` against each other."""

    rows: tuple[MatrixRow, ...]
    shown: int
    total: int


def matrix_of(board: Leaderboard, shown: int = SHOWN) -> Matrix:
    """Return the observed win shares (a tie is half a win) among the first `shown` models of the board."""
    names = [rating.model for rating in board.ratings[:shown]]
    won, met = _won_and_met(board, names)
    return Matrix(
        rows=tuple(
            MatrixRow(
                name=name,
                cells=tuple(
                    _cell(names, i, j, float(won[i, j]), float(won[j, i]), float(met[i, j]))
                    for j in range(len(names))
                ),
            )
            for i, name in enumerate(names)
        ),
        shown=len(names),
        total=len(board.ratings),
    )


def _won_and_met(board: Leaderboard, names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return (K, K) votes that the row's model won outright, and all votes between the two that count."""
    tally, size = board.tally, len(names)
    code = {name: place for place, name in enumerate(tally.models)}
    table = tally.restricted(np.array(sorted(code[name] for name in names), np.int64))
    place = {name: i for i, name in enumerate(names)}
    order = np.array([place[name] for name in table.models], np.int64)
    first, second = order[table.first], order[table.second]
    won = np.zeros((size, size))
    won[first, second] = table.counts[:, 0]
    won[second, first] = table.counts[:, 1]
    tied = table.counts[:, TIE] + (table.counts[:, BOTH_BAD] if board.options.both_bad == "tie" else 0.0)
    met = won + won.T
    met[first, second] += tied
    met[second, first] += tied
    return won, met


def _cell(names: list[str], i: int, j: int, won: float, lost: float, met: float) -> Cell:
    if i == j:
        return Cell(share="", votes="", title="", shade="self")
    if met <= 0:
        return Cell(share="", votes="", title="", shade="none")
    share, tied = (won + (met - won - lost) / 2) / met, met - won - lost
    shade = "few" if met < FEW_VOTES else next((name for end, name in SHADES if share <= end), "w3")
    return Cell(
        share=_percent(share),
        votes=_in_four(met),
        title=f"{plain(short_name(names[i]))} against {plain(short_name(names[j]))}: {amount(won)} won, {amount(lost)} lost, "
        f"{amount(tied)} tied of {amount(met)}",
        shade=shade,
    )


def _percent(share: float) -> str:
    """Return whole per cent; 0 and 100 only where no, or every, vote was won."""
    text = round(100 * share)
    return str(min(max(text, 1), 99) if 0 < share < 1 else text)


def _in_four(votes: float) -> str:
    """Return a number of votes in at most four characters: 950, 1.2k, 35k, 4.1M."""
    value = round(votes)
    for size, suffix in ((1_000_000, "M"), (1_000, "k")):
        if value >= size:
            scaled = value / size
            return f"{scaled:.1f}{suffix}" if scaled < 9.95 else f"{scaled:.0f}{suffix}"
    return str(value)
