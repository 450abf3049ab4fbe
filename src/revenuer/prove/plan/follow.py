"""Says whether a test did what its plan had fixed."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

from revenuer.prove.pack import EvidencePack
from revenuer.prove.plan.plan_file import Plan, PlannedTest, PlanRead
from revenuer.records import UsageError
from revenuer.records.suspect_verdict import PlanStatus, Registration, SuspectVerdict


def planned_tests(plan: Plan, test: str) -> list[PlannedTest]:
    """Return the plan's tests of that name. Raises UsageError where there is none."""
    found = [one for one in plan.tests if one.test == test]
    if not found:
        raise UsageError(
            f"the plan has no test {test!r}, it has {', '.join(sorted({one.test for one in plan.tests}))}; "
            "run the test without --plan: its verdict is then exploratory"
        )
    return found


def deviations(
    read: PlanRead,
    *,
    test: str,
    suspect: str,
    alpha: float | None = None,
    n: Mapping[str, int] | None = None,
    parameters: Mapping[str, Any] | None = None,
    seeds: Mapping[str, int] | None = None,
    hashes: Sequence[str] | None = None,
    commitment_root: str | None = None,
) -> tuple[str, ...]:
    """Return, in words, where a test leaves its plan; nothing where it follows it. What is None is not compared: a command asks with what it
    knows before it puts a question to the suspect, and again with everything once there is a verdict.

    Where the plan has the test several times, the one that is left least counts. Raises UsageError where it has none of that name.
    """
    whole = (
        []
        if suspect == read.plan.suspect
        else [f"the suspect is {suspect!r}, planned was {read.plan.suspect!r}"]
    )
    if commitment_root and read.plan.commitment_root and commitment_root != read.plan.commitment_root:
        whole.append(
            f"the commitment log's root is {commitment_root}, planned was {read.plan.commitment_root}"
        )
    ways = [_left(one, alpha, n, parameters or {}, seeds, hashes) for one in planned_tests(read.plan, test)]
    return tuple(whole + min(ways, key=len))


def _left(
    planned: PlannedTest,
    alpha: float | None,
    n: Mapping[str, int] | None,
    parameters: Mapping[str, Any],
    seeds: Mapping[str, int] | None,
    hashes: Sequence[str] | None,
) -> list[str]:
    found = []
    if alpha is not None and not math.isclose(alpha, planned.alpha, rel_tol=1e-9):
        found.append(f"alpha is {alpha:g}, planned was {planned.alpha:g}")
    if n is not None and n.get(planned.unit) != planned.n:
        found.append(f"n is {n.get(planned.unit, 'unknown')} {planned.unit}, planned was {planned.n}")
    for name, value in planned.parameters.items():
        done = parameters.get(name)
        if isinstance(done, str | int | float) and done != value:
            found.append(f"{name} is {done}, planned was {value}")
    if seeds and planned.seed not in seeds.values():
        found.append(f"the seed is {', '.join(map(str, seeds.values()))}, planned was {planned.seed}")
    if hashes is not None:
        found += [
            f"{one.name} was not read as planned (SHA-256 {one.sha256[:12]}…)"
            for one in planned.inputs
            if one.sha256 not in hashes
        ]
    return found


def registration_of(
    read: PlanRead | None, verdict: SuspectVerdict, pack: EvidencePack | None, why: str
) -> Registration:
    """Return whether the verdict was pre-registered. `why`: the reason for deviating, empty where none was given.

    A verdict that was not evaluated is compared by suspect and alpha alone. Raises UsageError for a deviation without a reason.
    """
    if read is None:
        return Registration()
    parameters = verdict.details.get("parameters", verdict.details)
    left = deviations(
        read,
        test=verdict.test,
        suspect=verdict.suspect,
        alpha=verdict.alpha,
        n=None if pack is None else verdict.n,
        parameters=parameters if isinstance(parameters, Mapping) else {},
        seeds=None if pack is None else pack.seeds,
        hashes=None if pack is None else _hashes(pack),
        commitment_root=str(verdict.details.get("commitment_root", "")),
    )
    if not left:
        return Registration(status=PlanStatus.PRE_REGISTERED, plan_sha256=read.sha256)
    check_reason(left, why)
    return Registration(status=PlanStatus.DEVIATES, plan_sha256=read.sha256, deviations=left, why=why)


def check_reason(left: Sequence[str], why: str) -> None:
    """Raise UsageError for deviations without a reason."""
    if left and not why.strip():
        raise UsageError(
            f"this is not what was planned: {'; '.join(left)}; do as planned, or say why not with --deviate WHY, which the verdict records"
        )


def _hashes(pack: EvidencePack) -> list[str]:
    return [one.sha256 for one in pack.inputs] + [
        hashlib.sha256(data).hexdigest() for data in pack.data.values()
    ]
