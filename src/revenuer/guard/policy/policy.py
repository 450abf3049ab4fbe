"""The policy: which action follows from which evidence, for whom, and how much of it without a human."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

import msgspec

from revenuer.guard.event import Event, Registered
from revenuer.guard.policy.marking import Marking
from revenuer.records import ACTIONS, EVALUATION, LICENSED_DISTILLATION, Action, Limits

DAY_S = 86_400
VERIFIED = frozenset({"business", "kyc"})
"""Verifications in which somebody looked at who the customer is; a card shows only that somebody pays."""
SEVERITY: Mapping[Action, int] = {action: place for place, action in enumerate(ACTIONS)}
"""Place of each action, mildest 0."""
UNKNOWN_PLAN = "unknown"
"""What a policy calls the plan of an account whose plan nobody stated."""
DENY_LIST = "deny_list"
"""Name under which `enforce` knows the deny list."""
BUDGET = "budget"
"""Name under which `enforce` knows what follows from a spent harvest budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An action and when it follows: evidence of at least `log10_e`, more than `harvested_over` requests answered to the operator,
    and a plan and verification among those named (None = any). `hold_s`: how long the measure stands."""

    name: str
    action: Action
    log10_e: float = 0.0
    harvested_over: int = -1
    plans: frozenset[str] | None = None
    verifications: frozenset[str] | None = None
    hold_s: int = 0
    retry_after_s: int | None = None
    limits: Limits | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """The most severe action that accounts of a kind meet, unless the evidence reaches `unless_log10_e` (None = whatever it is).

    A kind is given by declared use, verification and plan; None = any.
    """

    name: str
    at_most: Action
    unless_log10_e: float | None = None
    declared_uses: frozenset[str] | None = None
    verifications: frozenset[str] | None = None
    plans: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the allow or the deny list: who answers for it, why, and until when it holds (microseconds since 1970 UTC)."""

    owner: str
    why: str
    expires: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """An allow or deny list, by account and by organization."""

    accounts: Mapping[str, Entry] = field(default_factory=dict)
    organizations: Mapping[str, Entry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many requests an operator may have answered since first suspected (None = no budget). Past it, every milder measure
    against an account with evidence of at least `then.log10_e` becomes `then`."""

    answered: int | None = 200
    then: Rule = Rule(name=BUDGET, action=Action.DENY, log10_e=3.5, hold_s=DAY_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How many accounts one hour may newly meet with any restrictive measure, and with `deny`, without a human."""

    max_restricted_per_hour: int = 500
    max_denied_per_hour: int = 200


def _default_rules() -> tuple[Rule, ...]:
    return (
        Rule(name="deny", action=Action.DENY, log10_e=4.0, hold_s=7 * DAY_S),
        Rule(
            name="restrict",
            action=Action.RESTRICT,
            log10_e=3.5,
            verifications=frozenset({"card"}),
            hold_s=DAY_S,
            limits=Limits(max_tokens=1024),
        ),
        Rule(
            name="challenge",
            action=Action.CHALLENGE,
            log10_e=3.5,
            verifications=frozenset({"none"}),
            hold_s=DAY_S,
        ),
        Rule(name="throttle", action=Action.THROTTLE, log10_e=3.0, hold_s=3600, retry_after_s=60),
        Rule(name="observe", action=Action.OBSERVE, log10_e=1.0),
    )


def _default_ceilings() -> tuple[Ceiling, ...]:
    return (
        Ceiling(
            name="declared",
            at_most=Action.OBSERVE,
            declared_uses=frozenset({LICENSED_DISTILLATION, EVALUATION, "red_team"}),
            verifications=VERIFIED,
        ),
        Ceiling(name="verified", at_most=Action.THROTTLE, unless_log10_e=6.0, verifications=VERIFIED),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything that the operator of a gateway decides. `Policy()` is the default, as `default.toml` words it.

    `enforce`: actions and rules that act although `shadow` is on. `on_failure`: what a front answers when the guard fails or
    `deadline_ms` passes; the fronts see to it. `rules`: most severe first. `appeal_margin`: by how much evidence must exceed what an
    appeal spent before the same operator's account is restricted again. `version`: hash of all of this.
    """

    shadow: bool = True
    enforce: frozenset[str] = frozenset()
    on_failure: Literal["allow", "deny"] = "allow"
    deadline_ms: int = 50
    rules: tuple[Rule, ...] = field(default_factory=_default_rules)
    ceilings: tuple[Ceiling, ...] = field(default_factory=_default_ceilings)
    allowed: Roll = Roll()
    denied: Roll = Roll()
    budget: Budget = Budget()
    caps: Caps = Caps()
    appeal_margin: float = 2.0
    marking: Marking = field(default_factory=Marking)
    version: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.rules, key=lambda rule: -SEVERITY[rule.action]))
        object.__setattr__(self, "rules", ordered)
        content = {item.name: getattr(self, item.name) for item in fields(self) if item.init}
        told = msgspec.json.encode(content, order="deterministic", enc_hook=dict)
        object.__setattr__(self, "version", hashlib.sha256(told).hexdigest()[:16])

    def acts(self, action: Action, rule: str) -> bool:
        """Return whether the measure is carried out, not only noted."""
        return not self.shadow or action in self.enforce or rule in self.enforce

    def denies(self, event: Event) -> bool:
        """Return whether an entry of the deny list holds for the event's account: such a request is ruled on without evidence."""
        if not (self.denied.accounts or self.denied.organizations):
            return False
        return self.listed(event, event.account)[0] is not None

    def listed(self, event: Event, who: Registered | None) -> tuple[Entry | None, Entry | None]:
        """Return the entry of the deny list and that of the allow list which hold for the event: at most one of them.

        An account's own entry goes before its organization's; entries that have run out at the event's time do not count.
        """
        now = event.timestamp
        denied = _holding(self.denied.accounts, event.account_id, now)
        allowed = _holding(self.allowed.accounts, event.account_id, now)
        if denied is None and allowed is None:
            organization = event.organization_id or (who.organization_id if who is not None else None)
            denied = _holding(self.denied.organizations, organization, now)
            allowed = _holding(self.allowed.organizations, organization, now)
        return (None, allowed) if allowed is not None else (denied, None)


def _holding(entries: Mapping[str, Entry], name: str | None, now: int) -> Entry | None:
    entry = entries.get(name) if name is not None else None
    return entry if entry is not None and entry.expires > now else None
