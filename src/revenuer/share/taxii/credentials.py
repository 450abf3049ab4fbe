"""Partners' tokens: made here, shown once, kept as hashes in the house's credentials.json."""

import fcntl
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from revenuer.records import InputError, UsageError

CREDENTIALS_FILE = "credentials.json"
SCHEMA_VERSION = 1
_PREFIX = "rvt"
_ID_BYTES, _SECRET_BYTES = 6, 32
MAX_TOKEN = 256


class Credential(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A token of a partner. Times in microseconds since 1970 UTC.

    `sha256`: of the whole token, in hex. One fast hash is enough: the token holds 256 bits from the system's generator, and no dictionary or
    table helps against those; a slow hash protects what people choose, and would cost each page a tenth of a second.
    """

    id: str
    partner: str
    sha256: str
    added: int
    expires: int | None = None
    revoked: int | None = None

    def holds(self, now: int) -> bool:
        return self.revoked is None and (self.expires is None or now < self.expires)


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schema_version: int
    credentials: tuple[Credential, ...]


class KeyRing:
    """The credentials of one file, by id."""

    def __init__(self, credentials: Sequence[Credential] = ()) -> None:
        self._by_id = {one.id: one for one in credentials}

    def holder(self, token: str, now: int) -> Credential | None:
        """Return the credential that `token` is, if it is in force. Which part of a wrong token was wrong does not show in the time taken."""
        if len(token) > MAX_TOKEN:
            return None
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
        parts = token.split("_", 2)
        found = self._by_id.get(parts[1]) if len(parts) == 3 else None
        right = hmac.compare_digest(digest, found.sha256 if found is not None else "0" * 64)
        return found if found is not None and right and found.holds(now) else None


def read_credentials(path: Path) -> tuple[Credential, ...]:
    """Return the credentials in `path`, none where there is no file. Raises InputError."""
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} is no file of credentials: {error}; restore it, or remove it and give every partner a new token"
        ) from error
    if file.schema_version != SCHEMA_VERSION:
        raise InputError(
            f"{path} has schema_version {file.schema_version}, this program reads {SCHEMA_VERSION}: upgrade whichever is older"
        )
    return file.credentials


def add_credential(path: Path, partner: str, now: int, expires: int | None) -> tuple[Credential, str]:
    """Enter a new credential of `partner`, and return it with its token, which is kept nowhere."""
    name = secrets.token_hex(_ID_BYTES)
    token = f"{_PREFIX}_{name}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    credential = Credential(
        id=name,
        partner=partner,
        sha256=hashlib.sha256(token.encode()).hexdigest(),
        added=now,
        expires=expires,
    )
    _change(path, lambda before: (*before, credential))
    return credential, token


def revoke_credential(path: Path, name: str, now: int) -> Credential:
    """Enter that the credential is revoked from now on, and return it. Raises UsageError where there is none of that id."""
    revoked: list[Credential] = []

    def changed(before: tuple[Credential, ...]) -> tuple[Credential, ...]:
        after = tuple(
            msgspec.structs.replace(one, revoked=one.revoked or now) if one.id == name else one
            for one in before
        )
        revoked.extend(one for one in after if one.id == name)
        return after

    _change(path, changed)
    if not revoked:
        raise UsageError(f"{path} has no credential {name!r}; `revenuer share credential list` shows them")
    return revoked[0]


def _change(path: Path, changed: Callable[[tuple[Credential, ...]], tuple[Credential, ...]]) -> None:
    """Write the file anew, whole or not at all, while nobody else does."""
    with _alone(path):
        file = _File(schema_version=SCHEMA_VERSION, credentials=changed(read_credentials(path)))
        partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
        try:
            with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    try:
        handle = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise UsageError(
            f"cannot write beside {path}: {error.strerror}; check the folder's rights"
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
