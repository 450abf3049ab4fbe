"""What we answer to a peer's object: that we saw it too, or that we think it wrong. Fixed words and bucketed counts only."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from revenuer.share.house import House
from revenuer.share.stix import wording
from revenuer.share.stix.compose import Composer, StixObject, identity, timestamp
from revenuer.share.stix.disclosed import Marks
from revenuer.share.stix.tlp import Tlp, marking_definition

Opinion = Literal["strongly-disagree", "disagree", "neutral", "agree", "strongly-agree"]
_ALLOWED = frozenset({"sighting", "opinion", "note"})


def sighting_of(
    peer_object: str,
    house: House,
    partner: str,
    marks: Marks,
    *,
    seen: tuple[datetime, datetime] | None = None,
    count: int | None = None,
) -> StixObject:
    """Return our sighting of a peer's indicator or campaign, still without `created` and `modified`. The caller passes times and count coarsened."""
    composer = Composer(house, partner, marks, _ALLOWED)
    times = {} if seen is None else {"first_seen": timestamp(seen[0]), "last_seen": timestamp(seen[1])}
    return composer.made(
        "sighting",
        (peer_object,),
        sighting_of_ref=peer_object,
        where_sighted_refs=[house.identity_id],
        count=count,
        **times,
    )


def opinion_on(peer_object: str, house: House, partner: str, marks: Marks, opinion: Opinion) -> StixObject:
    """Return our opinion on a peer's object: `disagree` and `strongly-disagree` dispute it. One object for each, whose later versions change the mind."""
    disputed = opinion in ("disagree", "strongly-disagree")
    agreed = opinion in ("agree", "strongly-agree")
    words = wording.FALSE_POSITIVE if disputed else wording.CONFIRMED if agreed else None
    composer = Composer(house, partner, marks, _ALLOWED)
    return composer.made(
        "opinion", (peer_object,), opinion=opinion, explanation=words, object_refs=[peer_object]
    )


def frame_of(house: House, marks: Marks) -> Iterable[StixObject]:
    """Return what feedback needs beside it: who speaks, and the markings."""
    return [
        identity(house),
        *(marking_definition(tlp) for tlp in sorted({Tlp.CLEAR, marks.tlp}, key=list(Tlp).index)),
    ]
