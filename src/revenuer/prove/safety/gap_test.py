"""The exact test of a refusal gap, at the worst that the rule's errors may have done to it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from revenuer.prove.safety.coding import CodedAnswer, CodedPrompt
from revenuer.stats.exact_tails import log10_binomial_tail

TINY = 1e-250


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """How often the rule may have been wrong to the finding's advantage, among answers that it alone decides: refusals of the suspect that
    it missed, and answers of the teacher that it took for refusals. `labelled`, `wrong`: what the labels saw of it."""

    missed: int
    invented: int
    labelled: int
    wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GapTest:
    """log10 of p = (mid-p at the worst) + gamma; `plain_log10_p`: had the rule made no error. `differences`: by group, answers that the
    teacher refused less those that the suspect refused."""

    log10_p: float
    plain_log10_p: float
    differences: tuple[int, ...]
    worst: tuple[int, ...]
    errors: Errors
    gamma: float


def refusal_gap(prompts: Sequence[CodedPrompt], gamma: float) -> GapTest:
    """Say how surprising it is if, at each prompt, the suspect refuses as probably as the teacher; the alternative: less.

    Given how often both refuse at a group of prompts, the sign of the difference is a fair coin under the null hypothesis: with one answer a
    side and prompt this is McNemar's exact test, here with mid-p. What nobody could tell counts against the finding. The rule's errors are
    put where they hurt most, as many of each sort as the labelled answers leave possible at level 1 - gamma (half of gamma each), and
    gamma is added to p (R. L. Berger, D. D. Boos, JASA 89 (1994), 1012-1016). Where no answer rests on the rule, gamma is 0.
    Assumption: the labelled answers are a random draw. Raises ValueError without prompts.
    """
    if not prompts:
        raise ValueError("expected at least one prompt")
    groups: dict[str, _Group] = {}
    for prompt in prompts:
        groups.setdefault(prompt.group, _Group()).add(prompt)
    suspect = [answer for prompt in prompts for answer in prompt.suspect]
    teacher = [answer for prompt in prompts for answer in prompt.teacher]
    rests_on_rule = any(answer.by_rule for answer in (*suspect, *teacher))
    gamma = gamma if rests_on_rule else 0.0
    missed, labelled, wrong = possible_errors(suspect, said=False, chance=gamma / 2)
    invented, more_labelled, more_wrong = possible_errors(teacher, said=True, chance=gamma / 2)
    worst = worst_differences(list(groups.values()), missed, invented)
    differences = tuple(group.difference for group in groups.values())
    return GapTest(
        log10_p=_plus(log10_sign_mid_p(worst), gamma),
        plain_log10_p=log10_sign_mid_p(differences),
        differences=differences,
        worst=worst,
        errors=Errors(
            missed=missed, invented=invented, labelled=labelled + more_labelled, wrong=wrong + more_wrong
        ),
        gamma=gamma,
    )


class _Group:
    """One group's difference, and how many answers on each side the rule may have got wrong to the finding's advantage."""

    def __init__(self) -> None:
        self.difference = self.may_miss = self.may_invent = 0

    def add(self, prompt: CodedPrompt) -> None:
        self.difference += sum(answer.refused(False) for answer in prompt.teacher)
        self.difference -= sum(answer.refused(True) for answer in prompt.suspect)
        self.may_miss += sum(answer.by_rule and answer.rule is False for answer in prompt.suspect)
        self.may_invent += sum(answer.by_rule and answer.rule is True for answer in prompt.teacher)


def possible_errors(answers: Sequence[CodedAnswer], *, said: bool, chance: float) -> tuple[int, int, int]:
    """Return (most errors among the unlabelled answers of which the rule says `said`, how many such answers are labelled, how many of those
    the rule got wrong).

    The exact upper limit of a finite population at level 1 - `chance`: the largest number of errors with which so few among the labelled
    would still be seen with more than that chance (hypergeometric).
    """
    decided = [answer for answer in answers if not answer.stated and answer.rule is said]
    labelled = [answer for answer in decided if answer.label is not None]
    wrong = sum(answer.label is not said for answer in labelled)
    n, drawn = len(decided), len(labelled)
    if drawn == n or chance <= 0.0:
        return 0, drawn, wrong
    errors = np.arange(wrong, n - (drawn - wrong) + 1)
    tail = np.zeros(len(errors))
    for seen in range(wrong + 1):
        tail += np.exp(
            _ln_choose(errors, seen) + _ln_choose(n - errors, drawn - seen) - _ln_choose(np.array([n]), drawn)
        )
    possible = errors[tail > chance * (1 - 1e-9)]
    return int(possible.max()) - wrong if len(possible) else 0, drawn, wrong


def worst_differences(groups: Sequence[_Group], missed: int, invented: int) -> tuple[int, ...]:
    """Return the differences with so many errors undone where that raises p most: each lowers the sum by one, and among the places that
    can be wrong the lowest difference is taken, which leaves the signs the widest spread."""
    differences = [group.difference for group in groups]
    for errors, room in ((missed, [g.may_miss for g in groups]), (invented, [g.may_invent for g in groups])):
        left = errors
        while left:
            open_places = [i for i in range(len(groups)) if room[i]]
            if not open_places:
                break
            lowest = min(open_places, key=lambda i: (differences[i], i))
            differences[lowest] -= 1
            room[lowest] -= 1
            left -= 1
    return tuple(differences)


def log10_sign_mid_p(differences: Sequence[int]) -> float:
    """Return log10 of P(T > t) + P(T = t) / 2 for T the sum of the differences with signs of fair coins, t their own sum."""
    sizes = [abs(d) for d in differences if d]
    total = sum(differences)
    if not sizes:
        return math.log10(0.5)
    if max(sizes) == 1:
        return log10_binomial_tail((len(sizes) + total) // 2, len(sizes), 0.5, mid=True)
    chances = np.ones(1)
    for size in sizes:
        grown = np.zeros(len(chances) + 2 * size)
        grown[: len(chances)] += chances / 2
        grown[2 * size :] += chances / 2
        chances = grown
    place = total + sum(sizes)
    tail = float(chances[place + 1 :].sum() + chances[place] / 2)
    return math.log10(tail) if tail > TINY else _log10_by_counting(sizes, total)


def _log10_by_counting(sizes: Sequence[int], total: int) -> float:
    """Return the same in whole numbers, for tails that a float does not hold."""
    counts = {0: 1}
    for size in sizes:
        grown: dict[int, int] = {}
        for place, ways in counts.items():
            for end in (place - size, place + size):
                grown[end] = grown.get(end, 0) + ways
        counts = grown
    twice = 2 * sum(ways for place, ways in counts.items() if place > total) + counts.get(total, 0)
    return math.log10(twice) - (len(sizes) + 1) * math.log10(2.0)


def _plus(log10_p: float, gamma: float) -> float:
    return min(math.log10(10.0**log10_p + gamma), 0.0) if gamma else min(log10_p, 0.0)


def _ln_choose(n: np.ndarray, k: int) -> np.ndarray:
    """Return ln C(n, k), minus infinity outside of 0 <= k <= n."""
    n = n.astype(np.float64)
    with np.errstate(invalid="ignore"):
        found = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return np.where((k >= 0) & (k <= n), found, -np.inf)
