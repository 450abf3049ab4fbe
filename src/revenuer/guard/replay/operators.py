"""The operators that a state knows of at the end of a replay, with their accounts: all that the findings ask of the state."""

from collections.abc import Callable
from dataclasses import dataclass

from revenuer.guard.state import GuardState
from revenuer.guard.suspicion import Operator, Suspect
from revenuer.guard.suspicion.belonging import belonging
from revenuer.guard.suspicion.judge_account import JOIN_AT
from revenuer.guard.suspicion.weighing import CONTAIN_AT

Spared = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind of evidence that an operator is one and harvests: log10 of an e-value, discounted for all that was looked at."""

    kind: str
    log10_e: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSummary:
    """One operator under its present name.

    `accounts`: those named, each with the evidence that it belongs. `linked`: how many more are counted to it for what they share,
    without evidence enough to name them. `sources`: strongest first. `replaces`: the operator that it took over from.
    """

    operator: str
    log10_e: float
    accounts: tuple[tuple[str, float], ...]
    linked: int
    sources: tuple[Source, ...]
    replaces: str | None


def operators(state: GuardState, spared: Spared = lambda _: False) -> tuple[OperatorSummary, ...]:
    """Return the operators that were contained or whose accounts a measure was taken against, strongest evidence first.

    An account is named for a measure that was taken and not lifted, or, without one, where it belongs as surely as the guard asks before
    it counts an account to an operator, no appeal cleared it and `spared` does not hold for it. To be linked is not enough: whoever
    received a reasoning block that an operator's account replays is linked, and may be the one it was stolen from.
    """
    named = _measured(state)
    measured = {name for name, _ in named.values()}
    for suspect in state.books.suspects.values():
        operator = state.books.operator_of(suspect)
        if operator is None or suspect.account_id in state.standing or spared(suspect.account_id):
            continue
        log10_e = _belongs(state, suspect, operator)
        if log10_e >= JOIN_AT:
            named[suspect.account_id] = (operator.name, log10_e)
    accounts: dict[str, list[tuple[str, float]]] = {}
    for account, (name, log10_e) in sorted(named.items()):
        accounts.setdefault(name, []).append((account, log10_e))
    found = [one for one in state.books.operators.values() if one.contained or one.name in measured]
    summaries = [_summary(state, one, accounts[one.name]) for one in found if one.name in accounts]
    return tuple(sorted(summaries, key=lambda one: (-one.log10_e, one.operator)))


def _measured(state: GuardState) -> dict[str, tuple[str, float]]:
    """Return (present name of the operator, evidence) by account under a measure, be it over by now."""
    found = {}
    for standing in state.standing.values():
        operator = state.books.operator(standing.operator)
        if standing.lifted_by is None and operator is not None:
            found[standing.account_id] = (operator.name, standing.log10_e)
    return found


def _belongs(state: GuardState, suspect: Suspect, operator: Operator) -> float:
    """Return the evidence that the suspect is one of the operator's, as the guard would take it."""
    log10_e, _ = belonging(state.books, suspect, operator)
    return log10_e if operator.log10_e >= CONTAIN_AT else min(log10_e, operator.log10_e)


def _summary(state: GuardState, operator: Operator, accounts: list[tuple[str, float]]) -> OperatorSummary:
    replaces = state.books.operator(operator.replaces) if operator.replaces is not None else None
    kinds = sorted(operator.sources, key=lambda kind: (-operator.sources[kind], kind))
    names = {account for account, _ in accounts}
    return OperatorSummary(
        operator=operator.name,
        log10_e=operator.log10_e,
        accounts=tuple(accounts),
        linked=len(operator.members - names),
        sources=tuple(
            Source(kind=kind, log10_e=operator.sources[kind], reason=operator.reasons[kind]) for kind in kinds
        ),
        replaces=replaces.name if replaces is not None and replaces is not operator else None,
    )
