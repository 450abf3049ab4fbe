"""The hash-chained log of every measure, policy and index: who did what to whom, why, and whether anybody changed the record."""

from revenuer.guard.audit.announced import ANNOUNCED, index_fact, policy_fact
from revenuer.guard.audit.entry import AuditEntry
from revenuer.guard.audit.trail import AUDIT_TABLES, AUDITED, AuditTrail, Head
from revenuer.guard.audit.verify import Verification, verify

__all__ = [
    "ANNOUNCED",
    "AUDITED",
    "AUDIT_TABLES",
    "AuditEntry",
    "AuditTrail",
    "Head",
    "Verification",
    "index_fact",
    "policy_fact",
    "verify",
]
