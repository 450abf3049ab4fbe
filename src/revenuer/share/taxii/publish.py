"""Puts objects of our own into a collection of our own store."""

import uuid
from collections.abc import Sequence
from functools import partial

from revenuer.share.taxii.answer import status_body
from revenuer.share.taxii.intake import IntakeLimits, Offered, offer, read_objects
from revenuer.share.taxii.stored import Post, Store, Taken

OWN = ""
"""Stands for ourselves where a partner's name would: no partner has it."""


def read_bundle(raw: bytes, limits: IntakeLimits) -> Sequence[dict[str, object]]:
    """Return the objects of a bundle, an envelope or a list. Raises TaxiiFault, naming each element without a STIX id."""
    return read_objects(raw, limits.objects * 1000, bare=True)


def put_objects(
    store: Store,
    collection: str,
    objects: Sequence[dict[str, object]],
    limits: IntakeLimits,
    source: str,
    now: int,
) -> Sequence[Taken]:
    """Store `objects`, so many at once as a post may hold, and return what became of each. Raises StoreFault: then the posts before are in."""
    taken: list[Taken] = []
    for start in range(0, len(objects), limits.objects):
        part = tuple(offer(one, limits) for one in objects[start : start + limits.objects])
        taken += _put(store, collection, part, source, now)
    return taken


def _put(store: Store, collection: str, part: tuple[Offered, ...], source: str, now: int) -> Sequence[Taken]:
    kept: list[Taken] = []

    def tell(status_id: str, taken: Sequence[Taken]) -> bytes:
        kept.extend(taken)
        return status_body(status_id, now, taken)

    status_id = str(uuid.uuid4())
    store.post(
        Post(
            collection=collection,
            objects=part,
            partner=source,
            now=now,
            status_id=status_id,
            tell=partial(tell, status_id),
        )
    )
    return kept
