"""The server's key for one partner, in a private file. A partner of its own key: what two partners were answered does not add up."""

import hashlib
from datetime import datetime
from pathlib import Path

import msgspec

from revenuer.records import InputError, UsageError
from revenuer.share.durable_file import replace_file
from revenuer.share.matching.fault import MatchFault
from revenuer.share.matching.voprf import OprfKey, key_of, new_key

KEY_VERSION = 1


class _KeyFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    secret: bytes
    created: datetime
    schema_version: int = KEY_VERSION


def key_id_of(public: bytes) -> bytes:
    """Return the 16 bytes that name a public key."""
    return hashlib.sha256(b"revenuer match key 1" + public).digest()[:16]


def key_path(keys: Path, partner: str) -> Path:
    """Return where the key for a partner lies in a house's folder of keys."""
    return keys / f"match-{partner}.json"


def read_match_key(keys: Path, partner: str) -> OprfKey:
    """Return the key. Raises UsageError where there is none, InputError for a file that holds none; neither tells any of it."""
    path = key_path(keys, partner)
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_KeyFile)
        if file.schema_version == KEY_VERSION:
            return key_of(file.secret)
    except FileNotFoundError as error:
        raise UsageError(
            f"there is no matching key for {partner}; make one with `revenuer share match-set build`"
        ) from error
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, MatchFault) as error:
        raise InputError(
            f"{path} holds no matching key ({type(error).__name__}); restore it, or rotate"
        ) from error
    raise InputError(
        f"{path} has schema_version {file.schema_version}, this program reads {KEY_VERSION}: upgrade whichever is older"
    )


def make_match_key(keys: Path, partner: str, now: datetime) -> OprfKey:
    """Make a new key for a partner, in place of the old one, and return it: every answer ever given under the old one is worthless then."""
    key = new_key()
    content = msgspec.json.encode(_KeyFile(secret=key.secret, created=now))
    replace_file(key_path(keys, partner), content)
    return key
