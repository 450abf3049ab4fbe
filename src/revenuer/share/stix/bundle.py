"""A bundle: the objects of a release in one file, in canonical JSON."""

from collections.abc import Mapping, Sequence

from revenuer.share.house import House
from revenuer.share.stix.canonical import canonical, digest


def bundle_bytes(objects: Sequence[Mapping[str, object]], house: House, partner: str) -> bytes:
    """Return the bytes of a bundle of `objects`. Its id follows from what is in it: the same objects give the same bytes. Without objects it has no list of them, as
    the standard asks."""
    bundle: dict[str, object] = {
        "type": "bundle",
        "id": house.stix_id("bundle", partner, digest(objects)),
    }
    if objects:
        bundle["objects"] = list(objects)
    return canonical(bundle) + b"\n"
