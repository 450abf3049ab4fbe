"""Small boards for tests."""

import numpy as np
from scipy.special import expit

from revenuer.rank import Votes


def drawn_votes(
    theta: np.ndarray, number: int, seed: int, *, ties: float = 0.2, voters: int = 0, prompts: int = 0
) -> Votes:
    """Votes on random pairs of models of the strengths `theta` (M,), logits; every tie takes as much from either side."""
    rng = np.random.default_rng(seed)
    size = len(theta)
    a = rng.integers(0, size, number)
    b = (a + rng.integers(1, size, number)) % size
    p = expit(theta[a] - theta[b])
    tie = ties * 4 * p * (1 - p)
    u = rng.random(number)
    outcome = np.where(u < p - tie / 2, 0, np.where(u < 1 - tie / 2 - (1 - p - tie / 2), 2, 1))
    return Votes(
        models=tuple(f"m{i:02d}" for i in range(size)),
        a=a.astype(np.int32),
        b=b.astype(np.int32),
        outcome=outcome.astype(np.int8),
        voter=rng.integers(0, voters, number).astype(np.int32) if voters else None,
        prompt=rng.integers(0, prompts, number).astype(np.int32) if prompts else None,
        source="drawn",
    )


def board_of_wins(names: str, wins: dict[str, int]) -> Votes:
    """Votes from e.g. `board_of_wins("abc", {"ab": 3, "ba": 1, "b=c": 2})`: a beat b three times, b and c tied twice."""
    place = {name: i for i, name in enumerate(names)}
    rows = []
    for pair, number in wins.items():
        outcome = 2 if "=" in pair else 0
        rows += [(place[pair[0]], place[pair[-1]], outcome)] * number
    a, b, outcome = (np.array(column) for column in zip(*rows, strict=True))
    return Votes(
        models=tuple(names),
        a=a.astype(np.int32),
        b=b.astype(np.int32),
        outcome=outcome.astype(np.int8),
        source="wins",
    )
