"""What every cohort of one simulated log shares, and the shape of a cohort's generator."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from revenuer.simulate.library import Library
from revenuer.simulate.members import Members
from revenuer.simulate.traffic import Traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """`rate` multiplies every account's volume; `release_s` is when the new model appears; `identity` in [0, 1] scales
    how much campaigns share between their accounts; `paraphrased` campaigns never send one wording twice."""

    library: Library
    horizon_s: float
    release_s: float
    rate: float
    identity: float
    paraphrased: bool
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Accounts and all that they sent."""

    members: Members
    traffic: Traffic


Build = Callable[[Setting, np.random.Generator, int], Cohort]
"""Makes a cohort of about n accounts: exactly n where they are unrelated, whole groups otherwise."""
