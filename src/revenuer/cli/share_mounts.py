"""What `share serve` mounts beside TAXII: the matching service, where the house has a prepared set. The one place that knows of both."""

from revenuer.share.house import House
from revenuer.share.taxii.assemble import Mounted

MATCH_SET = "match.set"


def mounts(house: House) -> tuple[Mounted, ...]:
    """Return the applications to mount, by the first part of their path."""
    if not (house.folder / MATCH_SET).exists():
        return ()
    from revenuer.share.matching import match_app  # type: ignore[import-not-found, unused-ignore]

    return (("match", match_app(house, house.folder / MATCH_SET)),)
