"""API keys: who may ask and who may administer. The file holds their hashes only."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from revenuer.records import InputError

MAX_KEY = 512
"""Bytes of a presented key that are looked at; a longer one is wrong."""


class Role(StrEnum):
    """`decide` may ask for decisions and report outcomes; `admin` may do that and administer."""

    DECIDE = "decide"
    ADMIN = "admin"


class Key(NamedTuple):
    """`digest`: SHA-256 of the key. `name`: who holds it, for the log."""

    role: Role
    digest: bytes
    name: str


_LINE = re.compile(r"(decide|admin)\s+([0-9a-fA-F]{64})\s+(\S+)")


class KeyRing:
    """The keys of one file."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys = tuple(keys)

    def holder(self, presented: bytes) -> Key | None:
        """Return the key that was presented, or None. Takes the same time for every key, right or wrong."""
        digest = hashlib.sha256(presented[:MAX_KEY]).digest()
        found: Key | None = None
        for key in self._keys:
            if hmac.compare_digest(key.digest, digest):
                found = key
        return found if len(presented) <= MAX_KEY else None


def parse_keys(text: str, source: str) -> KeyRing:
    """Return the keys of a file: lines `ROLE SHA256 NAME`, empty lines and `#` comments aside.

    Raises InputError with the line's number; never repeats the line, which may hold a key by mistake.
    """
    keys = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise InputError(
                f"{source}, line {number}: expected `decide` or `admin`, the key's SHA-256 in hex, and a name"
            )
        keys.append(Key(Role(match[1]), bytes.fromhex(match[2]), match[3]))
    if not keys:
        raise InputError(f"{source} holds no key; write a line `decide SHA256 NAME`")
    return KeyRing(keys)


def read_keys(path: Path) -> KeyRing:
    """Return the keys in `path`. Raises InputError."""
    try:
        return parse_keys(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as a file of keys: {error}") from error
