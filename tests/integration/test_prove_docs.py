"""What docs/prove.md tells the other side to type, typed: keys by OpenSSL, the script by Python alone, the signature by OpenSSL."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from builders.suspects_found import detected
from revenuer.prove.pack import pack_bytes, read_signing_key, verify_pack
from revenuer.report.contract import json_bytes
from revenuer.report.verdict_json import verdict_json

GUIDE = Path(__file__).parents[2] / "docs" / "prove.md"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def documented(start: str) -> str:
    """The command of docs/prove.md that begins so, without its comment."""
    (line,) = [line for line in GUIDE.read_text().splitlines() if line.startswith(start)]
    return re.sub(r"\s+#.*", "", line)


def typed(command: str, folder: Path) -> str:
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    if shutil.which("openssl") is None:
        reason = "no openssl on the path: install the Debian package openssl"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    typed(documented("openssl genpkey"), tmp_path)
    typed(documented("openssl pkey "), tmp_path)
    return tmp_path


def test_the_other_side_checks_a_pack_without_this_program(keys: Path) -> None:
    verdict, pack = detected(0.01, marked=True)
    content = json_bytes(verdict_json(verdict, NOW))
    (keys / "evidence.zip").write_bytes(
        pack_bytes(pack, verdict, content, NOW, read_signing_key(keys / "key.pem"))
    )
    folder = keys / "pack"
    with zipfile.ZipFile(keys / "evidence.zip") as archive:
        archive.extractall(folder)
    shutil.copy(keys / "public.pem", folder / "signer.pem")
    python = documented("python3 -I -S").replace("python3", sys.executable)
    said = re.findall(r"^log10_p=(\S+)$", typed(python, folder), re.MULTILINE)
    assert float(said[0]) == pytest.approx(verdict.log10_p, rel=1e-6)
    assert "Verified Successfully" in typed(documented("openssl pkeyutl"), folder)
    check = verify_pack(keys / "evidence.zip", public_key=(keys / "public.pem").read_bytes(), run=True)
    assert check.faults == ()
    assert check.known_script


def test_the_same_arguments_give_the_same_pack(keys: Path) -> None:
    verdict, pack = detected(0.01, marked=False)
    content, signer = json_bytes(verdict_json(verdict, NOW)), read_signing_key(keys / "key.pem")
    assert pack_bytes(pack, verdict, content, NOW, signer) == pack_bytes(pack, verdict, content, NOW, signer)


def test_every_link_of_the_guide_leads_to_a_part_or_a_file() -> None:
    parts = {
        "twins",
        "canaries",
        "marks",
        "engines",
        "radioactivity",
        "lineage",
        "safety",
        "suspects",
        "degrade",
    }
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", GUIDE.read_text())
    assert {Path(link).stem for link in links if link.startswith("prove/")} == parts
    assert all((GUIDE.parent / link).exists() for link in links if not link.startswith("prove/"))
