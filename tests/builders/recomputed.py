"""Runs the script of an evidence pack in a folder of its own, as an opposing expert would."""

import subprocess
import sys
import tempfile
from importlib import resources
from pathlib import Path

from revenuer.prove.pack import EvidencePack


def recomputed_log10_p(pack: EvidencePack) -> float:
    """Return the log10 p that the pack's script prints."""
    script = resources.files("revenuer.prove.pack.scripts").joinpath(pack.script).read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        for name, content in {**pack.data, "recompute.py": script}.items():
            Path(folder, name).write_bytes(content)
        done = subprocess.run(
            [sys.executable, "-I", "recompute.py"], cwd=folder, capture_output=True, text=True, check=True
        )
    said = [line.partition("=")[2] for line in done.stdout.splitlines() if line.startswith("log10_p=")]
    assert len(said) == 1
    return float(said[0])
