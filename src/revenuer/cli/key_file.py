"""The secret that hashes are keyed with, read from a file."""

from pathlib import Path

from revenuer.detect.keyed_hash import Key, derive_key
from revenuer.records import InputError

MIN_KEY_BYTES = 16


def read_key(key_file: Path) -> Key:
    """Return the key that the file's content stands for. Raises InputError where there is none, or too short a one."""
    try:
        secret = key_file.read_bytes().strip()
    except OSError as error:
        raise InputError(
            f"cannot read key file {key_file}: {error.strerror}; make one with: openssl rand -hex 32 > {key_file}"
        ) from error
    if len(secret) < MIN_KEY_BYTES:
        raise InputError(
            f"key file {key_file} holds {len(secret)} bytes, a key needs {MIN_KEY_BYTES}; make one with: openssl rand -hex 32 > {key_file}"
        )
    return derive_key(secret)
