"""What a replay concludes, in the records that a scan's readers know: campaigns, sanctioned customers, a verdict on every account."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from revenuer.engine import Engine
from revenuer.guard.event import Event, Registered
from revenuer.guard.policy import Policy
from revenuer.guard.policy.ceiling import bound, covers
from revenuer.guard.replay.campaign_record import campaign_record, sanctioned_record
from revenuer.guard.replay.containment import Containment, containment, decided, members_table
from revenuer.guard.replay.operators import operators
from revenuer.guard.state import GuardState
from revenuer.records import (
    LICENSED_DISTILLATION,
    AccountVerdict,
    Action,
    Campaign,
    InputSummary,
    NotEvaluated,
    Prevalence,
    ScanResult,
    Verdict,
)

DECIDED = "decided"
"""The engine's table of decisions and what became of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """`result` as a scan words it; `containment` by campaign id, in the order of the campaigns."""

    result: ScanResult
    containment: tuple[Containment, ...]


def findings(
    engine: Engine,
    state: GuardState,
    registered: Mapping[str, Registered],
    decisions: Path,
    summary: InputSummary,
) -> Findings:
    """Return the campaigns and verdicts as they stood when the log ended.

    The log is in the engine's table `given`, its decisions in the Parquet file `decisions`. Accounts with a licence to distil that
    somebody checked are sanctioned, whatever the evidence.
    """
    if not summary.exchanges:
        return Findings(result=_result(summary, (), (), ()), containment=())
    decided(engine, DECIDED, decisions)
    licensed = _licensed(registered, state.policy)
    found = [
        (one, [name for name, _ in one.accounts if name not in licensed])
        for one in operators(state, lambda account: _exempt(account, registered, state))
    ]
    groups = licensed_groups(licensed)
    members = members_table([*groups, *((one.operator, accounts) for one, accounts in found)])
    counts = containment(engine, DECIDED, members)
    seen = [(one, accounts) for one, accounts in found if one.operator in counts]
    known = frozenset(one.operator for one, _ in seen)
    campaigns = tuple(
        campaign_record(one, tuple(accounts), counts[one.operator], rank, known)
        for rank, (one, accounts) in enumerate(seen, start=1)
    )
    customers = [(group, accounts) for group, accounts in groups if group in counts]
    sanctioned = tuple(
        sanctioned_record(tuple(accounts), counts[group], rank)
        for rank, (group, accounts) in enumerate(customers, start=1)
    )
    belongs = {account: log10_e for one, _ in seen for account, log10_e in one.accounts}
    result = _result(summary, campaigns, sanctioned, _verdicts(engine, campaigns, licensed, belongs))
    return Findings(result=result, containment=tuple(counts[one.operator] for one, _ in seen))


def licensed_groups(licensed: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Return the licensed accounts by customer."""
    groups: dict[str, list[str]] = {}
    for account, holder in sorted(licensed.items()):
        groups.setdefault(f"S-{holder}", []).append(account)
    return list(groups.items())


def _licensed(registered: Mapping[str, Registered], policy: Policy) -> dict[str, str]:
    """Return the accounts that the policy exempts for a licence to distil, each with its customer."""
    exempt = [
        one
        for one in policy.ceilings
        if one.declared_uses is not None
        and LICENSED_DISTILLATION in one.declared_uses
        and one.at_most in (Action.ALLOW, Action.OBSERVE)
    ]
    return {
        account: who.organization_id or account
        for account, who in registered.items()
        if who.declared_use == LICENSED_DISTILLATION and any(covers(one, who) for one in exempt)
    }


def _exempt(account: str, registered: Mapping[str, Registered], state: GuardState) -> bool:
    """Return whether the policy, as it stands at the end, lets no measure be taken against the account whatever the evidence."""
    who = registered.get(account)
    asked = Event(request_id="", account_id=account, model="", timestamp=state.now)
    _, allowed = state.policy.listed(asked, who)
    return bound(who, allowed, math.inf, state.policy).at_most in (Action.ALLOW, Action.OBSERVE)


def _verdicts(
    engine: Engine,
    campaigns: tuple[Campaign, ...],
    licensed: Mapping[str, str],
    belongs: Mapping[str, float],
) -> tuple[AccountVerdict, ...]:
    """Return one verdict for each account of the log: watch where any request was more than allowed.

    `belongs`: the evidence at the end; that of a verdict is the strongest there ever was.
    """
    campaign_of = {account: one.campaign_id for one in campaigns for account in one.accounts}
    rows = engine.query(
        f"""
        SELECT account_id, max(log10_e) AS log10_e, bool_or(action <> '{Action.ALLOW}') AS noticed
        FROM {DECIDED} GROUP BY account_id ORDER BY account_id
        """
    ).to_pylist()
    verdicts = []
    for row in rows:
        account = row["account_id"]
        verdict = Verdict.WATCH if row["noticed"] else Verdict.CLEAR
        if account in campaign_of:
            verdict = Verdict.CAMPAIGN
        if account in licensed:
            verdict = Verdict.SANCTIONED
        verdicts.append(
            AccountVerdict(
                account_id=account,
                campaign_id=campaign_of.get(account),
                verdict=verdict,
                log10_e=max(row["log10_e"], belongs.get(account, 0.0)),
            )
        )
    return tuple(verdicts)


def _result(
    summary: InputSummary,
    campaigns: tuple[Campaign, ...],
    sanctioned: tuple[Campaign, ...],
    verdicts: tuple[AccountVerdict, ...],
) -> ScanResult:
    share = sum(one.exchanges for one in campaigns) / max(summary.exchanges, 1)
    return ScanResult(
        input=summary,
        prevalence=Prevalence(share=share, low=0.0, high=1.0),
        campaigns=campaigns,
        sanctioned=sanctioned,
        cleared=(),
        not_evaluated=(
            NotEvaluated(
                signal="prevalence",
                reason="the share is that of the campaigns' requests; a replay has no interval for it, `revenuer scan` has",
            ),
        ),
        verdicts=verdicts,
    )
