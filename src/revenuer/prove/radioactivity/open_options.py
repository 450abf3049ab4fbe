"""What is fixed before weights are asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOptions:
    """`served`: the texts were written under the key (supervised); else they know nothing of it. `windows`: rows at most. `per_window`: contexts
    averaged for each, of texts that know nothing of the key. `kept`: tokens staked on in a row. `longest`: tokens of a context.
    `effect`: the smallest of interest, in
    the unit of the verdict's effect, from which the power is told; None = unknown."""

    served: bool = False
    windows: int = 4000
    per_window: int = 8
    kept: int = 256
    longest: int = 1024
    decoys: int = 499
    alpha: float = 0.01
    effect: float | None = None


FEWEST_ROWS = 20
"""Distinct windows below which nothing is evaluated: no figure of the decoys could be checked."""
