"""What giving less costs a student and an honest user: measured runs, the curves through them, and what each policy comes to."""

from dataclasses import dataclass

UNDEFENDED = "undefended"
"""The policy that gives everything: what every other one of the same task is set against."""
ATTACKERS = ("naive", "adaptive")


@dataclass(frozen=True, slots=True, kw_only=True)
class DegradeRun:
    """One student, trained on `exchanges` with a teacher under `policy`.

    `score`: how much of the teacher it has, 0 = what anybody knows, 1 = all. `honest_loss`: the share that `honest_user` loses of what
    that user had. `seed` pairs runs across policies: those of one seed share teacher and judges. `strategy`: what this attacker does.
    """

    task: str
    policy: str
    attacker: str
    exchanges: int
    seed: int
    score: float
    honest_loss: float
    honest_user: str = ""
    strategy: str = ""
    accounts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over `n` seeds with an interval; without ends where one seed is all there is."""

    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """What students of so many exchanges have, and what an honest user loses meanwhile."""

    exchanges: int
    score: Estimate
    honest_loss: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One attacker against one policy; points by rising number of exchanges."""

    task: str
    policy: str
    attacker: str
    strategy: str
    honest_user: str
    points: tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyCost:
    """What a policy comes to against the attacker who does best under it.

    `score` at `at` exchanges, and `lost`: by how much it is below the best attacker's without defence, seed by seed. `further`: what each
    further 1,000 exchanges add, up to the most that were measured; None where there are no more. `factor`: how many times the exchanges
    it takes to have 98 % of what the undefended teacher gives away in `at`; None with `factor_over`: more than so many times, as no
    measured number of exchanges was enough for some seed. `honest_loss`: at `at`. `reason`: why something was not evaluated.
    """

    task: str
    policy: str
    attacker: str
    strategy: str
    at: int
    score: Estimate
    lost: Estimate | None
    further: float | None
    factor: Estimate | None
    factor_over: float | None
    honest_loss: Estimate
    honest_user: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DegradeResult:
    """All curves and costs, tasks and policies in the order of the file. `confidence`: of every interval."""

    source: str
    runs: int
    confidence: float
    curves: tuple[Curve, ...]
    costs: tuple[PolicyCost, ...]
