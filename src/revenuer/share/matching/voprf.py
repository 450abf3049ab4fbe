"""The verifiable oblivious pseudorandom function of RFC 9497 for ristretto255-SHA512: what client and server each compute.

The server learns nothing of an input but that one was asked; the client learns the function's value at that input, and that it was
computed with the key that the server published. Names of steps as in RFC 9497, section 3.3.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from revenuer.share.matching import ristretto
from revenuer.share.matching.dleq import prove, verify
from revenuer.share.matching.fault import MatchFault

OPRF_MODE, VOPRF_MODE = 0, 1
OUTPUT_BYTES = 64
MAX_INPUT_BYTES = 2**16 - 1
SUITE = b"ristretto255-SHA512"


def context_string(mode: int) -> bytes:
    """Return what separates one mode of one suite from all others. Source: RFC 9497, 3.1."""
    return b"OPRFV1-" + bytes([mode]) + b"-" + SUITE


_CONTEXT = context_string(VOPRF_MODE)
_TO_GROUP = b"HashToGroup-" + _CONTEXT


@dataclass(frozen=True, slots=True)
class OprfKey:
    """The server's key. `secret` shows in no representation."""

    secret: bytes
    public: bytes

    def __repr__(self) -> str:
        return f"OprfKey(public={self.public.hex()})"


@dataclass(frozen=True, slots=True)
class Blinded:
    """An input on its way: the scalar that hides it stays here, `element` is sent."""

    message: bytes
    blind: bytes
    element: bytes

    def __repr__(self) -> str:
        return f"Blinded(element={self.element.hex()})"


def new_key() -> OprfKey:
    """Return a key from the system's generator."""
    return key_of(ristretto.random_scalar())


def key_of(secret: bytes) -> OprfKey:
    """Return the key with this secret scalar. Raises MatchFault for zero, and for what is no canonical scalar."""
    if ristretto.checked_scalar(secret, "a secret key") == ristretto.IDENTITY:
        raise MatchFault("a secret key is zero; make a new one")
    return OprfKey(secret, ristretto.times_base(secret))


def derive_key(seed: bytes, info: bytes, mode: int = VOPRF_MODE) -> OprfKey:
    """Return the key that a seed of 32 bytes and public `info` give. Source: RFC 9497, 3.2.1."""
    derive_input = seed + len(info).to_bytes(2, "big") + info
    for counter in range(256):
        secret = ristretto.hash_to_scalar(
            derive_input + bytes([counter]), b"DeriveKeyPair" + context_string(mode)
        )
        if secret != ristretto.IDENTITY:
            return key_of(secret)
    raise MatchFault("no key follows from this seed; draw another")


def blind(message: bytes, scalar: bytes | None = None) -> Blinded:
    """Return `message`, hidden by a fresh scalar (or the given one, in tests against published vectors)."""
    scalar = ristretto.random_scalar() if scalar is None else scalar
    return Blinded(message, scalar, ristretto.times(scalar, _hashed(message)))


def blind_evaluate(
    key: OprfKey, blinded: Sequence[bytes], r: bytes | None = None
) -> tuple[list[bytes], bytes]:
    """Return the evaluated elements, and one proof that all of them were multiplied by the published key.

    Raises MatchFault for an empty batch and for an element that is none, is not canonical, or is the neutral one.
    """
    if not blinded:
        raise MatchFault("got an empty batch; ask for one element at least")
    for element in blinded:
        ristretto.checked_element(element, "a blinded element")
    evaluated = [ristretto.times(key.secret, element) for element in blinded]
    return evaluated, prove(key.secret, key.public, blinded, evaluated, _CONTEXT, r)


def finalize(
    blinded: Sequence[Blinded], evaluated: Sequence[bytes], proof: bytes, public: bytes
) -> list[bytes]:
    """Return the function's values (64 bytes each) at the inputs, in their order.

    Raises MatchFault where the answer has another number of elements than the question, an element is none, is not canonical or is the
    neutral one, or the proof does not hold for this public key: an answer that could hide a match is never taken for one without.
    """
    if len(evaluated) != len(blinded) or not blinded:
        raise MatchFault(
            f"asked about {len(blinded)} elements, the answer has {len(evaluated)}; conclude nothing from it"
        )
    ristretto.checked_element(public, "the public key")
    for element in evaluated:
        ristretto.checked_element(element, "an evaluated element")
    if not verify(public, [one.element for one in blinded], evaluated, proof, _CONTEXT):
        raise MatchFault(
            "the proof does not hold: the answer was not made with the published key, or was changed on its way; conclude nothing from it"
        )
    return [_unblinded(one, element) for one, element in zip(blinded, evaluated, strict=True)]


def evaluate(key: OprfKey, message: bytes) -> bytes:
    """Return the function's value at an input that the server itself holds: what `finalize` returns to a client."""
    return _output(message, ristretto.times(key.secret, _hashed(message)))


def _unblinded(one: Blinded, element: bytes) -> bytes:
    return _output(one.message, ristretto.times(ristretto.inverse(one.blind), element))


def _hashed(message: bytes) -> bytes:
    element = ristretto.hash_to_element(message, _TO_GROUP)
    if element == ristretto.IDENTITY:
        raise MatchFault("an input hashes to the neutral element; leave it out")
    return element


def _output(message: bytes, element: bytes) -> bytes:
    if len(message) > MAX_INPUT_BYTES:
        raise MatchFault(f"an input has {len(message)} bytes, the most is {MAX_INPUT_BYTES}; leave it out")
    head = len(message).to_bytes(2, "big") + message + len(element).to_bytes(2, "big") + element
    return hashlib.sha512(head + b"Finalize").digest()
