"""What the server has evaluated: a private file that only grows, so that a build that dies goes on where it was, and later ones do the new items only."""

import hashlib
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from revenuer.records import InputError
from revenuer.share.durable_file import replace_file
from revenuer.share.matching.rows import PAYLOAD_BYTES, ROW_BYTES, SEED_BYTES

DIGEST_BYTES = 16
RECORD_BYTES = DIGEST_BYTES + SEED_BYTES + PAYLOAD_BYTES + ROW_BYTES
DEAD_SHARE = 0.25
"""Share of records that nothing needs any more, from which on the file is written anew."""


@dataclass(frozen=True, slots=True)
class Record:
    """An item's seed, and its first row with the payload that is sealed in it."""

    seed: bytes
    payload: bytes
    row: bytes


@dataclass(slots=True)
class Evaluated:
    """The file's content. `digests` are keyed by the server's secret, which the file does not hold."""

    path: Path
    digest_key: bytes
    records: dict[bytes, Record] = field(default_factory=dict)
    written: int = 0

    def digest(self, item: bytes) -> bytes:
        """Return what an item is filed under."""
        return hashlib.blake2b(item, digest_size=DIGEST_BYTES, key=self.digest_key).digest()

    def append(self, added: Iterable[tuple[bytes, Record]]) -> None:
        """Add records; on disk when this returns."""
        added = list(added)
        with open(self.path, "ab", opener=_private) as stream:
            # What a crash cut short is overwritten, or every later record would be read askew.
            stream.truncate(self.written * RECORD_BYTES)
            stream.write(b"".join(digest + one.seed + one.payload + one.row for digest, one in added))
            stream.flush()
            os.fsync(stream.fileno())
        self.written += len(added)
        self.records.update(added)

    def keep(self, digests: set[bytes]) -> int:
        """Forget all other records and return how many that were; the file is written anew once enough of it is dead."""
        gone = self.records.keys() - digests
        for digest in gone:
            del self.records[digest]
        if self.written - len(self.records) > DEAD_SHARE * self.written:
            content = b"".join(
                digest + one.seed + one.payload + one.row for digest, one in self.records.items()
            )
            replace_file(self.path, content)
            self.written = len(self.records)
        return len(gone)


def read_evaluated(path: Path, secret: bytes) -> Evaluated:
    """Return what was evaluated so far; a record that a crash cut short is not read. Raises InputError for a file that cannot be read."""
    found = Evaluated(path, hmac.digest(secret, b"revenuer match evaluated 1", "sha256"))
    try:
        raw = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror}; see that you may, or remove it: all is then evaluated anew"
        ) from error
    found.written = len(raw) // RECORD_BYTES
    a, b = DIGEST_BYTES + SEED_BYTES, DIGEST_BYTES + SEED_BYTES + PAYLOAD_BYTES
    for at in range(0, found.written * RECORD_BYTES, RECORD_BYTES):
        one = raw[at : at + RECORD_BYTES]
        found.records[one[:DIGEST_BYTES]] = Record(one[DIGEST_BYTES:a], one[a:b], one[b:])
    return found


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
