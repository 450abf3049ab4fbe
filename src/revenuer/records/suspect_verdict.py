"""What one test says of a suspect model: verdict.json, the report and the evidence pack are made of this."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from revenuer.records.campaign import Outcome

VERDICT_SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """How large what was found is: an estimate with an interval of level `level`. `unit` says of what; `null`: its value under H0, where it has
    one."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    level: float = 0.95
    null: float | None = None


class PlanStatus(StrEnum):
    """Whether the test was fixed before the suspect was asked."""

    PRE_REGISTERED = "pre-registered"
    DEVIATES = "deviates"
    EXPLORATORY = "exploratory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """The plan that a test followed. `plan_sha256`: of the plan file's bytes, empty without one. `deviations`: where the test left it;
    `why`: the reason given for that."""

    status: PlanStatus = PlanStatus.EXPLORATORY
    plan_sha256: str = ""
    deviations: tuple[str, ...] = ()
    why: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError for a registration that contradicts itself."""
        if (self.status is PlanStatus.EXPLORATORY) != (not self.plan_sha256):
            raise ValueError("a test has a plan's hash exactly where it is not exploratory")
        if (self.status is PlanStatus.DEVIATES) != bool(self.deviations):
            raise ValueError("a test that deviates from its plan says where")


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspectVerdict:
    """The answer of one pre-stated test about one suspect.

    `h0`: the null hypothesis in words. `p` and `log10_p` are None exactly where nothing was evaluated; `p` may underflow to 0, `log10_p`
    does not. `floor`: the smallest p that this design can give, None where there is none. `n`: what was counted, by unit. `assumptions`: what
    must hold for p to be valid. `explanations`: what else than training on our outputs would give this result. `limits`: what this test does not say, beyond what no test says. `reason`: why the
    outcome is inconclusive or not evaluated, empty otherwise. `registration`: the plan that it followed; whoever publishes fills it in.

    `details`: figures of the test's own, JSON values only. The report makes one table of the scalars, one of each object of scalars and one of
    each list of objects with scalars, titled by their keys; `details["series"]`, a list of {"name", "x": [...], "y": [...], "x_label", "y_label"}, is drawn.
    """

    test: str
    suspect: str
    outcome: Outcome
    h0: str
    summary: str
    alpha: float
    p: float | None = None
    log10_p: float | None = None
    floor: float | None = None
    effect: Effect | None = None
    n: Mapping[str, int] = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()
    explanations: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    reason: str = ""
    registration: Registration = field(default_factory=Registration)
    details: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise ValueError for a verdict that contradicts itself."""
        evaluated = self.outcome is not Outcome.NOT_EVALUATED
        if evaluated != (self.p is not None) or evaluated != (self.log10_p is not None):
            raise ValueError("a verdict has p and log10_p exactly where it was evaluated")
        if self.outcome in (Outcome.INCONCLUSIVE, Outcome.NOT_EVALUATED) and not self.reason:
            raise ValueError(f"a verdict that is {self.outcome.value} says why")
        if self.p is not None and not 0.0 <= self.p <= 1.0:
            raise ValueError(f"expected p between 0 and 1, got {self.p}")
        if self.outcome is Outcome.POSITIVE and self.p is not None and self.p > self.alpha:
            raise ValueError(f"a positive verdict needs p <= alpha, got {self.p} against {self.alpha}")
