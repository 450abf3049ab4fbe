"""Facts that nobody restores but everybody may ask about later: which policy and which campaign index came into force, and who asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from revenuer.guard.audit.entry import digest_of
from revenuer.guard.audit.measure_changes import GUARD
from revenuer.guard.saved import Saved

ANNOUNCED = frozenset({"policy", "index"})
"""Kinds of Saved that the journal keeps for the books and does not hand back to the state."""

_KEY = "in force"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What came into force: who asked for it, its own text, the SHA-256 of that text, and one line about it."""

    actor: str
    digest: str
    text: str
    about: str


def policy_fact(policy: object, actor: str = GUARD) -> Saved:
    """Return the fact that `policy` is in force by the wish of `actor`; policies with the same content give the same digest.

    `policy`: any dataclass; its fields are kept as JSON, what JSON has no form for (networks, dates) as text.
    """
    text = msgspec.json.encode(msgspec.to_builtins(policy, enc_hook=_plain), order="deterministic").decode()
    return _fact("policy", actor, text, digest_of(text.encode()), "policy in force")


def index_fact(digest: str, name: str, campaigns: int, actor: str = GUARD) -> Saved:
    """Return the fact that the campaign index with SHA-256 `digest` is in force. `name`: of the file, without its folder."""
    return _fact("index", actor, name, digest, f"campaign index {name} with {campaigns} campaigns in force")


def read_announcement(value: bytes) -> Announcement:
    """Return what `policy_fact` or `index_fact` put into a fact's value. Raises msgspec.MsgspecError on other bytes."""
    return msgspec.json.decode(value, type=Announcement)


def _fact(kind: str, actor: str, text: str, digest: str, about: str) -> Saved:
    announcement = Announcement(actor=actor, digest=digest, text=text, about=about)
    return Saved(kind, _KEY, msgspec.json.encode(announcement))


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)
