"""What follows from evidence: the policy file, and the pure function that applies it."""

from revenuer.guard.policy.policy import Policy
from revenuer.guard.policy.rule import rule

__all__ = ["Policy", "rule"]
