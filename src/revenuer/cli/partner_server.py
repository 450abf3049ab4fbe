"""A partner's TAXII server: what we send there."""

from collections.abc import Sequence
from dataclasses import dataclass

from revenuer.share.house import House
from revenuer.share.stix import canonical
from revenuer.share.taxii.client import open_client, system_jitter
from revenuer.share.taxii.link import Pace
from revenuer.share.taxii.push import push


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of the objects: `taken` by the partner's server, still `pending` there, and (id, why) of those that it refused."""

    taken: int
    pending: int
    refused: tuple[tuple[str, str], ...]


def send(house: House, partner: str, collection: str | None, objects: Sequence[dict[str, object]]) -> Sent:
    """Push objects to a partner's collection. Sending them again is harmless."""
    client = open_client(house, partner, collection=collection)
    try:
        results = push(client, [canonical(one) for one in objects], Pace(jitter=system_jitter))
    finally:
        client.close()
    return Sent(
        taken=sum(one.successes for one in results),
        pending=sum(len(one.pendings) for one in results),
        refused=tuple(failure for one in results for failure in one.failures),
    )
