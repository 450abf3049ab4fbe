"""Which answers are to carry a mark, and whose: the guard names it, the model's server puts it on."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Literal
from urllib.parse import quote

import msgspec

from revenuer.guard.standing import Standing
from revenuer.records import ACTIONS, UNANSWERED, Action, Decision

MARKING = "marking"
"""Name under which `enforce` knows marking."""
_DAY_US = 86_400_000_000
_FIRST_DAY = date(1970, 1, 1).toordinal()
_LONGEST_NAME = 200
_PLAIN = "-._~@+:"
"""Characters beside letters and digits that stand in a label as they are; all others are percent-encoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """`log10_e`, `at_least`: from which evidence, and from which action on, answers are marked. `scheme`: what with, as `revenuer prove mark` spells
    it. `label`: whether each campaign or each account has a key of its own. `epoch_days`: after which keys change."""

    enabled: bool = False
    log10_e: float = 2.0
    at_least: Action = Action.OBSERVE
    scheme: str = "green"
    label: Literal["campaign", "account"] = "campaign"
    epoch_days: int = 30


def marked(decision: Decision, measure: Standing | None, spared: bool, marking: Marking) -> Decision:
    """Return the decision with the mark that its answer is to carry: the very one given where it is to carry none.

    `measure`: what stands against the account; its evidence counts while it stands. `spared`: the policy or an appeal shields the account.
    """
    if not marking.enabled or decision.action in UNANSWERED or (spared and measure is None):
        return decision
    evidence, severe, operator = decision.log10_e, decision.would, decision.campaign_id
    if measure is not None:
        evidence = max(evidence, measure.log10_e)
        severe = max(severe, measure.action, key=ACTIONS.index)
        operator = operator or measure.operator
    if not operator or evidence < marking.log10_e or ACTIONS.index(severe) < ACTIONS.index(marking.at_least):
        return decision
    name = operator if marking.label == "campaign" else decision.account_id
    label = f"{marking.label}:{_plain(name)}"
    mark = f"{label};scheme={marking.scheme};epoch={_epoch(decision.timestamp, marking.epoch_days)}"
    return msgspec.structs.replace(decision, mark=mark)


def _plain(name: str) -> str:
    """Return a name as labels and headers can hold it; one that is too long as its SHA-256."""
    plain = quote(name.encode("utf-8", "backslashreplace"), safe=_PLAIN)
    return plain if len(plain) <= _LONGEST_NAME else f"sha256-{hashlib.sha256(plain.encode()).hexdigest()}"


def _epoch(timestamp: int, days: int) -> str:
    """Return the first day of the epoch that a time (microseconds since 1970 UTC) lies in: epochs of so many days follow each other from
    1970-01-01 on."""
    day = timestamp // _DAY_US
    return date.fromordinal(_FIRST_DAY + day - day % days).isoformat()
