"""The policy: which action follows from which evidence, for whom, and how much of it without a human."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything that the operator of a gateway decides."""

    shadow: bool = True
    deny_at: float = 4.0
    observe_at: float = 1.0
    hold_s: int = 7 * 86400
