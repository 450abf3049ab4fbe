"""Who signs a house's releases to one audience: its current key, and the name of that chain."""

from datetime import datetime

from revenuer.share.house import House
from revenuer.share.signing.attestation import Signer
from revenuer.share.signing.own_keys import read_own_keys


def house_signer(house: House, audience: str, now: datetime, markings: tuple[str, ...] = ()) -> Signer:
    """Return the signer of releases to `audience`: a partner, or a community whose members all read the same collection.

    The chain's name does not tell the audience's. Raises UsageError where the house has no signing key that counts.
    """
    own = read_own_keys(house.keys)
    return Signer(
        key=own.current(now),
        house_id=house.identity_id,
        chain=house.stix_id("release-chain", audience),
        markings=markings,
        statements=own.statements,
    )
