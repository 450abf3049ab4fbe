"""What a plan must know of a test: its hypotheses, its size, the smallest p it can give, and its power."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Values = Mapping[str, int | float | str]
"""A test's parameters by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number within [low, high], or one of `choices`; `meaning` in a few words. A whole number stays whole."""

    default: int | float | str
    meaning: str
    low: float = 0.0
    high: float = float("inf")
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """One kind of test. `unit`: what n counts, a key of the verdict's `n`; `units`: where the parameter `form` decides that. `effect`: the smallest effect of interest, what it measures.

    `log10_floor(n, values)`: of the smallest possible p, None where there is none. `power(n, effect, alpha, values)`: the chance of p <= alpha when the effect is the
    smallest of interest. `requests(n, values)`: how often the suspect is asked. `scores`: the suspect scores given texts and writes one token.
    `remedy`: what to do where the floor is above alpha.
    """

    test: str
    unit: str
    h0: str
    h1: str
    effect: Parameter
    parameters: Mapping[str, Parameter]
    log10_floor: Callable[[int, Values], float | None]
    power: Callable[[int, float, float, Values], float]
    power_by: Callable[[Values], str]
    requests: Callable[[int, Values], int]
    remedy: str
    scores: bool = False
    units: Mapping[str, str] = field(default_factory=dict)

    def unit_for(self, values: Values) -> str:
        """Return what n counts under these parameters."""
        return self.units.get(str(values.get("form", "")), self.unit)


def number(values: Values, name: str) -> float:
    """Return a parameter that is a number."""
    return float(values[name])
