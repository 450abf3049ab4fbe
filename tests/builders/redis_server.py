"""A real redis-server of a test's own: on a unix socket in a temporary folder, nothing kept on disk, gone with the test."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

_PATIENCE_S = 20.0


def require_program(name: str, package: str) -> str:
    """Return where `name` is; skip the test without it, or fail it where CI=true."""
    found = shutil.which(name)
    if found is None:
        reason = f"{name} is not installed (Debian: apt-get install {package})"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


class RedisServer:
    """Starts a server that is ready when the constructor returns. `more`: options of redis-server."""

    def __init__(self, *more: str) -> None:
        self._program = require_program("redis-server", "redis-server")
        self._folder = tempfile.TemporaryDirectory(prefix="revenuer-redis-")
        self._more = more
        self.socket = Path(self._folder.name) / "socket"
        self.url = f"unix://{self.socket}?db=0"
        self.start()

    def start(self) -> None:
        """Start it (again), empty."""
        options = ["--unixsocket", str(self.socket), "--port", "0", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(
            [self._program, *options, "--dir", self._folder.name, *self._more],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._wait_until_ready()

    def kill(self) -> None:
        """Kill it without warning; what it held is gone."""
        self.process.kill()
        self.process.wait()

    def pause(self) -> None:
        """Stop it from answering, with every connection left open: what a cut cable looks like."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def _wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        until = time.monotonic() + _PATIENCE_S
        told = b""
        while time.monotonic() < until:
            line = self.process.stdout.readline()
            told += line
            if b"eady to accept connections" in line:
                # Nothing reads the pipe from here on: the server would block on a full one.
                self.process.stdout.close()
                return
            if not line:
                break
        self.kill()
        raise AssertionError(f"redis-server did not start: {told.decode(errors='replace')}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.resume()
        self.kill()
        self._folder.cleanup()
