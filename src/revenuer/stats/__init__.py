"""Pure numerics that several rooms share: e-values, false-discovery control, intervals, two-sample tests."""

from revenuer.stats.conformal import benign_p_value, benign_p_values
from revenuer.stats.e_values import (
    log10_e_average,
    log10_e_from_p,
    log10_e_from_p_mixture,
    log10_e_product,
    log10_e_shrunk,
    p_from_log10_e,
)
from revenuer.stats.false_discovery import Rejections, benjamini_hochberg, benjamini_yekutieli, e_bh
from revenuer.stats.higher_criticism import HigherCriticism, higher_criticism
from revenuer.stats.intervals import ShareInterval, clopper_pearson, wilson
from revenuer.stats.mixture_share import ForeignShare, foreign_share
from revenuer.stats.mmd import TwoSampleTest, median_bandwidth, mmd2_unbiased, mmd_permutation_test
from revenuer.stats.random_features import RandomFeatures, draw_random_features
from revenuer.stats.robust import RobustScale, robust_scale
from revenuer.stats.whitening import Whitening, fit_whitening

__all__ = [
    "ForeignShare",
    "HigherCriticism",
    "RandomFeatures",
    "Rejections",
    "RobustScale",
    "ShareInterval",
    "TwoSampleTest",
    "Whitening",
    "benign_p_value",
    "benign_p_values",
    "benjamini_hochberg",
    "benjamini_yekutieli",
    "clopper_pearson",
    "draw_random_features",
    "e_bh",
    "fit_whitening",
    "foreign_share",
    "higher_criticism",
    "log10_e_average",
    "log10_e_from_p",
    "log10_e_from_p_mixture",
    "log10_e_product",
    "log10_e_shrunk",
    "median_bandwidth",
    "mmd2_unbiased",
    "mmd_permutation_test",
    "p_from_log10_e",
    "robust_scale",
    "wilson",
]
