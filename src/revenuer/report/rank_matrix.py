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
SHADES = (0.03, 0.10, 0.20)
"""How far a share lies from one half where the first, second and third shade begin."""


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
    tied = met - won - lost
    share = (won + tied / 2) / met
    return Cell(
        share=_percent(share),
        votes=_in_four(met),
        title=f"{plain(short_name(names[i]))} against {plain(short_name(names[j]))}: {amount(won)} won, {amount(lost)} lost, "
        f"{amount(tied)} tied of {amount(met)}",
        shade=_shade(won, lost, met),
    )


def _shade(won: float, lost: float, met: float) -> str:
    """Return few, even, w1 to w3 where the row's model won more, l1 to l3 where the column's did; a pair mirrors itself."""
    if met < FEW_VOTES:
        return "few"
    depth = sum(abs(won - lost) / (2 * met) >= start for start in SHADES)
    return f"{'w' if won > lost else 'l'}{depth}" if depth else "even"


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
