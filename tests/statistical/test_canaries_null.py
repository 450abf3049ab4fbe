"""Size of the canaries' test: models with tastes of their own, and readers of other campaigns' canaries, are not accused."""

import numpy as np
import pytest

from builders.word_scorer import WordScorer
from revenuer.prove.canaries import CanaryOptions, drawn_canary, rank_canaries, read_pool
from revenuer.prove.canaries.ranks import candidates_of
from revenuer.stats.chosen_by_lot import log10_chosen_tail, rank_levels

POOL = read_pool()


def test_size_is_at_most_alpha_over_seeds() -> None:
    """One suspect with strong tastes, who read another campaign's canaries, against the canaries of 2,000 seeds."""
    read = [drawn_canary(POOL, b"elsewhere", "C-2", number).text for number in range(6)]
    suspect = WordScorer(read, noise=3)
    scored: dict[str, float] = {}

    def score(text: str) -> float:
        if text not in scored:
            scored[text] = suspect.score([("", text)])[0].total
        return scored[text]

    p = np.empty(2_000)
    decoys = [candidates_of(drawn_canary(POOL, b"", "C-1", number), POOL, 19) for number in range(6)]
    own = [drawn_canary(POOL, b"", "C-1", number).text for number in range(6)]
    for others, text in zip(decoys, own, strict=True):
        others.remove(text)
    for i in range(p.size):
        seed = i.to_bytes(4, "big")
        texts = [drawn_canary(POOL, seed, "C-1", number).text for number in range(6)]
        scores = [
            np.asarray([score(t) for t in (text, *others)])
            for text, others in zip(texts, decoys, strict=True)
        ]
        p[i] = 10.0 ** log10_chosen_tail(rank_levels(scores), [0] * 6)
    # The decoys stand still here while the seeds change, so that this is one suspect's and one set of decoys' size: exact only on average over
    # decoys. Half as much again as alpha is allowed for that.
    for alpha in (0.05, 0.01, 0.001):
        assert (p <= alpha).sum() <= 1.5 * p.size * alpha + 3.0 * np.sqrt(p.size * alpha)


@pytest.mark.parametrize("noise", [4, 5])
def test_the_whole_test_accuses_at_its_level(noise: int) -> None:
    p = []
    for i in range(60):
        canaries = [drawn_canary(POOL, bytes([noise, i]), f"C-{i}", number) for number in range(5)]
        verdict, _ = rank_canaries(canaries, POOL, WordScorer([], noise=noise), None, CanaryOptions(decoys=9))
        p.append(verdict.p)
    assert sum(one is not None and one <= 0.05 for one in p) <= 9
