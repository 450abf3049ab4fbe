"""Under the null the open test keeps its level: innocent students, wrong keys, contexts that the key itself chose, a suspect that copies."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from builders.chain_models import ChainModel, exchanges, student, teacher, written
from revenuer.prove.marks import Green, Gumbel, decoy_keys
from revenuer.prove.radioactivity.contexts import Place, places_of
from revenuer.prove.radioactivity.laws import Law, law_of
from revenuer.prove.radioactivity.stakes import counted_stakes, stakes_of
from revenuer.prove.radioactivity.tail import log10_bet, log10_tail_bound

KEYS = 400


@dataclass(frozen=True, slots=True)
class Copier:
    """An innocent model that half of the time repeats what followed its last token earlier in the context."""

    name: str
    base: ChainModel

    def next_token_logprobs(self, contexts: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        laws = np.exp(self.base.next_token_logprobs(contexts)).astype(np.float64)
        for law, context in zip(laws, contexts, strict=True):
            earlier = [i for i in range(len(context) - 1) if context[i] == context[-1]]
            if earlier:
                law *= 0.5
                law[context[earlier[-1] + 1]] += 0.5
        return np.log(laws).astype(np.float32)


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize(
    "scheme", [Green(width=1), Green(width=2), Gumbel(width=1), Gumbel(width=2)], ids=str
)
def test_wrong_keys_on_texts_that_know_nothing_of_them(scheme: Green | Gumbel, counted: bool) -> None:
    model = teacher(11, 2)
    suspect, shadow = (student(str(i), written(model, 200, 100, 20 + i), 2) for i in range(2))
    texts = exchanges(written(model, 100, 100, 22))
    if counted:
        own = exchanges(written(suspect, 200, 100, 23))
        stakes = counted_stakes(own, shadow, scheme.width, windows=400, kept=24)
    else:
        places = places_of(texts, scheme.width, windows=400, per_window=4, served=False, longest=99)
        stakes = stakes_of(places, suspect, shadow, kept=24)
    law = law_of(scheme, stakes)
    sums = np.array([law.payments(tuple(map(int, key))).sum() for key in decoy_keys(5, KEYS, 2)])
    z = sums / np.sqrt(law.variance)
    assert 0.9 < z.std() < 1.1
    assert stats.kstest(z, "norm").pvalue > 0.01
    large = sums[z > 1.0]  # below, the bound is above 0.6
    p = 10.0 ** np.array([log10_tail_bound(s, np.sqrt(law.variance), law.cumulant) for s in large])
    for alpha in (0.2, 0.05, 0.01):
        assert (p <= alpha).sum() <= alpha * KEYS


def _served_law(scheme: Green | Gumbel, key: tuple[int, int], seed: int, fresh: bool) -> Law:
    """The law of an innocent copier on contexts from text that was marked under the key."""
    model = teacher(11)
    texts = exchanges(written(model, 6, 60, seed, scheme, key), prompt=2)
    suspect, shadow = Copier("copier", model), teacher(12)
    if fresh:
        places = places_of(texts, 1, windows=400, per_window=1, served=True, longest=99)
    else:
        last = {response[-1]: tuple(prompt + response) for prompt, response in texts}
        every = {r[i]: tuple(p + r[: i + 1]) for p, r in texts for i in range(len(r))} | last
        places = [
            Place(window=(token,), frequency=1, contexts=(context,)) for token, context in every.items()
        ]
    return law_of(scheme, stakes_of(places, suspect, shadow, kept=24))


@pytest.mark.parametrize("scheme", [Green(width=1), Gumbel(width=1)], ids=str)
def test_served_contexts_under_the_null(scheme: Green | Gumbel) -> None:
    z, log10_e = [], []
    for i, row in enumerate(decoy_keys(6, KEYS, 2)):
        key = (int(row[0]), int(row[1]))
        law = _served_law(scheme, key, 100 + i, fresh=True)
        statistic = float(law.payments(key).sum())
        z.append(statistic / np.sqrt(law.variance))
        log10_e.append(log10_bet(statistic, law.cumulant))
    assert abs(np.mean(z)) < 3.0 / np.sqrt(KEYS)
    assert 0.9 < np.std(z) < 1.1
    for alpha in (0.2, 0.05, 0.01):
        assert np.mean(10.0 ** -np.array(log10_e) <= alpha) <= alpha


def test_without_the_rule_of_fresh_windows_a_copier_would_be_convicted() -> None:
    z = []
    for i, row in enumerate(decoy_keys(6, 60, 2)):
        key = (int(row[0]), int(row[1]))
        law = _served_law(Green(width=1), key, 100 + i, fresh=False)
        z.append(float(law.payments(key).sum()) / np.sqrt(law.variance))
    assert np.mean(z) > 1.0
