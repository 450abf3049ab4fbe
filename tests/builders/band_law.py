"""How often two prompt families match, by the law of their bands."""

from scipy import stats

from revenuer.share.matching.bands import BANDS, LEAST_EQUAL, ROWS


def match_probability(jaccard: float) -> float:
    """Return the probability that two sets with this Jaccard index have LEAST_EQUAL bands or more in common."""
    return float(stats.binom.sf(LEAST_EQUAL - 1, BANDS, jaccard**ROWS))
