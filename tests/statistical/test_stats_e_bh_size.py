"""Size of e-BH where the e-values depend on one another, with fixed seeds."""

import numpy as np

from revenuer.stats import e_bh


def test_false_discovery_rate_holds_under_strong_dependence() -> None:
    rng = np.random.default_rng(13)
    shares = []
    for _ in range(2000):
        shared = rng.normal()
        z = 0.9 * shared + np.sqrt(1 - 0.81) * rng.normal(size=100)
        z[:10] += 4.0
        log10_e = (2.0 * z - 2.0) / np.log(
            10
        )  # the likelihood ratio of N(2, 1) against N(0, 1): expectation 1
        rejected = e_bh(log10_e, 0.1).rejected
        shares.append(rejected[10:].sum() / max(rejected.sum(), 1))
    assert np.mean(shares) <= 0.1
