"""The private store: what the commitments stand for. Whoever holds it can open them; whoever holds the log alone learns nothing."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from revenuer.prove.twins.append_only import append_durably, locked
from revenuer.prove.twins.commitment_log import commitment_of
from revenuer.records import InputError


class Opening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What opens a commitment: the nonce in hex, and the content, whose UTF-8 bytes were hashed behind it."""

    commitment: str
    nonce: str
    content: str


def keep(path: Path, nonce: bytes, content: bytes, tell: Callable[[str], None]) -> str:
    """Store what opens a commitment, durably, and return the commitment: before the log's line is written, so that nothing sealed is lost."""
    commitment = commitment_of(nonce, content)
    opening = Opening(commitment=commitment, nonce=nonce.hex(), content=content.decode())
    with locked(path, tell) as stream:
        append_durably(stream, msgspec.json.encode(opening))
    return commitment


def opens(opening: Opening) -> bool:
    """Return whether nonce and content give the commitment."""
    try:
        nonce = bytes.fromhex(opening.nonce)
    except ValueError:
        return False
    return commitment_of(nonce, opening.content.encode()) == opening.commitment


def read_openings(paths: Sequence[Path]) -> dict[str, Opening]:
    """Return what the stores hold, by commitment. Raises InputError, with file and line, for a line that opens nothing."""
    found: dict[str, Opening] = {}
    for path in paths:
        try:
            lines = path.read_bytes().split(b"\n")[:-1]
        except OSError as error:
            raise InputError(
                f"cannot read the store {path}: {error.strerror}; name the store of this log"
            ) from error
        for number, line in enumerate(lines, 1):
            try:
                opening = msgspec.json.decode(line, type=Opening)
                sound = opens(opening)
            except (msgspec.MsgspecError, UnicodeError) as error:
                raise InputError(
                    f"{path}, line {number} is no opening: {error}; restore the store from its backup"
                ) from error
            if not sound:
                raise InputError(
                    f"{path}, line {number}: nonce and content do not give the commitment; restore the store from its backup"
                )
            found[opening.commitment] = opening
    return found
