"""The `next` tokens of paging: where a reader is, in which snapshot, and under which filter, sealed."""

import base64
import binascii
import hashlib
import hmac
import struct
from typing import NamedTuple

import msgspec

from revenuer.share.taxii.fault import TaxiiFault, bad_request
from revenuer.share.taxii.filters import Filter

_VERSION = b"\x01"
_PLACE = struct.Struct(">qq")
_SEAL = 16
"""Bytes of the HMAC-SHA256 that are kept: nobody guesses 128 bits online."""
MAX_TOKEN = 32_768


class Cursor(NamedTuple):
    """Pages go on after `after` (a date_added), over what was there at `snapshot`, under `filter`."""

    filter: Filter
    snapshot: int
    after: int


class NextTokens:
    """Issues and reads tokens. `key`: a secret of the store, the same for all workers and over restarts.

    The client's moves: to invent a place, to read with another partner's token, or under another filter. The seal covers partner, collection
    and resource (`scope`) beside the token's own content.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def issue(self, scope: str, cursor: Cursor) -> str:
        payload = _VERSION + _PLACE.pack(cursor.snapshot, cursor.after) + msgspec.json.encode(cursor.filter)
        return base64.urlsafe_b64encode(self._seal(scope, payload) + payload).rstrip(b"=").decode()

    def read(self, scope: str, token: str, given: Filter | None) -> Cursor:
        """Return where the token stands. `given`: the filter beside it in the request, which may be left out but not be another.

        Raises TaxiiFault (400).
        """
        cursor = self._open(scope, token)
        if given is not None and given != cursor.filter:
            raise bad_request(
                "the token in `next` was issued for other filters; repeat those of the first request, or leave them out"
            )
        return cursor

    def _open(self, scope: str, token: str) -> Cursor:
        wrong = bad_request(
            "the token in `next` is none that this resource gave to this credential; start again without it, from the last X-TAXII-Date-Added-Last"
        )
        raw = _decoded(token, wrong)
        seal, payload = raw[:_SEAL], raw[_SEAL:]
        if not hmac.compare_digest(seal, self._seal(scope, payload)):
            raise wrong
        snapshot, after = _PLACE.unpack_from(payload, 1)
        return Cursor(msgspec.json.decode(payload[1 + _PLACE.size :], type=Filter), snapshot, after)

    def _seal(self, scope: str, payload: bytes) -> bytes:
        place = hashlib.sha256(scope.encode("utf-8", "surrogatepass")).digest()
        return hmac.digest(self._key, place + payload, "sha256")[:_SEAL]


def _decoded(token: str, wrong: TaxiiFault) -> bytes:
    if len(token) > MAX_TOKEN:
        raise wrong
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise wrong from error
