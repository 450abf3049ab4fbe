"""The proof that one secret scalar made all of a batch's products and the public key. Source: RFC 9497, 2.2."""

import hashlib
from collections.abc import Sequence

from revenuer.share.matching import ristretto

PROOF_BYTES = 2 * ristretto.SCALAR_BYTES
MAX_BATCH = 2**16 - 1
"""The RFC counts a batch's elements in two bytes."""


def prove(
    secret: bytes,
    public: bytes,
    before: Sequence[bytes],
    after: Sequence[bytes],
    context: bytes,
    r: bytes | None = None,
) -> bytes:
    """Return the 64 bytes of a proof that `after` is `before` times `secret`; `r` is drawn unless a test gives it."""
    m = _composite(public, before, after, context)[0]
    z = ristretto.times(secret, m)
    r = ristretto.random_scalar() if r is None else r
    c = _challenge(public, m, z, ristretto.times_base(r), ristretto.times(r, m), context)
    return c + ristretto.minus_product(r, c, secret)


def verify(
    public: bytes, before: Sequence[bytes], after: Sequence[bytes], proof: bytes, context: bytes
) -> bool:
    """Return whether the proof holds. Raises MatchFault where it is not two canonical scalars; both lists hold checked elements."""
    c = ristretto.checked_scalar(proof[: ristretto.SCALAR_BYTES], "the first half of the proof")
    s = ristretto.checked_scalar(proof[ristretto.SCALAR_BYTES :], "the second half of the proof")
    if ristretto.IDENTITY in (c, s):
        return False
    m, z = _composite(public, before, after, context, with_after=True)
    t2 = ristretto.plus(ristretto.times_base(s), ristretto.times(c, public))
    t3 = ristretto.plus(ristretto.times(s, m), ristretto.times(c, z))
    return _challenge(public, m, z, t2, t3, context) == c


def _composite(
    public: bytes, before: Sequence[bytes], after: Sequence[bytes], context: bytes, with_after: bool = False
) -> tuple[bytes, bytes]:
    """Return the batch's elements as one, by weights that nobody can choose; of `after` only where the caller cannot compute it cheaper."""
    seed = hashlib.sha512(_framed(public, b"Seed-" + context)).digest()
    to_scalar = b"HashToScalar-" + context
    m = z = b""
    for i, (one, other) in enumerate(zip(before, after, strict=True)):
        transcript = _framed(seed) + i.to_bytes(2, "big") + _framed(one, other) + b"Composite"
        weight = ristretto.hash_to_scalar(transcript, to_scalar)
        m = _added(m, ristretto.times(weight, one))
        if with_after:
            z = _added(z, ristretto.times(weight, other))
    return m, z


def _added(total: bytes, element: bytes) -> bytes:
    return ristretto.plus(total, element) if total else element


def _challenge(public: bytes, m: bytes, z: bytes, t2: bytes, t3: bytes, context: bytes) -> bytes:
    return ristretto.hash_to_scalar(_framed(public, m, z, t2, t3) + b"Challenge", b"HashToScalar-" + context)


def _framed(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)
