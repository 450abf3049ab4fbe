"""The chance that the safety test finds a gap of a given size."""

import numpy as np
from scipy import stats


def gap_power(
    groups: int, gap: float, discordant: float, alpha: float, *, errors: int, gamma: float
) -> float:
    """Return the power of the test at `groups` independent groups with one difference each.

    `gap`: by how much the teacher's refusal rate is higher; `discordant`: share of groups at which the two differ at all, at least `gap`;
    `errors`: how many differences the rule's possible errors take away. Exact for one answer a side; with more answers, a lower bound as far
    as they agree with one another.
    """
    discordant = min(max(discordant, gap, 1e-12), 1.0)
    level = alpha - gamma
    if level <= 0.0 or groups <= 0:
        return 0.0
    power = 0.0
    differing = np.arange(groups + 1)
    weights = stats.binom.pmf(differing, groups, discordant)
    for number, weight in zip(differing.tolist(), weights.tolist(), strict=True):
        if weight < 1e-15:
            continue
        teacher_more = np.arange(number + 1)
        # Each possible error is one more group at which the suspect refuses alone.
        flips = number + min(errors, groups - number)
        tail = stats.binom.sf(teacher_more, flips, 0.5) + stats.binom.pmf(teacher_more, flips, 0.5) / 2
        chances = stats.binom.pmf(teacher_more, number, (1 + gap / discordant) / 2)
        power += weight * float(chances[tail <= level].sum())
    return power
