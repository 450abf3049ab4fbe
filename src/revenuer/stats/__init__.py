"""Pure numerics that several rooms share: e-values, false-discovery control, intervals, two-sample tests."""

from revenuer.stats.conformal import benign_p_value, benign_p_values
from revenuer.stats.e_values import log10_e_from_p_mixture, log10_e_from_p_power
from revenuer.stats.false_discovery import Rejections, e_bh
from revenuer.stats.gaussian_kernel import gaussian_kernel, median_bandwidth
from revenuer.stats.intervals import ShareInterval, clopper_pearson, wilson
from revenuer.stats.mixture_share import ForeignShare, foreign_share
from revenuer.stats.random_features import RandomFeatures, draw_random_features
from revenuer.stats.tail import bulk_p_values, tail_p_values
from revenuer.stats.whitening import Whitening, fit_whitening

__all__ = [
    "ForeignShare",
    "RandomFeatures",
    "Rejections",
    "ShareInterval",
    "Whitening",
    "benign_p_value",
    "benign_p_values",
    "bulk_p_values",
    "clopper_pearson",
    "draw_random_features",
    "e_bh",
    "fit_whitening",
    "foreign_share",
    "gaussian_kernel",
    "log10_e_from_p_mixture",
    "log10_e_from_p_power",
    "median_bandwidth",
    "tail_p_values",
    "wilson",
]
