"""What each partner may be told, and what nobody ever is."""

from revenuer.share.policy.denylist import Denylist
from revenuer.share.policy.faults import Fault, PolicyError
from revenuer.share.policy.feedback import Feedback, Seen, release_feedback
from revenuer.share.policy.gate import Passage, RefusedError, refuse_unmarked
from revenuer.share.policy.policy import PartnerPolicy, SharePolicy
from revenuer.share.policy.read import load_share_policy, read_share_policy
from revenuer.share.policy.release import release
from revenuer.share.policy.released import Released, depart, label_of, policy_of
from revenuer.share.policy.withheld import Withheld

__all__ = [
    "Denylist",
    "Fault",
    "Feedback",
    "PartnerPolicy",
    "Passage",
    "PolicyError",
    "RefusedError",
    "Released",
    "Seen",
    "SharePolicy",
    "Withheld",
    "depart",
    "label_of",
    "policy_of",
    "load_share_policy",
    "read_share_policy",
    "refuse_unmarked",
    "release",
    "release_feedback",
]
