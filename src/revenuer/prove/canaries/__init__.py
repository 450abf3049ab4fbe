"""Canaries: harmless invented facts and wordings, drawn for one campaign by lot, and how a suspect ranks them among decoys."""

from revenuer.prove.canaries.canary import Canary, drawn_canary, seal_canaries
from revenuer.prove.canaries.open_canaries import open_canaries
from revenuer.prove.canaries.pool import Pool, Template, pool_of, read_pool
from revenuer.prove.canaries.ranks import (
    CanaryOptions,
    candidates_of,
    rank_canaries,
    rank_canaries_in_answers,
)

__all__ = [
    "Canary",
    "CanaryOptions",
    "Pool",
    "Template",
    "candidates_of",
    "drawn_canary",
    "open_canaries",
    "pool_of",
    "rank_canaries",
    "rank_canaries_in_answers",
    "read_pool",
    "seal_canaries",
]
