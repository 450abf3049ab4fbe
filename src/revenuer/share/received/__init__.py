"""What came from peers: kept, checked, turned into claims, and what we say of it."""

from revenuer.share.received.claims import claims_of
from revenuer.share.received.experience import Experience, Use, dispute, experience, note_use, source_weight
from revenuer.share.received.feedback import Answer, answer_to, answered
from revenuer.share.received.inbox import RECEIVED_TABLES, take_in
from revenuer.share.received.settle import Settled, settle
from revenuer.share.received.status import PartnerStatus, partner_status

__all__ = [
    "RECEIVED_TABLES",
    "Answer",
    "Experience",
    "PartnerStatus",
    "Settled",
    "Use",
    "answer_to",
    "answered",
    "claims_of",
    "dispute",
    "experience",
    "note_use",
    "partner_status",
    "settle",
    "source_weight",
    "take_in",
]
