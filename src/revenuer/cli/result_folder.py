"""Reads what a test left: a folder with verdict.json and evidence.zip, or the pack alone."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from revenuer.cli.prove_result import PACK_FILE, VERDICT_FILE
from revenuer.prove.pack import PackCheck, verify_pack
from revenuer.prove.pack.archive import open_archive
from revenuer.prove.pack.verify import MOST_MANIFEST
from revenuer.records import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """How packs are checked: against which key, and whether their scripts run, for how many seconds at most."""

    public_key: bytes | None
    run: bool
    longest_s: float


def pack_path(place: Path) -> Path:
    """Return the pack in a folder, or the pack itself."""
    return place / PACK_FILE if place.is_dir() else place


def checked_pack(place: Path, checking: Checking) -> PackCheck:
    """Return what is wrong with a pack; in a folder, verdict.json beside it must be the one in it. Raises InputError where there is no pack."""
    path = pack_path(place)
    check = verify_pack(path, public_key=checking.public_key, run=checking.run, longest_s=checking.longest_s)
    if path == place or check.faults or not (place / VERDICT_FILE).exists():
        return check
    with open_archive(path) as archive:
        same = archive.read(VERDICT_FILE, MOST_MANIFEST) == (place / VERDICT_FILE).read_bytes()
    return check if same else replace(check, faults=(f"{VERDICT_FILE} beside the pack is not the one in it",))


def read_verdict(place: Path, checking: Checking) -> dict[str, Any]:
    """Return the decoded verdict of a pack that has no faults; without a pack, that of a folder whose test was not evaluated.

    Raises InputError for anything else: a p-value counts only with its evidence.
    """
    if place.is_dir() and not (place / PACK_FILE).exists():
        verdict = _decoded(place / VERDICT_FILE)
        if verdict.get("outcome") != "not_evaluated" or verdict.get("log10_p") is not None:
            raise InputError(
                f"{place} holds a verdict and no {PACK_FILE}; a p-value counts only with its evidence pack"
            )
        return verdict
    check = checked_pack(place, checking)
    if check.faults:
        raise InputError(
            f"{pack_path(place)} is not sound: {'; '.join(check.faults)}; see `revenuer prove verify`, and get the pack again"
        )
    return check.verdict


def read_public_key(path: Path | None) -> bytes | None:
    """Return the bytes of a public key's file. Raises InputError where it cannot be read."""
    if path is None:
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot read the public key {path}: {error.strerror}; name a file that you can read"
        ) from error


def _decoded(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; name a folder that a test wrote") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path} is no verdict: {error}; name a folder that a test wrote") from error
