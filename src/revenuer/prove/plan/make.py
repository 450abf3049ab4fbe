"""Makes a plan: sizes each test, and refuses what could never be found."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from revenuer import __version__
from revenuer.prove.plan.designs import DESIGNS, Design, Parameter
from revenuer.prove.plan.plan_file import Plan, PlannedInput, PlannedTest, Price
from revenuer.records import UsageError

ALWAYS: Mapping[str, Parameter] = {
    "input_tokens": Parameter(default=200, meaning="mean tokens of a request", low=1),
    "output_tokens": Parameter(default=300, meaning="mean tokens of an answer", low=1),
    "seed": Parameter(default=0, meaning="seed of the test's random numbers"),
}
"""What every planned test may say beside `n`, `effect` and its own parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTest:
    """A test as somebody asks for it: `values` by name, as text. `inputs`: the files that it is going to read."""

    test: str
    values: Mapping[str, str]
    inputs: tuple[PlannedInput, ...] = ()


def make_plan(
    *,
    suspect: str,
    alpha: float,
    asked: Sequence[AskedTest],
    price: Price | None,
    commitment_root: str,
    made_at: datetime,
) -> Plan:
    """Return the plan of a family of tests. Each is sized at alpha over their number, which is where Holm's correction begins.

    Raises UsageError, naming all faults, for unknown tests and parameters, for tests whose smallest possible p is above their alpha, and
    for effects that their test cannot tell from chance.
    """
    if not asked:
        raise UsageError("got no tests; name at least one with --test, such as --test twins:n=400,effect=0.2")
    planned, faults = [], []
    for one in asked:
        try:
            planned.append(_planned(one, alpha / len(asked)))
        except UsageError as error:
            faults.append(str(error))
    if faults:
        raise UsageError("; ".join(faults))
    return Plan(
        schema_version=1,
        kind="revenuer-prove-plan",
        made_by=f"revenuer {__version__}",
        made_at=made_at,
        suspect=suspect,
        alpha=alpha,
        correction="holm",
        tests=planned,
        price=price,
        commitment_root=commitment_root,
    )


def _planned(asked: AskedTest, alpha: float) -> PlannedTest:
    design = DESIGNS.get(asked.test)
    if design is None:
        raise UsageError(
            f"got test {asked.test!r}{_meant(asked.test, DESIGNS)}; expected one of {', '.join(DESIGNS)}"
        )
    values = _values(design, asked.values)
    n, effect = int(values.pop("n")), float(values.pop("effect"))
    always = {name: int(values.pop(name)) for name in ALWAYS}
    floor = design.log10_floor(n, values)
    if floor is not None and floor > math.log10(alpha):
        raise UsageError(
            f"{design.test}: with n = {n} its smallest possible p is {10.0**floor:.3g}, above its alpha {alpha:.3g}: "
            f"it could never be positive; {design.remedy}"
        )
    power = design.power(n, effect, alpha, values)
    if power <= alpha:
        raise UsageError(
            f"{design.test}: an effect of {effect:g} ({design.effect.meaning}) is found with probability {power:.2g}, no more than by chance; "
            "name a larger smallest effect, or a larger n"
        )
    requests = design.requests(n, values)
    return PlannedTest(
        test=design.test,
        h0=design.h0,
        h1=design.h1,
        n=n,
        unit=design.unit_for(values),
        alpha=alpha,
        smallest_effect=effect,
        effect_unit=design.effect.meaning,
        log10_floor=floor,
        power=min(power, 1.0),
        power_by=design.power_by(values),
        parameters=values,
        seed=always["seed"],
        inputs=list(asked.inputs),
        requests=requests,
        input_tokens=requests * (always["input_tokens"] + (always["output_tokens"] if design.scores else 0)),
        output_tokens=requests * (1 if design.scores else always["output_tokens"]),
    )


def _values(design: Design, given: Mapping[str, str]) -> dict[str, int | float | str]:
    """Return the test's parameters, defaults filled in. Raises UsageError for what is unknown, missing or out of range."""
    known = {
        "n": Parameter(default=0, meaning=f"number of {design.unit.replace('_', ' ')}", low=1),
        "effect": design.effect,
        **design.parameters,
        **ALWAYS,
    }
    for name in given:
        if name not in known:
            raise UsageError(
                f"{design.test}: got parameter {name!r}{_meant(name, known)}; expected some of {', '.join(known)}"
            )
    if "n" not in given:
        raise UsageError(
            f"{design.test}: got no n; say how many {design.unit.replace('_', ' ')}, such as n=400"
        )
    return {
        name: _value(design.test, name, given[name], parameter) if name in given else parameter.default
        for name, parameter in known.items()
    }


def _value(test: str, name: str, text: str, parameter: Parameter) -> int | float | str:
    if parameter.choices:
        if text not in parameter.choices:
            raise UsageError(f"{test}: got {name}={text}, expected one of {', '.join(parameter.choices)}")
        return text
    whole = isinstance(parameter.default, int)
    try:
        value = int(text) if whole else float(text)
    except ValueError as error:
        raise UsageError(
            f"{test}: got {name}={text}, expected a {'whole ' if whole else ''}number"
        ) from error
    if not (math.isfinite(value) and parameter.low <= value <= parameter.high):
        raise UsageError(f"{test}: got {name}={text}, expected {parameter.low:g} to {parameter.high:g}")
    return value


def _meant(word: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f" (did you mean {near[0]}?)" if near else ""
