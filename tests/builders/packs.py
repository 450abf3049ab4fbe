"""Evidence packs made by hand, sound and broken: zips with a manifest, and a script that adds up what lies beside it."""

import hashlib
import io
import json
import warnings
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from revenuer.prove.pack import Signer
from revenuer.prove.pack.manifest import FileEntry, InputEntry, Manifest, manifest_bytes

MADE_AT = datetime(2026, 3, 1, tzinfo=UTC)
SUMMING = b"""import json
from pathlib import Path
terms = json.loads((Path(__file__).parent / "terms.json").read_text())
print("terms:", len(terms))
print(f"log10_p={sum(terms)}")
"""
"""A script in Python's own library: log10 p is the sum of the terms."""


def signing_key(number: int = 1) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


def private_pem(number: int = 1) -> bytes:
    return signing_key(number).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def manifest_of(files: Mapping[str, bytes], log10_p: float | None = -3.0) -> Manifest:
    return Manifest(
        pack_version=1,
        test="example",
        suspect="acme-7b",
        log10_p=log10_p,
        made_at=MADE_AT,
        files={name: FileEntry(len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items()},
        inputs=[InputEntry("answers.jsonl", 12, "0" * 64)],
        seeds={"seed": 1},
        versions={"python": "3.11"},
    )


def verdict_of(log10_p: float | None = -3.0, **more: Any) -> bytes:
    said = {"test": "example", "suspect": "acme-7b", "log10_p": log10_p, "outcome": "positive", **more}
    return json.dumps(said).encode()


def pack_files(
    script: bytes = SUMMING, terms: tuple[float, ...] = (-1.0, -2.0), log10_p: float | None = -3.0
) -> dict[str, bytes]:
    return {
        "recompute.py": script,
        "terms.json": json.dumps(terms).encode(),
        "verdict.json": verdict_of(log10_p),
    }


def pack_zip(
    files: Mapping[str, bytes],
    *,
    manifest: Manifest | bytes | None = None,
    signer: Signer | None = None,
    log10_p: float | None = -3.0,
    also: tuple[tuple[str, bytes], ...] = (),
) -> bytes:
    """Return a zip of the files with their manifest; `also`: entries that are written after all others, whatever their names."""
    given = manifest if manifest is not None else manifest_of(files, log10_p)
    content = given if isinstance(given, bytes) else manifest_bytes(given)
    signed = {} if signer is None else {"manifest.sig": signer.sign(content), "public.pem": signer.public_pem}
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # zipfile warns of a name that is there twice, which is what is wanted here
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in [*files.items(), ("manifest.json", content), *signed.items(), *also]:
                archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def written(folder: Path, content: bytes) -> Path:
    path = folder / "evidence.zip"
    path.write_bytes(content)
    return path
