"""What the evidence says of one account at one moment: the core's answer, and the policy's question."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """`log10_e`: the weaker of the two questions' answers, `log10_e_operator` (is this pool one operator that harvests?) and
    `log10_e_member` (is this account one of it?); each is an anytime-valid e-value, so it may be compared with a threshold
    at every request. `operator`: the campaign it is about, None without evidence. `signals`: what speaks for it, strongest first, in
    words. `harvested`: requests of the operator that were answered since it was first suspected; `account_requests` of this account."""

    operator: str | None = None
    log10_e: float = 0.0
    log10_e_operator: float = 0.0
    log10_e_member: float = 0.0
    signals: tuple[str, ...] = ()
    harvested: int = 0
    account_requests: int = 0


NOTHING = Assessment()
"""The assessment of an account that nothing is known against."""
