"""Ed25519 keys and signatures of evidence packs (RFC 8032), by the `cryptography` library."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from revenuer.records import InputError


@dataclass(frozen=True, slots=True)
class Signer:
    """Whoever vouches for a pack."""

    key: Ed25519PrivateKey

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of the signature."""
        return self.key.sign(message)

    @property
    def public_pem(self) -> bytes:
        """The public key as PEM: what the other side needs to check."""
        return self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


def read_signing_key(path: Path) -> Signer:
    """Return the signer of a PEM file with an unencrypted Ed25519 private key. Raises InputError for anything else."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise InputError(
            f"cannot read the signing key {path}: {error.strerror}; name a file that you can read"
        ) from error
    except (ValueError, TypeError) as error:
        raise InputError(
            f"{path} is no unencrypted private key in PEM; make one with `openssl genpkey -algorithm ed25519 -out {path.name}`"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(
            f"{path} holds a {type(key).__name__}, expected an Ed25519 key; make one with `openssl genpkey -algorithm ed25519`"
        )
    return Signer(key)


def is_signed(message: bytes, signature: bytes, public_pem: bytes) -> bool:
    """Return whether the signature is the public key's over the message. Raises InputError where the key is no Ed25519 key."""
    try:
        key = serialization.load_pem_public_key(public_pem)
    except (ValueError, TypeError) as error:
        raise InputError("the public key is no PEM; give the file that the signer published") from error
    if not isinstance(key, Ed25519PublicKey):
        raise InputError(f"the public key is a {type(key).__name__}, expected an Ed25519 key")
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True
