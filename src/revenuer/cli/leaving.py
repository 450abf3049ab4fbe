"""The one door by which STIX objects leave the house: attested, entered in the ledger, and only then put where a partner gets them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from revenuer.share.books import open_books
from revenuer.share.house import House
from revenuer.share.ledger import LEDGER_TABLES, Departure, Ledger
from revenuer.share.policy import PartnerPolicy, label_of, refuse_unmarked
from revenuer.share.revocations import REVOCATION_TABLES, note_revocation
from revenuer.share.signing import (
    RELEASE_TABLES,
    Signer,
    issue,
    object_sha256,
    read_own_keys,
)
from revenuer.share.signing.extension import extension_definition
from revenuer.share.stix import VERSION_TABLES, marking_id
from revenuer.share.stix.versions import remember

T = TypeVar("T")
Objects = Sequence[dict[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What leaves, to whom, by which channel of the ledger, why, and under which policy (its SHA-256)."""

    partner: str
    objects: Objects
    channel: str
    purpose: str
    policy_sha256: str
    now: datetime


def leave(
    house: House, leaving: Leaving, policy: PartnerPolicy, put: Callable[[Objects], T]
) -> tuple[dict[str, object], T]:
    """Attest to the objects (and the definition of what an attestation is), note which versions the partner is given, enter all of it in the ledger, then hand objects and attestation to `put`.

    What `put` fails to deliver stands in the ledger as left and in the chain as released: do it again, which is harmless. Raises RefusedError for an object without a TLP marking. Returns the attestation, and what `put` returns.
    """
    objects = [*leaving.objects, extension_definition()]
    refuse_unmarked(objects)
    signer = Signer(
        key=(keys := read_own_keys(house.keys)).current(leaving.now),
        house_id=house.identity_id,
        chain=house.stix_id("chain", leaving.partner),
        markings=(marking_id(policy.tlp),),
        statements=keys.statements,
    )
    tables = (*RELEASE_TABLES, *VERSION_TABLES, *LEDGER_TABLES, *REVOCATION_TABLES)
    with open_books(house.books, tables) as books:
        books.execute("BEGIN IMMEDIATE")
        with books:
            attestation = issue(books, objects, signer, leaving.partner, leaving.now)
            remember(books, leaving.partner, objects)
            for one in objects:
                if one.get("revoked") is True:
                    note_revocation(books, str(one["id"]), leaving.partner, leaving.now)
            Ledger(books).append(*(_departure(one, leaving) for one in (*objects, attestation)))
    return attestation, put([*objects, attestation])


def _departure(one: dict[str, object], leaving: Leaving) -> Departure:
    return Departure(
        time=leaving.now,
        partner=leaving.partner,
        channel=leaving.channel,
        object_id=str(one["id"]),
        modified=str(one.get("modified", "")),
        sha256=object_sha256(one),
        marking=label_of(one),
        policy_sha256=leaving.policy_sha256,
        purpose=leaving.purpose,
    )
