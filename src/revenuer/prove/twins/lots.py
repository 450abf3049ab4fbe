"""Which of several draws is released, and which requests are drawn twice: by lots that follow from a seed fixed in the log's first line."""

import hashlib
import hmac

SEED_BYTES = 32


def released_of(seed: bytes, reservation: int, draws: int) -> int:
    """Return the number, from 0, of the draw that is released: HMAC-SHA-256(seed, "released <reservation>") modulo `draws`.

    It is known before any text exists, and nobody can choose it once the seed is fixed. The modulus favours no draw by more than 2**-250.
    """
    return lot(seed, f"released {reservation}") % draws


def is_sampled(seed: bytes, request_id: str, share: float) -> bool:
    """Return whether twins are drawn for this request: a `share` of requests, the same ones on every node. Raises ValueError for a share
    outside of 0 to 1."""
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"expected a share between 0 and 1, got {share}")
    return lot(seed, f"sampled {request_id}") < int(share * float(1 << 256))


def lot(seed: bytes, name: str) -> int:
    """Return the whole number below 2**256 that a seed and a name give: HMAC-SHA-256(seed, name), big-endian."""
    return int.from_bytes(hmac.new(seed, name.encode(), hashlib.sha256).digest(), "big")
