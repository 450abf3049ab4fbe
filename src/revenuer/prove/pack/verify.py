"""Checks an evidence pack: every hash, the signature, that verdict and plan fit the manifest, and that its own script gives the p stated."""

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from revenuer.prove.pack.archive import Archive, open_archive
from revenuer.prove.pack.evidence_pack import MANIFEST, PLAN, PUBLIC_KEY, SCRIPT, SIGNATURE, VERDICT
from revenuer.prove.pack.manifest import Manifest, parse_manifest
from revenuer.prove.pack.recompute import LONGEST_S, recomputed
from revenuer.prove.pack.signature import is_signed
from revenuer.records import InputError

AGREE = 1e-6
"""Two programs that add the same numbers in another order differ by less, relatively."""
MOST_MANIFEST = 16 << 20
MOST_SIGNED = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PackCheck:
    """What checking found. `faults`: in words, none when all is well. `signed_by`: the PEM of the key that signed, None = unsigned or signed
    wrongly; `key_given`: that key was given by whoever checks, and did not come with the pack. `stated`: log10 p of the manifest; `recomputed`: by the pack's
    script, None where it was not run. `known_script`: the script is one of this installation's. `verdict`: verdict.json, empty where it is unreadable.
    """

    faults: tuple[str, ...]
    signed_by: bytes | None
    key_given: bool
    stated: float | None
    recomputed: float | None
    known_script: bool
    manifest: Manifest
    verdict: dict[str, Any]


def verify_pack(
    path: Path, *, public_key: bytes | None = None, run: bool = False, longest_s: float = LONGEST_S
) -> PackCheck:
    """Return what is wrong with the pack. `public_key`: PEM that must have signed it; without one the pack's own is used, which shows that
    nothing changed since, not who made it. `run`: execute the pack's script, which is other people's code: in isolated mode, but
    with the rights of the caller; not where there are faults. `longest_s`: seconds that it may take.

    Raises InputError where the file is no pack, and for a `public_key` that is none.
    """
    with open_archive(path) as archive:
        content = archive.read(MANIFEST, MOST_MANIFEST)
        manifest = parse_manifest(content, str(path))
        faults = archive.faults() or _wrong_files(archive, manifest)
        signer = _signer(archive, content, public_key, faults)
        verdict: dict[str, Any] = {}
        known = value = None
        if not faults:
            verdict = _verdict(archive, manifest, faults)
            known = _is_known(manifest.files[SCRIPT].sha256)
        if run and not faults and manifest.log10_p is not None:
            value, fault = recomputed(archive, longest_s)
            if fault:
                faults.append(fault)
            elif value is not None and abs(value - manifest.log10_p) > AGREE * max(
                1.0, abs(manifest.log10_p)
            ):
                faults.append(f"the script gives log10 p = {value}, the manifest says {manifest.log10_p}")
    return PackCheck(
        faults=tuple(faults),
        signed_by=signer,
        key_given=public_key is not None,
        stated=manifest.log10_p,
        recomputed=value,
        known_script=bool(known),
        manifest=manifest,
        verdict=verdict,
    )


def _wrong_files(archive: Archive, manifest: Manifest) -> list[str]:
    """Return which files are missing, added or changed."""
    listed, there = manifest.files.keys(), archive.files.keys()
    needed = listed | {SCRIPT, VERDICT}
    faults = [f"{name} is missing" for name in sorted(needed - there)]
    faults += [f"{name} is not in the manifest" for name in sorted((needed & there) - listed)]
    extra = there - needed - {MANIFEST, SIGNATURE, PUBLIC_KEY}
    faults += [f"{name} is not in the manifest" for name in sorted(extra)]
    for name in sorted(there & listed):
        try:
            same = archive.sha256(name) == manifest.files[name].sha256
        except InputError as error:
            faults.append(str(error))
            continue
        if not same or archive.files[name].file_size != manifest.files[name].size:
            faults.append(f"{name} was changed after the manifest was made")
    return faults


def _signer(archive: Archive, content: bytes, public_key: bytes | None, faults: list[str]) -> bytes | None:
    """Return the key that signed the manifest, None where none did; what is wrong with the signature goes to `faults`."""
    if SIGNATURE not in archive.files:
        if public_key is not None:
            faults.append("the pack is not signed")
        return None
    try:
        signature = archive.read(SIGNATURE, MOST_SIGNED)
        if public_key is None and PUBLIC_KEY not in archive.files:
            faults.append("the pack is signed, but by whom is not said: give the public key")
            return None
        signer = public_key or archive.read(PUBLIC_KEY, MOST_SIGNED)
        sound = is_signed(content, signature, signer)
    except InputError as error:
        if public_key is not None:
            raise
        faults.append(str(error))
        return None
    if not sound:
        faults.append("the signature is not of that key over this manifest")
        return None
    return signer


def _verdict(archive: Archive, manifest: Manifest, faults: list[str]) -> dict[str, Any]:
    """Return verdict.json; where it, or the plan, does not fit the manifest, that goes to `faults`."""
    try:
        verdict = msgspec.json.decode(archive.read(VERDICT, MOST_MANIFEST), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InputError) as error:
        faults.append(f"{VERDICT} is unreadable: {error}")
        return {}
    for name in ("test", "suspect", "log10_p"):
        if verdict.get(name) != getattr(manifest, name):
            faults.append(
                f"{VERDICT} says {name} {verdict.get(name)!r}, the manifest {getattr(manifest, name)!r}"
            )
    registration = verdict.get("registration")
    planned = registration.get("plan_sha256") if isinstance(registration, dict) else ""
    there = manifest.files[PLAN].sha256 if PLAN in manifest.files else ""
    if (planned or "") != there:
        faults.append(f"{VERDICT} names the plan {planned or 'none'}, the pack holds {there or 'none'}")
    return verdict


def _is_known(sha256: str) -> bool:
    """Return whether a script with this hash is part of this installation."""
    scripts = resources.files("revenuer.prove.pack.scripts")
    return any(
        hashlib.sha256(item.read_bytes()).hexdigest() == sha256
        for item in scripts.iterdir()
        if item.name.endswith(".py") and item.name != "__init__.py"
    )
