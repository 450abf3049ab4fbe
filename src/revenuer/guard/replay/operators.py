"""The operators that a state knows of at the end of a replay, with their accounts: all that the findings ask of the state."""

from dataclasses import dataclass

from revenuer.guard.standing import Standing
from revenuer.guard.state import GuardState


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSummary:
    """One operator: its accounts with the evidence against each, and the reason in words. `log10_e`: the strongest."""

    operator: str
    log10_e: float
    accounts: tuple[tuple[str, float], ...]
    reason: str


def operators(state: GuardState) -> tuple[OperatorSummary, ...]:
    """Return the operators against whose accounts a measure was taken and not lifted, strongest evidence first."""
    found: dict[str, list[Standing]] = {}
    for standing in state.standing.values():
        if standing.lifted_by is None:
            found.setdefault(standing.operator, []).append(standing)
    summaries = [_summary(operator, measures) for operator, measures in found.items()]
    return tuple(sorted(summaries, key=lambda one: (-one.log10_e, one.operator)))


def _summary(operator: str, measures: list[Standing]) -> OperatorSummary:
    measures = sorted(measures, key=lambda one: one.account_id)
    strongest = max(measures, key=lambda one: one.log10_e)
    return OperatorSummary(
        operator=operator,
        log10_e=strongest.log10_e,
        accounts=tuple((one.account_id, one.log10_e) for one in measures),
        reason=strongest.reason,
    )
