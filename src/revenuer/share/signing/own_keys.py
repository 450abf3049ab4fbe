"""Our signing keys: made, rotated with an overlap, revoked, published. Pure functions over what one private file holds."""

from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from revenuer.records import InputError, MissingDependencyError, UsageError
from revenuer.share.signing.canonical import canonical
from revenuer.share.signing.jws import KEY_STATEMENT, sign
from revenuer.share.signing.key_ring import KeyRing, KeyStatement, statement_bytes
from revenuer.share.signing.public_key import PublicKey, thumbprint

KEYS_FILE = "signing.json"
KEYS_VERSION = 1
LIFE = timedelta(days=365)
OVERLAP = timedelta(days=30)


class PrivateKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key with its secret `d` (base64url), which shows in no representation."""

    public: PublicKey
    d: str

    def __repr__(self) -> str:
        return f"PrivateKey(kid={self.public.kid})"

    def sign(self, payload: bytes, purpose: str) -> str:
        """Return the attached JWS of `payload` for one purpose."""
        return sign(payload, {**self.public.jwk(), "d": self.d}, self.public.kid, purpose)


class OwnKeys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All keys that this house ever had, oldest first, and what they said of each other. `revoked`: kid -> reason."""

    schema_version: int = KEYS_VERSION
    keys: tuple[PrivateKey, ...] = ()
    statements: tuple[str, ...] = ()
    revoked: dict[str, str] = {}

    def current(self, now: datetime) -> PrivateKey:
        """Return the youngest key that counts now. Raises UsageError where there is none."""
        for key in reversed(self.keys):
            if key.public.is_valid(now) and key.public.kid not in self.revoked:
                return key
        raise UsageError(
            "no signing key counts now; make one with `revenuer share key new`, or `rotate` before the old one ends"
        )

    def jwk_set(self) -> bytes:
        """Return what partners get: public keys and statements, nothing secret."""
        return (
            canonical(
                {"keys": [key.public.published() for key in self.keys], "statements": list(self.statements)}
            )
            + b"\n"
        )

    def ring(self) -> KeyRing:
        """Return our keys as a partner sees them who takes the published set."""
        return KeyRing(keys={key.public.kid: key.public for key in self.keys}).after(self.statements)


def first_key(now: datetime, life: timedelta = LIFE) -> OwnKeys:
    """Return a house's keys with a first one in it."""
    return OwnKeys(keys=(_new_key(now, life),))


def rotated(own: OwnKeys, now: datetime, life: timedelta = LIFE, overlap: timedelta = OVERLAP) -> OwnKeys:
    """Return the keys with a new one, which the current one introduces; what the current one signs counts for `overlap` longer."""
    old = own.current(now)
    new = _new_key(now, life)
    end = min(old.public.exp, int((now + overlap).timestamp()))
    statement = KeyStatement(type="introduction", time=int(now.timestamp()), key=new.public, signer_exp=end)
    ended = msgspec.structs.replace(old, public=msgspec.structs.replace(old.public, exp=end))
    kept = tuple(ended if key is old else key for key in own.keys)
    return msgspec.structs.replace(
        own,
        keys=(*kept, new),
        statements=(*own.statements, old.sign(statement_bytes(statement), KEY_STATEMENT)),
    )


def revoked(own: OwnKeys, kid: str, reason: str, now: datetime) -> OwnKeys:
    """Return the keys with one revoked, by a signed statement of the current one.

    Raises UsageError for an unknown or revoked key, and for the only one that counts: rotate first, so that there is one to go on with.
    """
    if kid not in {key.public.kid for key in own.keys}:
        raise UsageError(f"no key {kid!r}; see `revenuer share key show`")
    if kid in own.revoked:
        raise UsageError(f"the key {kid} is revoked already: {own.revoked[kid]}")
    signer = own.current(now)
    if signer.public.kid == kid:
        raise UsageError(
            "this is the key that signs now; make a new one first with `revenuer share key rotate`, then revoke this one"
        )
    statement = KeyStatement(type="revocation", time=int(now.timestamp()), kid=kid, reason=reason)
    return msgspec.structs.replace(
        own,
        statements=(*own.statements, signer.sign(statement_bytes(statement), KEY_STATEMENT)),
        revoked={**own.revoked, kid: reason},
    )


def read_own_keys(folder: Path) -> OwnKeys:
    """Return the keys in a house's folder of keys. Raises UsageError where there are none yet, InputError for a file that is none."""
    path = folder / KEYS_FILE
    try:
        own = msgspec.json.decode(path.read_bytes(), type=OwnKeys)
    except FileNotFoundError as error:
        raise UsageError(f"{folder} has no signing key; make one with `revenuer share key new`") from error
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; see that you may read it") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(
            f"{path} holds no signing keys ({type(error).__name__}); restore it from a copy"
        ) from error
    if own.schema_version != KEYS_VERSION:
        raise InputError(
            f"{path} has schema_version {own.schema_version}, this program reads {KEYS_VERSION}: upgrade whichever is older"
        )
    return own


def own_keys_bytes(own: OwnKeys) -> bytes:
    """Return what the private file holds."""
    return msgspec.json.format(msgspec.json.encode(own), indent=1) + b"\n"


def _new_key(now: datetime, life: timedelta) -> PrivateKey:
    try:
        from joserfc.jwk import OKPKey
    except ImportError as error:
        raise MissingDependencyError(
            "signing needs joserfc; install it with `pip install 'revenuer[share]'`"
        ) from error
    jwk = OKPKey.generate_key("Ed25519").as_dict(private=True)
    x, d = str(jwk["x"]), str(jwk["d"])
    start = int(now.timestamp())
    return PrivateKey(
        public=PublicKey(kid=thumbprint(x), x=x, nbf=start, exp=start + int(life.total_seconds())), d=d
    )
