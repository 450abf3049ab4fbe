"""Keys of our marks: one secret file, from it a key for each scheme, label and epoch, and decoy keys that mark nothing.

A derived secret is HMAC-SHA256(master, "revenuer mark 1|scheme|label|epoch"): who holds one secret learns nothing of the others or of the
master. Its first bytes are the words of the mark's key, its SHA-256 commitment can be published before a suspect is asked. Without such a
commitment an accuser could try keys until an innocent text fires.
"""

import base64
import binascii
import hashlib
import hmac
import re
import struct
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from revenuer.prove.marks.prf import Uint32Array
from revenuer.records import InputError

MASTER_BYTES = 32
LABEL = re.compile(r"[a-z][a-z_]*:[^\s|\x00-\x1f\x7f]{1,200}")
LABELS_LIKE = "campaign:C-17 or account:acct_42"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkKey:
    """The secret of one scheme for one label in one epoch. `secret`: 32 bytes, of which `words` takes as many as its scheme needs."""

    scheme: str
    label: str
    epoch: date
    secret: bytes

    @property
    def opening(self) -> str:
        """What stands before the secret where the commitment hashes it."""
        return f"revenuer commitment 1|{self.scheme}|{self.label}|{self.epoch.isoformat()}|"

    @property
    def commitment(self) -> str:
        """SHA-256 over opening and secret, in hex: publish it before the suspect is asked; it gives nothing away."""
        return hashlib.sha256(self.opening.encode() + self.secret).hexdigest()

    def words(self, count: int) -> tuple[int, ...]:
        """Return the first `count` 32-bit words of the secret, each from four bytes in little-endian order."""
        return words_of(self.secret, count)


def words_of(secret: bytes, count: int) -> tuple[int, ...]:
    """Return the first `count` 32-bit words of the bytes (eight of 32 bytes)."""
    return struct.unpack_from(f"<{count}I", secret)


def derive_key(master: bytes, scheme: str, label: str, epoch: date) -> MarkKey:
    """Return the key of a scheme, a label (`campaign:C-17`, `account:acct_42`) and an epoch. Raises InputError for other labels."""
    if not LABEL.fullmatch(label):
        raise InputError(f"got the label {label!r}, expected a kind and a name such as {LABELS_LIKE}")
    message = f"revenuer mark 1|{scheme}|{label}|{epoch.isoformat()}"
    secret = hmac.digest(master, message.encode(), "sha256")
    return MarkKey(scheme=scheme, label=label, epoch=epoch, secret=secret)


def read_master(path: Path) -> bytes:
    """Return the master key of a file: at least 32 bytes in hex or base64. Raises InputError for anything else."""
    remedy = "make one with: revenuer prove mark new-master FILE"
    try:
        text = path.read_bytes().strip()
    except OSError as error:
        raise InputError(f"cannot read the master key {path}: {error.strerror}; {remedy}") from error
    key = _decoded(text)
    if key is None:
        raise InputError(f"{path} is neither hex nor base64; {remedy}")
    if len(key) < MASTER_BYTES:
        raise InputError(f"{path} holds {len(key)} bytes, a master key needs {MASTER_BYTES}; {remedy}")
    if len(set(key)) < 8:
        raise InputError(f"{path} holds almost the same byte throughout, no random key; {remedy}")
    return key


def _decoded(text: bytes) -> bytes | None:
    try:
        return bytes.fromhex(text.decode("ascii"))
    except ValueError:
        pass
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def decoy_keys(seed: int, count: int, words: int) -> Uint32Array:
    """Return keys that marked nothing, shape (count, words): the words of SHA-256("revenuer decoy 1|seed|i"), and beyond the eighth those of
    SHA-256("revenuer decoy 1|seed|i|1") and so on.

    A hash and not a generator of numbers, so that a pack's script has the same with Python alone.
    """
    rows = [_decoy_words(f"revenuer decoy 1|{seed}|{i}", words) for i in range(count)]
    return np.array(rows, np.uint32).reshape(count, words)


def _decoy_words(name: str, words: int) -> tuple[int, ...]:
    blocks = [name, *(f"{name}|{block}" for block in range(1, -(-words // 8)))]
    return words_of(b"".join(hashlib.sha256(block.encode()).digest() for block in blocks), words)
