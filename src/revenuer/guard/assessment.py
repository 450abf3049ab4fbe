"""What the evidence says of one account at one moment: the core's answer, and the policy's question."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """`log10_e`: the weaker of two answers (is this pool one operator that harvests? is this account one of it?); each is an
    anytime-valid e-value, so it may be compared with a threshold at every request. `operator`: the campaign it is about, None without
    evidence. `signals`: what speaks for it, strongest first, in words. `harvested`: requests of the operator that were answered since
    it was first suspected."""

    operator: str | None = None
    log10_e: float = 0.0
    signals: tuple[str, ...] = ()
    harvested: int = 0


NOTHING = Assessment()
"""The assessment of an account that nothing is known against."""
