"""Pseudonyms of accounts: keyed by a secret of the house, other for each partner, new each epoch. Without the secret nobody can test a guess."""

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from revenuer.records import InputError
from revenuer.share.house import House

SECRET_FILE = "pseudonyms.key"
_SECRET_BYTES = 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """The pseudonyms of one partner in one epoch, which began on the day `epoch`."""

    key: bytes
    epoch: str

    def __repr__(self) -> str:
        return f"Pseudonyms({self.epoch})"

    def of(self, kind: str, identifier: str) -> str:
        """Return the pseudonym of an account (or, by another `kind`, of a cluster): 128 bits in hex."""
        message = f"{kind}\x1f{identifier}".encode("utf-8", "surrogatepass")
        return hmac.new(self.key, message, hashlib.sha256).hexdigest()[:32]


def pseudonyms(secret: bytes, partner: str, at: datetime, epoch_days: int) -> Pseudonyms:
    """Return the pseudonyms for a partner at a time. Epochs of so many days follow each other from 1970-01-01 on."""
    days = (at - _EPOCH) // timedelta(days=1)
    epoch = (_EPOCH + timedelta(days=days - days % epoch_days)).date().isoformat()
    message = f"revenuer share pseudonyms 1\x1f{partner}\x1f{epoch}".encode()
    return Pseudonyms(hmac.new(secret, message, hashlib.sha256).digest(), epoch)


def house_secret(house: House) -> bytes:
    """Return the house's secret for pseudonyms, drawn at its first use. Raises InputError where it cannot be read, or made."""
    path = house.keys / SECRET_FILE
    try:
        if not path.exists():
            _draw(path)
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot read or make the secret for pseudonyms {path}: {error}; check the folder's rights, or restore the file from a copy"
        ) from error
    if len(secret) < _SECRET_BYTES:
        raise InputError(
            f"the secret for pseudonyms {path} has {len(secret)} bytes, expected {_SECRET_BYTES}; restore the file from a copy"
        )
    return secret


def _draw(path: Path) -> None:
    """Make the file whole, or leave the one that somebody else made meanwhile."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(_SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(partial, path)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
