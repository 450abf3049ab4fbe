"""What `share serve` mounts beside TAXII: the matching service, where the house has a prepared set. The one place that knows of both."""

from functools import partial

from revenuer.share.house import House
from revenuer.share.matching import house_match_app
from revenuer.share.matching.server import MATCH_FOLDER
from revenuer.share.taxii.assemble import Mounted


def mounts(house: House) -> tuple[Mounted, ...]:
    """Return the applications to mount, by the first part of their path."""
    if not (house.folder / MATCH_FOLDER).is_dir():
        return ()
    return (("match", partial(house_match_app, house)),)
