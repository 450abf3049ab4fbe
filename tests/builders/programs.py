"""Real programs under test: found, started, awaited, stopped."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
GATEWAYS = ROOT / ".venv-gateways" / "bin"
"""The virtual environment of LiteLLM and Envoy, which `make gateways` makes."""

PATIENCE_S = 240
"""Seconds until a program that is not ready has failed. LiteLLM takes ten on an idle machine, and a minute on a very busy one."""


def program(name: str, how: str, *places: Path) -> str:
    """Return the path of a program; skip the test where it is absent, and fail it where CI=true. `how`: how to get it."""
    place = os.pathsep.join([*map(str, places), os.environ.get("PATH", ""), "/usr/sbin"])
    found = shutil.which(name, path=place)
    if found is not None:
        return found
    reason = f"no {name}: {how}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    """Return a port of the loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def started(
    command: Sequence[str],
    ready: str,
    log: Path,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    below: int = 500,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until the block ends; enters it when a GET of `ready` is answered with a status under `below`."""
    environment = {**os.environ, **(environ or {})}
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=environment,
            cwd=cwd,
            start_new_session=True,
        )
    try:
        _await(process, ready, below, log)
        yield process
    finally:
        stop(process)


def _await(process: subprocess.Popen[bytes], address: str, below: int, log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"{process.args} ended with {process.returncode}:\n{log.read_text()[-4000:]}")
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(address, timeout=2).status_code < below:
                return
        time.sleep(0.05)
    pytest.fail(f"{process.args} was not ready in {PATIENCE_S} s:\n{log.read_text()[-4000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a program; one that does not end when it is asked to is killed, and fails."""
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(15)
        pytest.fail(f"{process.args} did not end within 30 s of SIGTERM")
