"""What the search for rigging returns: suspects, groups, bursts, pairs out of line, and what was not looked
at."""

from dataclasses import asdict, dataclass
from typing import Any

from revenuer.records import Outcome, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class RiggingOptions:
    """`level`: expected share of false findings, separately among accounts, groups of newcomers, bursts and
    pairs.

    The default is 1 %: of a hundred accused accounts one honest one is expected, and a vote that is set aside
    wrongly is somebody silenced, while a few rigged votes more move no board. `min_votes`: accounts with
    fewer are not judged, and are counted.
    """

    level: float = 0.01
    min_votes: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.level < 1 or self.min_votes < 2:
            raise UsageError(
                f"expected 0 < level < 1 and at least 2 votes, got {self.level} and {self.min_votes}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why, by one test: `words`, the innocent `look_alike` that it was weighed against, the `model` that
    gains (empty: none in particular) and `log10_e` of this test alone."""

    test: str
    words: str
    look_alike: str
    model: str
    log10_e: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """An account whose mean e-value over all tests passed. `reasons`: strongest first."""

    account: str
    votes: int
    log10_e: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Accounts that belong together. `kind`: `lockstep` and `same_model` are made of suspects; of `newcomers`
    and `followers` no account is accused, and `accounts` is empty."""

    kind: str
    accounts: tuple[str, ...]
    model: str
    words: str
    look_alike: str
    log10_e: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """`votes` consecutive votes on `model`, from `start_us` to `end_us`, in which it won `share` of the
    points, `expected` of its usual strength."""

    model: str
    start_us: int
    end_us: int
    votes: int
    share: float
    expected: float
    log10_e: float
    look_alike: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairOutOfLine:
    """A pair in which `model` won `share` of the points against `other`; the board without this pair expects
    `expected`."""

    model: str
    other: str
    votes: int
    share: float
    expected: float
    log10_e: float
    look_alike: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One test: `positive` where it contributed to a finding, `negative` where not, `not_evaluated` with the
    `reason`. `tested`: hypotheses. `null`: what was assumed of the honest."""

    test: str
    outcome: Outcome
    reason: str
    tested: int
    null: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RiggingFindings:
    """`suspects` by evidence. `judged` accounts were tested, `too_few` had fewer than the least votes;
    `votes_judged` of `votes` are on the largest component of the board. At most `options.level` of the
    suspects are expected to be honest, where the nulls of `checks` hold."""

    suspects: tuple[Suspect, ...]
    groups: tuple[Group, ...]
    bursts: tuple[Burst, ...]
    pairs: tuple[PairOutOfLine, ...]
    checks: tuple[Check, ...]
    options: RiggingOptions
    votes: int
    votes_judged: int
    votes_of_suspects: int
    judged: int
    too_few: int

    @property
    def outcome(self) -> Outcome:
        """Positive where anything was found; not evaluated where no test could run."""
        if self.suspects or self.groups or self.bursts or self.pairs:
            return Outcome.POSITIVE
        ran = any(check.outcome is not Outcome.NOT_EVALUATED for check in self.checks)
        return Outcome.NEGATIVE if ran else Outcome.NOT_EVALUATED


def as_json(findings: RiggingFindings) -> dict[str, Any]:
    """Return the findings as plain values, with the outcome."""
    return {**asdict(findings), "outcome": findings.outcome.value}
