"""The pre-registration file: what is fixed before the suspect is asked, as one JSON object. docs/data-formats.md states every field."""

import hashlib
import math
import re
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from revenuer.prove.plan.json_place import line_of
from revenuer.records import InputError

Text = Annotated[str, msgspec.Meta(min_length=1)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Level = Annotated[float, msgspec.Meta(gt=0.0, le=0.5)]
Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Money = Annotated[float, msgspec.Meta(ge=0.0)]


class PlannedInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that a test is going to read, by name and hash."""

    name: Text
    size: Count
    sha256: Sha256


class PlannedTest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One test of the family. `alpha`: its level on its own, the family's divided by the number of tests, so that a positive verdict stands
    whatever the others say. `log10_floor`: of the smallest p that the design can give, null where there is none. `power`: for the smallest effect of interest, at `alpha`.
    """

    test: Text
    h0: Text
    h1: Text
    n: Positive
    unit: Text
    alpha: Level
    smallest_effect: float
    effect_unit: Text
    log10_floor: Annotated[float, msgspec.Meta(le=0.0)] | None
    power: Share
    power_by: Text
    parameters: dict[str, int | float | str]
    seed: Count
    inputs: list[PlannedInput]
    requests: Count
    input_tokens: Count
    output_tokens: Count


class Price(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the suspect's operator charges for a million tokens."""

    input_per_million: Money
    output_per_million: Money
    currency: Text

    def of(self, test: PlannedTest) -> float:
        """Return what a test costs."""
        return (
            test.input_tokens * self.input_per_million + test.output_tokens * self.output_per_million
        ) / 1_000_000


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pre-registration. `alpha`: the chance of any false rejection in the family, kept by Holm's correction. `commitment_root`: of the log
    of twins that the tests are going to open, empty without one."""

    schema_version: Literal[1]
    kind: Literal["revenuer-prove-plan"]
    made_by: Text
    made_at: datetime
    suspect: Text
    alpha: Level
    correction: Literal["holm"]
    tests: Annotated[list[PlannedTest], msgspec.Meta(min_length=1)]
    price: Price | None
    commitment_root: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")]


class PlanRead(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as it lay on disk: `content` goes into the evidence pack, `sha256` is of it."""

    plan: Plan
    content: bytes
    sha256: str


def plan_bytes(plan: Plan) -> bytes:
    """Return the file's content: indented JSON with a final newline."""
    return msgspec.json.format(msgspec.json.encode(plan), indent=2) + b"\n"


def read_plan(path: Path) -> PlanRead:
    """Return the plan of a file. Raises InputError, with file, line and field, for anything that is no whole plan."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot read the plan {path}: {error.strerror}; name the file that `revenuer prove plan` wrote"
        ) from error
    plan = parse_plan(content, str(path))
    return PlanRead(plan=plan, content=content, sha256=hashlib.sha256(content).hexdigest())


def parse_plan(content: bytes, name: str) -> Plan:
    """Return the plan in `content`. Raises InputError as `read_plan` does; `name` is the file's in messages."""
    try:
        plan = msgspec.json.decode(content, type=Plan)
    except msgspec.ValidationError as error:
        raise InputError(
            f"{_place(content, name, str(error))}; make a plan anew with `revenuer prove plan`"
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(
            f"{name} is no plan: {error}; expected the JSON that `revenuer prove plan` wrote"
        ) from error
    for index, test in enumerate(plan.tests):
        fault = _contradiction(plan, test)
        if fault:
            line = line_of(content.decode(), ["tests", index])
            raise InputError(
                f"{name}:{line}: tests[{index}]: {fault}; make a plan anew with `revenuer prove plan`"
            )
    return plan


def _contradiction(plan: Plan, test: PlannedTest) -> str:
    """Return how a planned test contradicts its plan, empty where it does not."""
    level = plan.alpha / len(plan.tests)
    if not math.isclose(test.alpha, level, rel_tol=1e-9):
        return f"got alpha {test.alpha:g}, expected {level:g}: the family's {plan.alpha:g} over {len(plan.tests)} tests"
    if test.log10_floor is not None and test.log10_floor > math.log10(test.alpha):
        return f"its smallest possible p, 10^{test.log10_floor:.2f}, is above its alpha {test.alpha:g}"
    return ""


def _place(content: bytes, name: str, said: str) -> str:
    """Return msgspec's words with file and line in front."""
    found = re.search(r" - at `(?:key in )?\$(.*)`$", said)
    if found is None:
        return f"{name}: {said}"
    steps = [
        int(a) if a else b for a, b in re.findall(r"\[(\d+)\]|\.?([^.\[\]]+)", found[1]) if a or b != "..."
    ]
    line = line_of(content.decode(errors="replace"), steps)
    where = found[1].removeprefix(".") or "the plan"
    return f"{name}:{line}: {where}: {said[: found.start()]}"
