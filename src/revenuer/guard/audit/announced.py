"""Facts that nobody restores but everybody may ask about later: which policy and which campaign index came into force, and who asked."""

from dataclasses import dataclass

import msgspec

from revenuer.detect.campaign_index import CampaignIndex
from revenuer.guard.audit.entry import digest_of
from revenuer.guard.audit.measure_changes import GUARD
from revenuer.guard.policy import Policy
from revenuer.guard.saved import Saved

ANNOUNCED = frozenset({"policy", "index"})
"""Kinds of Saved that the journal keeps for the books and does not hand back to the state."""

_KEY = "in force"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What came into force: who asked for it, its digest, its own text (of an index, its file's name), and one line about it."""

    actor: str
    digest: str
    text: str
    about: str


def policy_fact(policy: Policy, actor: str = GUARD) -> Saved:
    """Return the fact that `policy` is in force by the wish of `actor`; policies with the same content give the same digest."""
    text = msgspec.json.encode(policy, order="deterministic").decode()
    return _fact("policy", actor, text, digest_of(text.encode()), f"policy {policy.version} in force")


def index_fact(index: CampaignIndex | None, actor: str = GUARD) -> Saved:
    """Return the fact that `index`, or none, is in force by the wish of `actor`."""
    if index is None:
        return _fact("index", actor, "", "", "no campaign index in force")
    name = index.path.name
    about = f"campaign index {name} in force, with {len(index.campaigns)} campaigns"
    return _fact("index", actor, name, index.digest, about)


def read_announcement(value: bytes) -> Announcement:
    """Return what `policy_fact` or `index_fact` put into a fact's value. Raises msgspec.MsgspecError on other bytes."""
    return msgspec.json.decode(value, type=Announcement)


def _fact(kind: str, actor: str, text: str, digest: str, about: str) -> Saved:
    announcement = Announcement(actor=actor, digest=digest, text=text, about=about)
    return Saved(kind, _KEY, msgspec.json.encode(announcement))
