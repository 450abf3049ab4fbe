"""A public signing key with the time in which its signatures count."""

import base64
import binascii
import hashlib
import re
from datetime import datetime

import msgspec

from revenuer.records import InputError

_B64 = re.compile(r"[A-Za-z0-9_-]{43}")


class PublicKey(msgspec.Struct, frozen=True, kw_only=True):
    """An Ed25519 key as a JWK (RFC 8037). `kid`: its RFC 7638 thumbprint. `nbf`, `exp`: seconds since 1970, from and until when what it
    signs counts (names as in JWT and OpenID Federation, since RFC 7517 has none)."""

    kid: str
    x: str
    nbf: int
    exp: int
    kty: str = "OKP"
    crv: str = "Ed25519"

    def jwk(self) -> dict[str, str]:
        """Return what a JOSE library needs of it."""
        return {"kty": self.kty, "crv": self.crv, "x": self.x}

    def published(self) -> dict[str, object]:
        """Return it as a member of a JWK set."""
        return {
            **self.jwk(),
            "kid": self.kid,
            "use": "sig",
            "alg": "Ed25519",
            "nbf": self.nbf,
            "exp": self.exp,
        }

    def is_valid(self, at: datetime) -> bool:
        """Return whether what it signs at this time counts."""
        return self.nbf <= at.timestamp() < self.exp


def thumbprint(x: str) -> str:
    """Return the RFC 7638 thumbprint of the Ed25519 key with this `x`."""
    members = f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode()
    return base64.urlsafe_b64encode(hashlib.sha256(members).digest()).rstrip(b"=").decode()


def read_key(value: object) -> PublicKey:
    """Return the key that a member of a JWK set states. Raises InputError for another kind of key, a private one, or a wrong thumbprint."""
    try:
        key = msgspec.convert(value, PublicKey)
    except msgspec.ValidationError as error:
        raise InputError(
            f"a JWK is no signing key of ours ({error}); expected kty, crv, x, kid, nbf and exp"
        ) from error
    if (key.kty, key.crv) != ("OKP", "Ed25519") or not _is_32_bytes(key.x):
        raise InputError("a JWK is no Ed25519 key; expected kty OKP, crv Ed25519 and 32 bytes in x")
    if isinstance(value, dict) and "d" in value:
        raise InputError("a JWK holds a private key; its owner must revoke it: it has left the house")
    if key.kid != thumbprint(key.x):
        raise InputError("a JWK's kid is not its RFC 7638 thumbprint; ask the partner for the set anew")
    if key.nbf >= key.exp:
        raise InputError("a JWK ends before it begins; ask the partner for the set anew")
    return key


def _is_32_bytes(text: str) -> bool:
    if _B64.fullmatch(text) is None:
        return False
    try:
        raw = base64.b64decode(text + "=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(raw) == 32 and base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == text
