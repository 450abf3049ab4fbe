"""Checks an evidence pack: every hash, the signature, and that its own script gives the p-value of its manifest."""

import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from revenuer.prove.pack.evidence_pack import MANIFEST, PUBLIC_KEY, SCRIPT, SIGNATURE
from revenuer.prove.pack.signature import is_signed
from revenuer.records import InputError

AGREE = 1e-6
"""Two programs that add the same numbers in another order differ by less, relatively."""
LONGEST_S = 3600
MOST_BYTES = 4 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class PackCheck:
    """What checking found. `faults`: in words, none when all is well. `signed_by`: the PEM of the key that signed, None = unsigned.
    `recomputed`: log10 p by the pack's script, None where it was not run or there is none."""

    faults: tuple[str, ...]
    signed_by: bytes | None
    stated: float | None
    recomputed: float | None


def verify_pack(path: Path, *, public_key: bytes | None = None, run: bool = False) -> PackCheck:
    """Return what is wrong with the pack. `public_key`: PEM that must have signed it; without one the pack's own is used, which shows that
    nothing changed since, not who made it. `run`: execute the pack's script, which is other people's code: in isolated mode, but
    with the rights of the caller.

    Raises InputError where the file is no pack.
    """
    files = _files(path)
    manifest = _manifest(path, files)
    faults = _wrong_files(files, manifest["files"])
    signer = public_key or files.get(PUBLIC_KEY)
    if SIGNATURE not in files:
        signer = None
        if public_key is not None:
            faults.append("the pack is not signed")
    elif signer is None:
        faults.append("the pack is signed, but by whom is not said: give the public key")
    elif not is_signed(files[MANIFEST], files[SIGNATURE], signer):
        faults.append("the signature is not of that key over this manifest")
        signer = None
    stated = manifest.get("log10_p")
    recomputed = None
    if run and not faults and stated is not None:
        recomputed = _recomputed(files, faults)
        if recomputed is not None and abs(recomputed - stated) > AGREE * max(1.0, abs(stated)):
            faults.append(f"the script gives log10 p = {recomputed}, the manifest says {stated}")
    return PackCheck(faults=tuple(faults), signed_by=signer, stated=stated, recomputed=recomputed)


def _files(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            if sum(info.file_size for info in archive.infolist()) > MOST_BYTES:
                raise InputError(f"{path} unpacks to more than 4 GiB: no pack of ours")
            if len(set(archive.namelist())) < len(archive.namelist()):
                raise InputError(f"{path} holds a file twice: no pack of ours")
            return {name: archive.read(name) for name in archive.namelist()}
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; name a pack that you can read") from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(
            f"{path} is no evidence pack: {error}; expected evidence.zip as a test wrote it"
        ) from error


def _manifest(path: Path, files: dict[str, bytes]) -> dict[str, Any]:
    try:
        manifest = msgspec.json.decode(files[MANIFEST])
        if manifest["pack_version"] != 1 or not isinstance(manifest["files"], dict):
            raise InputError(f"{path} is a pack of version {manifest['pack_version']}, this program knows 1")
    except (KeyError, TypeError, msgspec.DecodeError) as error:
        raise InputError(f"{path} is no evidence pack: its {MANIFEST} is missing or unreadable") from error
    return dict(manifest)


def _wrong_files(files: dict[str, bytes], listed: dict[str, Any]) -> list[str]:
    faults = [f"{name} is missing" for name in sorted(listed.keys() - files.keys())]
    extra = files.keys() - listed.keys() - {MANIFEST, SIGNATURE, PUBLIC_KEY}
    faults += [f"{name} is not in the manifest" for name in sorted(extra)]
    for name in sorted(files.keys() & listed.keys()):
        if hashlib.sha256(files[name]).hexdigest() != listed[name].get("sha256"):
            faults.append(f"{name} was changed after the manifest was made")
    return faults


def _recomputed(files: dict[str, bytes], faults: list[str]) -> float | None:
    with tempfile.TemporaryDirectory(prefix="evidence-") as folder:
        for name, content in files.items():
            if Path(name).name != name:
                faults.append(f"{name!r} is no plain file name")
                return None
            Path(folder, name).write_bytes(content)
        try:
            done = subprocess.run(
                [sys.executable, "-I", SCRIPT],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=LONGEST_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            faults.append(f"the script took longer than {LONGEST_S} s")
            return None
    said = [line.partition("=")[2] for line in done.stdout.splitlines() if line.startswith("log10_p=")]
    if done.returncode or len(said) != 1:
        faults.append(
            f"the script failed: {done.stderr.strip().splitlines()[-1:] or 'it printed no log10_p'}"
        )
        return None
    return float(said[0])
