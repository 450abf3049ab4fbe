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
from revenuer.stats.intervals import ShareInterval, clopper_pearson, wilson
from revenuer.stats.robust import RobustScale, robust_scale

__all__ = [
    "Rejections",
    "RobustScale",
    "ShareInterval",
    "benign_p_value",
    "benign_p_values",
    "benjamini_hochberg",
    "benjamini_yekutieli",
    "clopper_pearson",
    "e_bh",
    "log10_e_average",
    "log10_e_from_p",
    "log10_e_from_p_mixture",
    "log10_e_product",
    "log10_e_shrunk",
    "p_from_log10_e",
    "robust_scale",
    "wilson",
]
