"""An evidence pack: a zip with the data that p rests on, a script that recomputes p from it, a manifest of hashes, and a signature.

The script needs Python alone, so that nobody has to trust this program to check its result.
"""

import hashlib
import io
import platform
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib import metadata, resources
from pathlib import Path
from typing import Final

from revenuer.prove.pack.archive import is_plain
from revenuer.prove.pack.manifest import FileEntry, InputEntry, Manifest, manifest_bytes
from revenuer.prove.pack.signature import Signer
from revenuer.records import InputError
from revenuer.records.suspect_verdict import SuspectVerdict

PACK_VERSION: Final = 1
MANIFEST, SIGNATURE, PUBLIC_KEY = "manifest.json", "manifest.sig", "public.pem"
SCRIPT, VERDICT, PLAN = "recompute.py", "verdict.json", "plan.json"
LIBRARIES = ("revenuer", "numpy", "scipy", "torch", "transformers")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file that the test read: its name, length in bytes and SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePack:
    """What a test hands over beside its verdict.

    `script`: name of a file of `revenuer.prove.pack.scripts` that reads the `data` files in its own folder, prints `log10_p=<number>` and
    exits 0 (Python's own library only). `data`: file name -> bytes. `inputs`: files that were read and are not in the pack. `seeds`: every seed of
    random numbers. `plan`: the pre-registration file's bytes, if there was one.
    """

    script: str
    data: Mapping[str, bytes]
    inputs: tuple[InputFile, ...] = ()
    seeds: Mapping[str, int] = field(default_factory=dict)
    plan: bytes | None = None


def input_file(path: Path) -> InputFile:
    """Return the record of a file. Raises InputError where it cannot be read."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            return InputFile(name=path.name, size=stream.tell(), sha256=digest)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; name a file that you can read") from error


def pack_bytes(
    pack: EvidencePack, verdict: SuspectVerdict, verdict_json: bytes, made_at: datetime, signer: Signer | None
) -> bytes:
    """Return the zip: the same bytes for the same arguments. Raises ValueError for a data file whose name is not plain, or is the pack's own."""
    taken = {SCRIPT, VERDICT, PLAN} & pack.data.keys()
    if taken:
        raise ValueError(f"{', '.join(sorted(taken))} is the pack's own name; call the data something else")
    script = resources.files("revenuer.prove.pack.scripts").joinpath(pack.script).read_bytes()
    files = {**pack.data, SCRIPT: script, VERDICT: verdict_json}
    if pack.plan is not None:
        files[PLAN] = pack.plan
    for name in files:
        if not is_plain(name) or name in (MANIFEST, SIGNATURE, PUBLIC_KEY):
            raise ValueError(f"{name!r} cannot be the name of a file in a pack")
    manifest = manifest_bytes(
        Manifest(
            pack_version=PACK_VERSION,
            test=verdict.test,
            suspect=verdict.suspect,
            log10_p=verdict.log10_p,
            made_at=made_at,
            files={
                name: FileEntry(len(content), hashlib.sha256(content).hexdigest())
                for name, content in sorted(files.items())
            },
            inputs=[InputEntry(one.name, one.size, one.sha256) for one in pack.inputs],
            seeds=dict(pack.seeds),
            versions=_versions(),
        )
    )
    signed = {MANIFEST: manifest}
    if signer is not None:
        signed |= {SIGNATURE: signer.sign(manifest), PUBLIC_KEY: signer.public_pem}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted({**files, **signed}.items()):
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
