"""Schemes by name and options, as a user writes them (`green:width=2,gamma=0.5`) and as JSON holds them."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from revenuer.prove.marks.dual_gumbel import DualGumbel
from revenuer.prove.marks.engines import (
    SglangDual,
    SglangGumbel,
    SynthId,
    TransformersGreen,
    VllmDual,
    VllmGumbel,
)
from revenuer.prove.marks.green import Green
from revenuer.prove.marks.gumbel import Gumbel
from revenuer.prove.marks.scheme import Scheme
from revenuer.records import UsageError

OURS: Mapping[str, type[Scheme]] = {"dual_gumbel": DualGumbel, "green": Green, "gumbel": Gumbel}
"""The schemes whose keys are derived from a master."""

ENGINES: Mapping[str, type[Scheme]] = {
    "sglang-dual": SglangDual,
    "sglang-gumbel": SglangGumbel,
    "synthid": SynthId,
    "transformers-green": TransformersGreen,
    "vllm-dual": VllmDual,
    "vllm-gumbel": VllmGumbel,
}
"""The schemes of serving engines, whose keys are what somebody configured."""


def parse_scheme(text: str, schemes: Mapping[str, type[Scheme]] = OURS) -> Scheme:
    """Return the scheme of `name` or `name:option=value,...`. Raises UsageError for unknown names, options or values."""
    name, _, given = text.partition(":")
    options: dict[str, Any] = {}
    for part in filter(None, given.split(",")):
        option, equals, value = part.partition("=")
        if not equals or option in options:
            raise UsageError(
                f"got {part!r} in the scheme {text!r}, expected each option once, as option=value"
            )
        options[option] = value
    return make_scheme(name, options, schemes)


def make_scheme(name: str, options: Mapping[str, Any], schemes: Mapping[str, type[Scheme]] = OURS) -> Scheme:
    """Return the scheme of these options, values as numbers or texts. Raises UsageError."""
    kind = schemes.get(name)
    if kind is None:
        raise UsageError(f"there is no scheme {name!r}; name one of {', '.join(sorted(schemes))}")
    fields = {field.name: field.type for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(options) - set(fields))
    if unknown:
        raise UsageError(
            f"the scheme {name} has no option {unknown[0]!r}; it has {', '.join(sorted(fields))}"
        )
    return kind(**{option: _value(name, option, value, fields[option]) for option, value in options.items()})


def _value(scheme: str, option: str, value: Any, kind: Any) -> Any:
    wanted = {int: int, float: float, "int": int, "float": float}.get(kind)
    if wanted is None:
        return value
    try:
        number = wanted("" if isinstance(value, bool) else value)
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(
            f"got {option}={value!r} for the scheme {scheme}, expected {'a whole' if wanted is int else 'a'} number"
        ) from error
    if wanted is int and isinstance(value, float) and value != number:
        raise UsageError(f"got {option}={value!r} for the scheme {scheme}, expected a whole number")
    return number
