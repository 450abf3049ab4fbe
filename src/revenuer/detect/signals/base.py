"""What a signal is: one measurement of a group, and how much it weighs for 'one operator harvests here'."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from revenuer.detect.group import Context, Group
from revenuer.records import Evidence, Outcome

POSITIVE_AT = 0.3
"""log10 Bayes factor (a factor of two) from which a signal's answer is called positive, and below minus which negative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A calibrated log10 Bayes factor: linear between `knots` (ascending), constant outside them."""

    knots: tuple[float, ...]
    log10_bf: tuple[float, ...]

    def __call__(self, value: float) -> float:
        """Return the log10 Bayes factor of a measured `value`."""
        return float(np.interp(value, self.knots, self.log10_bf))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """`value` on the signal's own scale, larger for more suspicious; `summary` says it in words. `at_best`: how large the value may
    be for all that was seen, where few requests leave that open."""

    value: float
    summary: str
    at_best: float | None = None

    def weigh(self, curve: Curve) -> float:
        """Return the log10 Bayes factor. What may be mere noise does not speak for innocence."""
        weight = curve(self.value)
        if weight < 0 and self.at_best is not None:
            return min(0.0, max(weight, curve(self.at_best)))
        return weight


Taken = dict[str, Measurement | None]
"""Measurements of one group, by signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One thing to measure about a group.

    `family` groups signals whose answers depend on one another; `needs` are columns without any one of which it is not
    evaluated, `needs_any` columns of which one at least must be there;
    `measure` returns None where this group gives it too little to go on. A signal with `parts` is a combination of other
    signals' measurements, which are then not taken twice: `combine` gets theirs, in order.
    """

    name: str
    family: str
    look_alike: str
    measure: Callable[[Group, Context], Measurement | None]
    needs: frozenset[str] = field(default_factory=frozenset)
    needs_any: frozenset[str] = field(default_factory=frozenset)
    parts: tuple["Signal", ...] = ()
    combine: Callable[..., Measurement | None] | None = None

    def evaluate(self, group: Group, context: Context, curve: Curve, taken: Taken | None = None) -> Evidence:
        """Return the signal's answer about `group`, weighed by `curve`; `taken` keeps the group's measurements by signal."""
        lacking = self.lacks(context.columns_missing)
        if lacking is not None:
            return self._answer(Outcome.NOT_EVALUATED, 0.0, lacking)
        measured = self._take(group, context, {} if taken is None else taken)
        if measured is None:
            return self._answer(Outcome.INCONCLUSIVE, 0.0, "too little data in this group")
        weight = measured.weigh(curve)
        outcome = Outcome.INCONCLUSIVE
        if abs(weight) >= POSITIVE_AT:
            outcome = Outcome.POSITIVE if weight > 0 else Outcome.NEGATIVE
        return self._answer(outcome, weight, measured.summary)

    def lacks(self, columns_missing: frozenset[str]) -> str | None:
        """Return what this signal would need and the log does not have, in words; None where it can be evaluated."""
        missing = self.needs & columns_missing
        if missing:
            return f"needs {', '.join(sorted(missing))}"
        if self.needs_any and self.needs_any <= columns_missing:
            return f"needs one of {', '.join(sorted(self.needs_any))}"
        return None

    def _take(self, group: Group, context: Context, taken: Taken) -> Measurement | None:
        if self.name not in taken:
            taken[self.name] = (
                self.measure(group, context)
                if self.combine is None
                else self.combine(*(part._take(group, context, taken) for part in self.parts))
            )
        return taken[self.name]

    def _answer(self, outcome: Outcome, weight: float, summary: str) -> Evidence:
        return Evidence(
            signal=self.name,
            family=self.family,
            outcome=outcome,
            log10_bayes_factor=weight,
            summary=summary,
            look_alike=self.look_alike,
        )
