"""One row of a set: where to find an item, and what holding the item reveals, sealed so that only who holds it can open it.

All is derived from the function's value at the item, which a client gets of items that it holds and the budget covers. A row looks random to
everybody else. An item of several campaigns has several rows (slots), which nobody else can tell to belong together.
"""

import hmac
import uuid
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from revenuer.records import InputError

TAG_BYTES = 8
PAYLOAD_BYTES = 17
SEALED_BYTES = PAYLOAD_BYTES + 16
ROW_BYTES = TAG_BYTES + SEALED_BYTES
SEED_BYTES = 32
MOST_SLOTS = 8
"""Campaigns that one item reveals at most, surest first."""

_DOMAIN = b"revenuer match row 1"
_PREFIX = "campaign--"


@dataclass(frozen=True, slots=True, order=True)
class Payload:
    """What an item reveals: a campaign's STIX id and the confidence in it, 0 to 100."""

    campaign: str
    confidence: int

    def packed(self) -> bytes:
        """Return the 17 bytes that are sealed. Raises InputError for another id or confidence."""
        try:
            if not self.campaign.startswith(_PREFIX) or not 0 <= self.confidence <= 100:
                raise ValueError
            return uuid.UUID(self.campaign.removeprefix(_PREFIX)).bytes + bytes([self.confidence])
        except ValueError as error:
            raise InputError(
                "an item needs a STIX campaign id and a confidence from 0 to 100; mend the list of items"
            ) from error


def seed_of(output: bytes) -> bytes:
    """Return what of the function's value all rows of its item follow from."""
    return output[:SEED_BYTES]


def row_of(seed: bytes, slot: int, payload: bytes, key_id: bytes) -> bytes:
    """Return the row: a tag of 8 bytes and the payload under AES-SIV (RFC 5297), which gives nothing away where the payload of one item is
    replaced later."""
    tag, key = _derived(seed, slot)
    return tag + AESSIV(key).encrypt(payload, [key_id])


def tag_of(seed: bytes, slot: int) -> int:
    """Return the tag of an item's row as the number that tables are sorted by."""
    return int.from_bytes(_derived(seed, slot)[0], "little")


def opened(seed: bytes, slot: int, sealed: bytes, key_id: bytes) -> Payload | None:
    """Return what a row reveals, or None where it is not this item's."""
    try:
        packed = AESSIV(_derived(seed, slot)[1]).decrypt(sealed, [key_id])
    except InvalidTag:
        return None
    return Payload(_PREFIX + str(uuid.UUID(bytes=packed[:16])), packed[16])


def _derived(seed: bytes, slot: int) -> tuple[bytes, bytes]:
    block = hmac.digest(seed, _DOMAIN + bytes([slot]), "sha512")
    return block[:TAG_BYTES], block[TAG_BYTES : TAG_BYTES + 32]
