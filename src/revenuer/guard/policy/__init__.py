"""What follows from evidence: the policy file, and the pure function that applies it."""

from revenuer.guard.policy.faults import Fault, PolicyError
from revenuer.guard.policy.policy import Budget, Caps, Ceiling, Entry, Policy, Roll, Rule
from revenuer.guard.policy.read import PolicyReading, default_text, load_policy, read_policy
from revenuer.guard.policy.rule import rule

__all__ = [
    "Budget",
    "Caps",
    "Ceiling",
    "Entry",
    "Fault",
    "Policy",
    "PolicyError",
    "PolicyReading",
    "Roll",
    "Rule",
    "default_text",
    "load_policy",
    "read_policy",
    "rule",
]
