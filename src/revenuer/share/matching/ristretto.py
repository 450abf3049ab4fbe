"""The group ristretto255 with SHA-512, as RFC 9497 uses it: hashing to elements and scalars, and arithmetic by libsodium (`rbcl`).

Multiplication by a secret runs in constant time as far as libsodium does; lengths of inputs, and Python's own handling of bytes, do not.
"""

import functools
import hashlib
import os
import sys
from contextlib import suppress
from typing import Any

from revenuer.records import MissingDependencyError
from revenuer.share.matching.fault import MatchFault

ELEMENT_BYTES = SCALAR_BYTES = 32
FIELD = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
IDENTITY = bytes(ELEMENT_BYTES)
"""The encoding of the neutral element, which no honest message ever holds."""

_BLOCK_BYTES = 128
_UNIFORM_BYTES = 64


@functools.cache
def sodium() -> Any:
    """Return the bindings. Raises MissingDependencyError where they are absent or cannot be loaded.

    rbcl unpacks the library into a file of the temporary folder at every start and leaves it there; it is removed once it is loaded.
    """
    try:
        import rbcl
    except (ImportError, OSError) as error:
        raise MissingDependencyError(
            f"private matching needs libsodium's bindings ({error}); install them with `pip install 'revenuer[share]'`,"
            " and see that programs may be run from the temporary folder"
        ) from error
    unpacked = getattr(sys.modules.get("rbcl._sodium"), "lib_path", None)
    if isinstance(unpacked, str):
        with suppress(OSError):
            os.unlink(unpacked)
    return rbcl


def hash_to_element(message: bytes, dst: bytes) -> bytes:
    """Return the element that `message` hashes to under the domain `dst`. Source: RFC 9497, 4.1; RFC 9380, appendix B."""
    return bytes(sodium().crypto_core_ristretto255_from_hash(expand_message(message, dst)))


def hash_to_scalar(message: bytes, dst: bytes) -> bytes:
    """Return the scalar that `message` hashes to under the domain `dst`. Source: RFC 9497, 4.1."""
    return (int.from_bytes(expand_message(message, dst), "little") % ORDER).to_bytes(SCALAR_BYTES, "little")


def expand_message(message: bytes, dst: bytes) -> bytes:
    """Return the 64 uniform bytes of expand_message_xmd with SHA-512, for which one block is enough. Source: RFC 9380, 5.3.1."""
    if not 0 < len(dst) < 256:
        raise ValueError(f"a domain separation tag has 1 to 255 bytes, this one {len(dst)}")
    dst_prime = dst + bytes([len(dst)])
    whole = bytes(_BLOCK_BYTES) + message + _UNIFORM_BYTES.to_bytes(2, "big") + b"\x00" + dst_prime
    return hashlib.sha512(hashlib.sha512(whole).digest() + b"\x01" + dst_prime).digest()


def checked_element(encoding: bytes, what: str) -> bytes:
    """Return the encoding. Raises MatchFault unless it is the canonical one of an element other than the neutral one."""
    if len(encoding) != ELEMENT_BYTES:
        raise MatchFault(
            f"{what} has {len(encoding)} bytes, expected {ELEMENT_BYTES}; conclude nothing from it"
        )
    if encoding == IDENTITY:
        raise MatchFault(
            f"{what} is the neutral element, which no honest peer sends; conclude nothing from it"
        )
    number = int.from_bytes(encoding, "little")
    # libsodium leaves the highest bit unread, so that one element would have two encodings (RFC 9496, 4.3.1, allows one).
    is_canonical = number < FIELD and number % 2 == 0
    if not is_canonical or not sodium().crypto_core_ristretto255_is_valid_point(encoding):
        raise MatchFault(f"{what} is no canonical encoding of an element; conclude nothing from it")
    return encoding


def checked_scalar(encoding: bytes, what: str) -> bytes:
    """Return the encoding. Raises MatchFault unless it is that of a scalar below the group's order."""
    if len(encoding) != SCALAR_BYTES or int.from_bytes(encoding, "little") >= ORDER:
        raise MatchFault(f"{what} is no canonical scalar; conclude nothing from it")
    return encoding


def random_scalar() -> bytes:
    """Return a scalar other than zero from the system's generator."""
    return bytes(sodium().crypto_core_ristretto255_scalar_random())


def times(scalar: bytes, element: bytes) -> bytes:
    """Return scalar * element. Raises MatchFault where the product is the neutral element."""
    try:
        return bytes(sodium().crypto_scalarmult_ristretto255(scalar, element))
    except (ValueError, RuntimeError) as error:
        raise MatchFault(
            "a product is the neutral element, or a factor is no element; conclude nothing from it"
        ) from error


def times_base(scalar: bytes) -> bytes:
    """Return scalar * generator, for a scalar other than zero."""
    return bytes(sodium().crypto_scalarmult_ristretto255_base(scalar))


def plus(one: bytes, other: bytes) -> bytes:
    """Return the sum of two elements."""
    return bytes(sodium().crypto_core_ristretto255_add(one, other))


def inverse(scalar: bytes) -> bytes:
    """Return the inverse of a scalar other than zero."""
    return bytes(sodium().crypto_core_ristretto255_scalar_invert(scalar))


def minus_product(minuend: bytes, one: bytes, other: bytes) -> bytes:
    """Return minuend - one * other, all scalars; in libsodium, since two of them are secret where a proof is made."""
    bindings = sodium()
    product = bindings.crypto_core_ristretto255_scalar_mul(one, other)
    return bytes(bindings.crypto_core_ristretto255_scalar_sub(minuend, product))
