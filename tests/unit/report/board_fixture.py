"""Leaderboards for tests of what is shown: small ones that are fitted, and ones with every oddity put in by hand."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from revenuer.rank import FitOptions, Leaderboard, StyleEffect, Tally, fit_board, votes_of_tally

WIDE = 60
LONG_NAME = "organisation-with-a-long-name/model-family-instruct-preview-2026-01-31-fp8-variant-7"
HOSTILE = (
    "<b>x</b>",
    "evil\u202egnp.exe",
    "</script><script>alert(1)</script>",
    "'\"><img src=x onerror=alert(2)>&amp;{{7*7}}",
    "[red]نموذج[/red]",
    LONG_NAME,
)


def fitted(
    models: Sequence[str],
    pairs: Sequence[tuple[int, int]],
    counts: Sequence[tuple[int, ...]],
    options: FitOptions | None = None,
) -> Leaderboard:
    """Fit counts of (first won, second won, tie, both bad) by pair."""
    votes = votes_of_tally(tuple(models), np.array(pairs), np.array(counts), "votes.csv")
    return fit_board(votes, options or FitOptions())


def two() -> Leaderboard:
    return fitted(["alpha", "beta"], [(0, 1)], [(30, 20, 5, 1)])


def clear() -> Leaderboard:
    """One model that is better than both others beyond doubt."""
    return fitted(
        ["alpha", "beta", "gamma"],
        [(0, 1), (0, 2), (1, 2)],
        [(900, 100, 20, 5), (950, 60, 9, 0), (800, 300, 30, 10)],
    )


def unbeaten() -> Leaderboard:
    """A model that never lost, one that never won, and three between."""
    return fitted(
        ["champion", "one", "two", "three", "poor"],
        [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (3, 4), (1, 4)],
        [
            (12, 0, 0, 0),
            (9, 0, 0, 0),
            (30, 25, 2, 0),
            (40, 31, 0, 4),
            (20, 22, 4, 0),
            (5, 0, 0, 0),
            (15, 0, 0, 0),
        ],
    )


def islands() -> Leaderboard:
    """Two components, a model between them and one that nobody voted on."""
    return fitted(
        ["north-1", "north-2", "north-3", "south-1", "south-2", "lone", "bridge"],
        [(0, 1), (1, 2), (0, 2), (3, 4), (0, 3), (3, 6), (1, 6)],
        [
            (30, 20, 5, 1),
            (22, 25, 3, 3),
            (31, 19, 5, 1),
            (8, 7, 1, 0),
            (14, 0, 0, 0),
            (0, 3, 0, 0),
            (4, 0, 0, 0),
        ],
    )


def wide() -> Leaderboard:
    """Many models, each better than the next, with style effects and rows set aside."""
    pairs = [(i, j) for i in range(WIDE) for j in range(i + 1, min(i + 8, WIDE))]
    counts = [(20 + 4 * (j - i) + i % 5, 20, 3 + j % 4, 1) for i, j in pairs]
    board = fitted([f"model-{i:02}-of-a-family" for i in range(WIDE)], pairs, counts)
    return replace(
        board,
        quarantined=1_234,
        reasons=(("the two models are the same", 1_000), ("no such outcome: 'draw?'", 234)),
        style=(
            StyleEffect(name="length", effect=42.1, low=39.5, high=44.7),
            StyleEffect(name="lists", effect=-3.2, low=-8.0, high=1.6),
        ),
    )


def odd() -> Leaderboard:
    """Names and texts as a stranger may choose them, wherever the input can put any."""
    return with_names(HOSTILE)


def with_names(names: Sequence[str]) -> Leaderboard:
    """A board of models with these names (no two alike), where everyone met everyone."""
    size = len(names)
    pairs = [(i, j) for i in range(size) for j in range(i + 1, size)]
    counts = [(9 + 3 * i, 12 + 2 * j, 1 + i, j) for i, j in pairs]
    board = fitted(names, pairs, counts, FitOptions(anchor=(names[0], 1200.0)))
    return replace(
        board,
        source=f"votes {names[0]}",
        quarantined=3,
        reasons=((f"bad: {names[1]}", 3),),
        style=(StyleEffect(name=f"style {names[0]}", effect=1.0, low=-1.0, high=3.0),),
        alternatives=tuple(replace(a, choice=f"{a.choice} {names[0]}") for a in board.alternatives),
    )


def empty() -> Leaderboard:
    none = np.zeros(0, np.int64)
    nothing = Tally(models=(), first=none, second=none, counts=np.zeros((0, 4)), squares=np.zeros((0, 4)))
    return replace(two(), ratings=(), votes=0, source="", intervals="", alternatives=(), tally=nothing)


def without_any_rating() -> Leaderboard:
    """What is left of a board of two models where one always won."""
    board = two()
    first, second = (
        replace(
            r,
            rating=None,
            low=None,
            high=None,
            rank_low=None,
            rank_high=None,
            votes=3.0,
            component=i,
            status=status,
        )
        for i, (r, status) in enumerate(zip(board.ratings, ("never_lost", "never_won"), strict=True))
    )
    counts = np.array([[3.0, 0.0, 0.0, 0.0]])
    return replace(
        board,
        ratings=(first, second),
        votes=3,
        alternatives=(),
        tally=replace(board.tally, counts=counts, squares=counts),
    )
