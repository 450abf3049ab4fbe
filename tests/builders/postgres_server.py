"""A real PostgreSQL of a test's own: on a unix socket in a temporary folder, gone with the test."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

_HOW = "Debian: apt-get install postgresql"
_NOBODY_S = 60


def _programs() -> Path:
    """Return the folder of initdb and pg_ctl; skip the test without them, or fail it where CI=true."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    for place in reversed(places):
        if (place / "initdb").exists() and (place / "pg_ctl").exists():
            return place
    reason = f"PostgreSQL is not installed ({_HOW})"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


class PostgresServer:
    """Starts a server that is ready when the constructor returns. Root runs it as `postgres` or `nobody`: initdb refuses root."""

    def __init__(self) -> None:
        self._programs = _programs()
        self._folder = Path(tempfile.mkdtemp(prefix="revenuer-pg-", dir="/tmp"))
        self._user = _user()
        if self._user is not None:
            os.chown(self._folder, self._user.pw_uid, self._user.pw_gid)
        self._run(
            "initdb",
            "-D",
            str(self._data),
            "-U",
            "revenuer",
            "--auth=trust",
            "-E",
            "UTF8",
            "--no-sync",
            "--locale=C.UTF-8",
        )
        self.start()
        self._databases = 0

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def start(self) -> None:
        options = f"-k {self._folder} -c listen_addresses= -c max_connections=60 -c shared_buffers=64MB"
        self._run(
            "pg_ctl", "-D", str(self._data), "-w", "-o", options, "-l", str(self._folder / "log"), "start"
        )

    def stop(self, mode: str = "fast") -> None:
        """Stop it; mode `immediate` is what a power cut looks like to the database."""
        self._run("pg_ctl", "-D", str(self._data), "-m", mode, "-w", "stop")

    def database(self) -> str:
        """Return the address of a new empty database."""
        self._databases += 1
        name = f"d{self._databases}"
        self._run(
            "psql",
            "-h",
            str(self._folder),
            "-U",
            "revenuer",
            "-d",
            "postgres",
            "-qc",
            f"CREATE DATABASE {name}",
        )
        return f"postgresql://revenuer@/{name}?host={self._folder}"

    def _run(self, program: str, *arguments: str) -> None:
        place = self._programs / program
        command = [str(place) if place.exists() else program, *arguments]
        user = self._user
        done = subprocess.run(
            command,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            timeout=_NOBODY_S,
            user=None if user is None else user.pw_uid,
            group=None if user is None else user.pw_gid,
            extra_groups=None if user is None else [],
            check=False,
        )
        assert done.returncode == 0, f"{program} failed: {done.stdout!r}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop("immediate")
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)


def _user() -> pwd.struct_passwd | None:
    """Return whom to run it as; None: as we are."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None
