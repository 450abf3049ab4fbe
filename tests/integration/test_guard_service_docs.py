"""The commands of docs/guard/service.md, run as they stand there but for the port."""

import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from builders.guard_service import running
from builders.redis_server import RedisServer

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


def test_a_node_started_as_told_is_one_of_a_fleet(tmp_path: Path) -> None:
    block = next(block for block in BLOCKS if "fleet.address" in block)
    with RedisServer() as server:
        shell(lines(block, "openssl"), tmp_path)
        shell(lines(block, "echo").replace("redis://localhost:6379/0", server.url), tmp_path)
        _, _, options = lines(block, "guard serve").partition("guard serve ")
        with running(*shlex.split(options), cwd=tmp_path) as service:
            eventually(lambda: service.ask("GET", "/readyz").json()["status"] == "ok")
            page = service.ask("GET", "/metrics").body.decode()
            assert "revenuer_guard_fleet_whole 1.0" in page
            assert service.stop()[0] == 0
    assert (tmp_path / "guard.memory").exists()


def eventually(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)
