"""What a campaign index says, apart from how it lies on disk."""

from enum import StrEnum

import msgspec
import numpy as np

from revenuer.detect.keyed_hash import UNKEYED, Key, key_id

NONE = -1
"""No further entry with this key; in the table, a free slot."""

ENTRY = np.dtype(
    [
        ("key", "<u8"),
        ("campaign", "<i4"),
        ("next", "<i4"),
        ("members", "<i4"),
        ("outsiders", "<i4"),
        ("support", "<f4"),
        ("kind", "<u4"),
    ]
)
"""One key of one campaign. `campaign`: its place in the index's list. `next`: the following entry with the same key, or NONE.
`members`: accounts of the campaign that have the key; `outsiders`: accounts of the log in no campaign that ever had it. `support`:
mean share of prompts that carry the span, over the members that send it (1 for other kinds). `kind`: a KeyKind."""


class KeyState(StrEnum):
    """Under which key an index is hashed: a secret one, the public one, or one that nobody wrote down."""

    KEYED = "keyed"
    UNKEYED = "unkeyed"
    UNKNOWN = "unknown"


class KeyNote(msgspec.Struct, frozen=True, kw_only=True):
    """Tells whether two parties hash alike. `id` is set for a secret key only, and does not reveal it."""

    state: KeyState
    id: str | None = None

    @classmethod
    def of(cls, key: Key) -> "KeyNote":
        if key == UNKEYED:
            return cls(state=KeyState.UNKEYED)
        return cls(state=KeyState.KEYED, id=key_id(key))


UNKNOWN_KEY = KeyNote(state=KeyState.UNKNOWN)


class IndexedCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """What an index says of one campaign. Times in microseconds since 1970 UTC; `indexed_at`: when its index was made.

    `claimed_by`: the partner whose claim it is, "" for what a scan of ours found; of a claim nothing is known here but its values, and it is no
    evidence. `members`: its accounts. `population`: accounts of the log that it was found in; `strangers`: those of them in no campaign.
    """

    campaign_id: str
    log10_e: float
    confidence: str
    first_seen: int
    last_seen: int
    recommended_action: str
    members: int
    population: int
    strangers: int
    indexed_at: int
    claimed_by: str = ""


class IndexContent(msgspec.Struct, frozen=True, kw_only=True):
    """Campaigns, and the entries of all their keys (ENTRY; `campaign` counts in `campaigns`; `next` is set when it is written).

    `left_out`: what could not be hashed and is therefore not in the index (names of columns).
    """

    campaigns: tuple[IndexedCampaign, ...]
    entries: np.ndarray
    key: KeyNote
    made_at: int
    left_out: tuple[str, ...] = ()
