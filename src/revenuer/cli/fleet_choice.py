"""What the commands ask about a fleet: where its server is, the secret that seals what is said, and this node's name."""

from pathlib import Path

from revenuer.guard.fleet import FleetOptions
from revenuer.records import InputError


def fleet_options(address: str, key: Path | None, node: str | None = None) -> FleetOptions:
    """Return how to take part. Raises RevenuerError where a file cannot be read or a value is out of bounds."""
    return FleetOptions(url=told(address), key=_key(key), node=node)


def told(text: str) -> str:
    """Return `text`, or for @FILE the first line of that file: for addresses with passwords. Raises InputError."""
    if not text.startswith("@"):
        return text
    try:
        lines = Path(text[1:]).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {text[1:]}, which should hold an address; check the path") from error
    if not lines or not lines[0].strip():
        raise InputError(f"{text[1:]} is empty, expected an address on its first line")
    return lines[0].strip()


def _key(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise InputError(f"cannot read {path}; check the path") from error
    if not 16 <= len(key) <= 64:
        raise InputError(f"{path} holds {len(key)} bytes, expected a secret of 16 to 64")
    return key
