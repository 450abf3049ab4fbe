"""Combines the verdicts of one plan: Holm's correction over the whole family, whatever became of its tests."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from revenuer.prove.plan.plan_file import PlanRead
from revenuer.records import InputError, UsageError
from revenuer.records.suspect_verdict import PlanStatus
from revenuer.stats.randomization import holm


class StatedRegistration(msgspec.Struct, frozen=True):
    """What a verdict says of its plan."""

    status: PlanStatus
    plan_sha256: str
    deviations: list[str]


class StatedVerdict(msgspec.Struct, frozen=True):
    """What the family needs of a verdict.json."""

    schema_version: Literal[1]
    test: str
    suspect: str
    outcome: Literal["positive", "negative", "inconclusive", "not_evaluated"]
    alpha: Annotated[float, msgspec.Meta(gt=0.0, lt=1.0)]
    log10_p: Annotated[float, msgspec.Meta(le=0.0)] | None
    registration: StatedRegistration


def stated_verdict(content: dict[str, Any], name: str) -> StatedVerdict:
    """Return the verdict in a decoded verdict.json. Raises InputError, naming file and field, where it is none."""
    try:
        return msgspec.convert(content, StatedVerdict)
    except msgspec.ValidationError as error:
        raise InputError(
            f"{name} is no verdict: {error}; name what a test of `revenuer prove` wrote"
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One test of the family. `counted`: its p counts; `why_not` otherwise, and then it counts as p = 1. `log10_adjusted`: after Holm."""

    test: str
    verdict: StatedVerdict | None
    counted: bool
    why_not: str
    log10_adjusted: float
    rejected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """All tests of a plan, or, where there is none, all verdicts given: then the family was chosen after a look at the data."""

    suspect: str
    alpha: float
    planned: bool
    members: tuple[Member, ...]


def combine(verdicts: Sequence[StatedVerdict], read: PlanRead | None, alpha: float) -> Family:
    """Return the family with adjusted p-values. With a plan, its alpha holds, its tests are the family, and a test counts as p = 1 that was not
    run, was not evaluated, or left the plan. `alpha` is used without a plan alone.

    Raises UsageError for verdicts on different suspects, and for more verdicts of a test than were planned: choosing among them is what a plan forbids.
    """
    suspects = {one.suspect for one in verdicts} | ({read.plan.suspect} if read else set())
    if len(suspects) != 1:
        raise UsageError(
            f"got verdicts or a plan on {', '.join(sorted(suspects)) or 'nobody'}; expected one suspect: combine them one by one"
        )
    rows: list[tuple[str, StatedVerdict | None, str]]
    rows = [(one.test, one, _why_not(one, read)) for one in verdicts]
    if read is not None:
        left = Counter(one.test for one in read.plan.tests)
        left.subtract(one.test for one in verdicts)
        more = sorted(test for test, count in left.items() if count < 0)
        if more:
            raise UsageError(
                f"got more verdicts of {', '.join(more)} than the plan has; expected one for each planned test: leave out what was not planned"
            )
        rows += [(test, None, "it was not run") for test, count in left.items() for _ in range(count)]
    level = alpha if read is None else read.plan.alpha
    adjusted = holm([0.0 if why or one is None else _log10_p(one) for _, one, why in rows])
    members = tuple(
        Member(
            test=test,
            verdict=one,
            counted=not why,
            why_not=why,
            log10_adjusted=log10_p,
            rejected=not why and log10_p <= math.log10(level),
        )
        for (test, one, why), log10_p in zip(rows, adjusted, strict=True)
    )
    return Family(suspect=suspects.pop(), alpha=level, planned=read is not None, members=members)


def _why_not(one: StatedVerdict, read: PlanRead | None) -> str:
    """Return why a verdict does not count, empty where it does."""
    if one.log10_p is None:
        return "it was not evaluated"
    if read is None:
        return ""
    registration = one.registration
    if registration.status is PlanStatus.EXPLORATORY:
        return "it is exploratory"
    if registration.plan_sha256 != read.sha256:
        return "it follows another plan"
    if registration.status is PlanStatus.DEVIATES:
        return f"it left the plan: {'; '.join(registration.deviations)}"
    return ""


def _log10_p(one: StatedVerdict) -> float:
    return 0.0 if one.log10_p is None else one.log10_p
