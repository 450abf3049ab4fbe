"""Who asks: a partner's token, or its client certificate, or both."""

import base64
import binascii
from collections.abc import Callable
from typing import Any, NamedTuple

from revenuer.share.taxii.credentials import KeyRing
from revenuer.share.taxii.fault import TaxiiFault
from revenuer.share.taxii.settings import Settings

TLS_PEER = "revenuer.tls_peer"
"""Key of an ASGI scope under which the connection tells the client's certificate, verified by TLS."""
_CHALLENGE = (b"www-authenticate", b'Basic realm="TAXII", charset="UTF-8"'), (b"www-authenticate", b"Bearer")


class TlsPeer(NamedTuple):
    """`sha256`: of the certificate (DER), in hex. `name`: its common name, if it has one."""

    sha256: str
    name: str | None


class Caller(NamedTuple):
    """`credential`: id of the token, or `certificate:` and the start of its hash; for the record of what was served."""

    partner: str
    credential: str


class Gate:
    """Names the caller, or refuses with 401. Every refusal looks alike: which part was wrong is nobody's business."""

    def __init__(self, settings: Callable[[], Settings], keys: Callable[[], KeyRing]) -> None:
        self._settings, self._keys = settings, keys

    def caller(self, scope: Any, authorization: str | None, now: int) -> Caller:
        """Return who asks. Raises TaxiiFault (401)."""
        settings = self._settings()
        peer: TlsPeer | None = scope.get(TLS_PEER)
        certified = None if peer is None else settings.partner_of_certificate(*peer)
        if authorization is None:
            if peer is None or certified is None:
                raise _refusal()
            return Caller(certified, f"certificate:{peer.sha256[:16]}")
        user, token = _presented(authorization)
        holder = self._keys().holder(token, now)
        if holder is None or (user is not None and user != holder.partner):
            raise _refusal()
        if certified is not None and certified != holder.partner:
            raise _refusal()
        if settings.guest(holder.partner).needs_certificate and certified is None:
            raise _refusal()
        return Caller(holder.partner, holder.id)


def _presented(authorization: str) -> tuple[str | None, str]:
    """Return the user (None: not given) and the token of an Authorization header: Basic, Bearer or Token."""
    scheme, _, rest = authorization.partition(" ")
    rest = rest.strip()
    if scheme.lower() in ("bearer", "token"):
        return None, rest
    if scheme.lower() != "basic":
        raise _refusal()
    try:
        user, colon, token = base64.b64decode(rest, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError) as error:
        raise _refusal() from error
    if not colon:
        raise _refusal()
    return user, token


def _refusal() -> TaxiiFault:
    return TaxiiFault(
        401,
        "Unauthorized",
        "this server wants a credential in force: Basic with your partner name and token, Bearer with the token, or your client certificate",
        headers=_CHALLENGE,
    )
