"""The commands of docs/guard/service.md, run as they stand there but for the port."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from builders.guard_service import running

GUIDE = Path(__file__).parents[2] / "docs" / "guard" / "service.md"
BLOCKS = re.findall(r"```\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(autouse=True)
def _programs() -> None:
    missing = [name for name in ("bash", "curl", "openssl", "sha256sum") if shutil.which(name) is None]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"not installed: {missing}")
    if missing:
        pytest.skip(f"not installed: {missing}")


def lines(block: str, word: str) -> str:
    return "\n".join(line for line in block.splitlines() if word in line)


def shell(script: str, folder: Path, port: int = 0) -> str:
    """Return what the script prints; a status of 400 and more is an error."""
    script = script.replace("localhost:8080", f"127.0.0.1:{port}").replace(
        "curl ", "curl --fail -s --noproxy '*' "
    )
    done = subprocess.run(["bash", "-euc", script], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def test_the_first_question(tmp_path: Path) -> None:
    with running() as service:
        assert '"action":"allow"' in shell(lines(BLOCKS[0], "curl"), tmp_path, service.port)


def test_a_key_made_as_told_administers(tmp_path: Path) -> None:
    making = lines(BLOCKS[1], "key=$(") + "\n" + lines(BLOCKS[1], "echo")
    key = shell(making + '\nprintf %s "$key"', tmp_path)
    with running("--api-keys", "keys", cwd=tmp_path) as service:
        assert '"shadow":true' in shell(f"key={key}\n" + lines(BLOCKS[1], "curl"), tmp_path, service.port)
