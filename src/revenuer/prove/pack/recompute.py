"""Runs the script of an evidence pack and reads p from what it says."""

import contextlib
import math
import os
import re
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from revenuer.prove.pack.archive import Archive
from revenuer.prove.pack.evidence_pack import SCRIPT

LONGEST_S = 3600.0
MOST_OUTPUT = 1 << 20
_SAID = re.compile(r"^log10_p=(.*)$", re.MULTILINE)


def recomputed(archive: Archive, longest_s: float = LONGEST_S) -> tuple[float | None, str]:
    """Return (log10 p by the pack's script, "") or (None, what went wrong).

    The script runs in Python's isolated mode and without installed packages, so that it can rest on Python's own library alone, in a folder of its own with the pack's files, without input and without this process's environment,
    but with the rights of the caller: it is other people's code. Its process group is ended with it.
    """
    with tempfile.TemporaryDirectory(prefix="evidence-") as folder:
        archive.unpack(Path(folder))
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", SCRIPT],
            cwd=folder,
            env={"LC_ALL": "C.UTF-8", "PATH": os.defpath},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            output, fault = _output(process, time.monotonic() + longest_s)
        finally:
            _end(process)
    if fault:
        return None, fault
    if process.returncode:
        last = output.strip().splitlines()[-1:] or ["it said nothing"]
        return None, f"the script failed with exit code {process.returncode}: {last[0][:300]}"
    return _value(output)


def _output(process: subprocess.Popen[bytes], deadline: float) -> tuple[str, str]:
    """Return (what the process wrote until it ended, what went wrong)."""
    assert process.stdout is not None
    said = b""
    with process.stdout as stream, selectors.DefaultSelector() as ready:
        ready.register(stream, selectors.EVENT_READ)
        while True:
            if not ready.select(max(0.0, deadline - time.monotonic())):
                return "", "the script took longer than it may"
            block = os.read(stream.fileno(), 65536)
            said += block
            if len(said) > MOST_OUTPUT:
                return "", f"the script wrote more than {MOST_OUTPUT:,} bytes"
            if not block:
                break
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return "", "the script took longer than it may"
    return said.decode(errors="replace"), ""


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _value(output: str) -> tuple[float | None, str]:
    said = _SAID.findall(output)
    if len(said) != 1:
        return None, f"the script printed {len(said)} lines log10_p=, expected one"
    try:
        value = float(said[0])
    except ValueError:
        return None, f"the script printed log10_p={said[0][:40]!r}, expected a number"
    if not math.isfinite(value) or value > 1e-9:
        return None, f"the script printed log10_p={said[0][:40]}, expected a finite number, at most 0"
    return value, ""
