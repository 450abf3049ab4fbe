"""Signatures as JWS (RFC 7515) with Ed25519 (`alg` Ed25519, RFC 9864), of exactly one purpose each: `typ` says which."""

import base64
import binascii
import json
import re
from typing import Any

from revenuer.records import InputError, MissingDependencyError
from revenuer.share.signing.public_key import PublicKey

ALG = "Ed25519"
ATTESTATION, MATCH_SET, KEY_STATEMENT = "release-attestation+jws", "match-set+jws", "key-statement+jws"
"""What a signature is for. One that was made for one purpose counts for no other."""

MOST_HEADER = 1024
_COMPACT = re.compile(r"[A-Za-z0-9_-]{1,2048}\.[A-Za-z0-9_-]{0,65536}\.[A-Za-z0-9_-]{86}")


def sign(payload: bytes, jwk: dict[str, str], kid: str, purpose: str) -> str:
    """Return the compact JWS of `payload` by the private key `jwk`."""
    jws, key = _joserfc(jwk)
    header = {"alg": ALG, "kid": kid, "typ": purpose}
    return str(jws.serialize_compact(header, payload, key, algorithms=[ALG]))


def detached(compact: str) -> str:
    """Return the JWS without its payload, which the reader has anyhow. Source: RFC 7515, appendix F."""
    head, _, signature = compact.split(".")
    return f"{head}..{signature}"


def header_of(compact: str) -> dict[str, str]:
    """Return the protected header. Raises InputError unless it has `alg` Ed25519, `kid` and `typ`, all texts, and nothing else: what we do
    not know we cannot have checked (RFC 7515, 4.1.11)."""
    if _COMPACT.fullmatch(compact) is None:
        raise InputError("a signature is no compact JWS with Ed25519; ask the partner what signed it")
    try:
        header: Any = json.loads(_decoded(compact.split(".")[0])[:MOST_HEADER])
    except (ValueError, RecursionError) as error:
        raise InputError("a signature's header is no JSON; ask the partner what signed it") from error
    if not isinstance(header, dict) or header.keys() != {"alg", "kid", "typ"} or header["alg"] != ALG:
        raise InputError(f"a signature's header must have alg {ALG}, kid and typ and nothing else")
    if not all(isinstance(value, str) for value in header.values()):
        raise InputError("a signature's header must have texts only")
    return header


def payload_of(compact: str) -> bytes:
    """Return what an attached JWS carries. Not checked here: the signature."""
    header_of(compact)
    return _decoded(compact.split(".")[1])


def is_signed(payload: bytes, signature: str, key: PublicKey, purpose: str) -> bool:
    """Return whether `signature`, attached or detached, is this key's over `payload` and for this purpose."""
    header = header_of(signature)
    if header["typ"] != purpose or header["kid"] != key.kid:
        return False
    head, _, last = signature.split(".")
    jws, imported = _joserfc(key.jwk())
    from joserfc.errors import JoseError

    body = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
    try:
        jws.deserialize_compact(f"{head}.{body}.{last}", imported, algorithms=[ALG])
    except JoseError:
        return False
    return True


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError("a signature is no base64url; ask the partner what signed it") from error


def _joserfc(jwk: dict[str, str]) -> tuple[Any, Any]:
    try:
        from joserfc import jws
        from joserfc.errors import JoseError
        from joserfc.jwk import OKPKey
    except ImportError as error:
        raise MissingDependencyError(
            "signing needs joserfc; install it with `pip install 'revenuer[share]'`"
        ) from error
    try:
        return jws, OKPKey.import_key({**jwk})
    except (JoseError, ValueError, TypeError) as error:
        raise InputError("a key is no Ed25519 key; make one with `revenuer share key new`") from error
