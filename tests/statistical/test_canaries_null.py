"""Size of the canaries' test: models with tastes of their own, and readers of other campaigns' canaries, are not accused."""

import numpy as np

from builders.word_scorer import WordScorer
from revenuer.prove.canaries import CanaryOptions, drawn_canary, rank_canaries, read_pool
from revenuer.prove.canaries.ranks import candidates_of
from revenuer.stats.chosen_by_lot import log10_chosen_tail, rank_levels

POOL = read_pool()


def test_size_is_at_most_alpha() -> None:
    """A suspect with strong tastes, who read another campaign's canaries, against the canaries of 2,000 logs."""
    read = [drawn_canary(POOL, b"elsewhere", "C-2", number).text for number in range(4)]
    suspect = WordScorer(read, noise=3)
    p = np.empty(2_000)
    for i in range(p.size):
        canaries = [drawn_canary(POOL, i.to_bytes(4, "big"), f"D-{i}", number) for number in range(3)]
        texts = [candidates_of(canary, POOL, 9) for canary in canaries]
        places = [own.index(canary.text) for own, canary in zip(texts, canaries, strict=True)]
        scores = [
            np.asarray([one.total for one in suspect.score([("", text) for text in own])]) for own in texts
        ]
        p[i] = 10.0 ** log10_chosen_tail(rank_levels(scores), places)
    for alpha in (0.05, 0.01, 0.001):
        # Three standard deviations of the count of an exact test.
        assert (p <= alpha).sum() <= p.size * alpha + 3.0 * np.sqrt(p.size * alpha)
    assert 0.46 < p.mean() < 0.56


def test_the_whole_test_accuses_at_its_level() -> None:
    p = []
    for i in range(20):
        canaries = [drawn_canary(POOL, bytes([4, i]), f"C-{i}", number) for number in range(5)]
        verdict, _ = rank_canaries(canaries, POOL, WordScorer([], noise=4), None, CanaryOptions(decoys=9))
        p.append(verdict.p)
    assert sum(one is not None and one <= 0.05 for one in p) <= 5
