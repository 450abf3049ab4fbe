"""Everything of prove, and its commands, can be imported where the extra `prove` is not installed."""

import subprocess
import sys
from pathlib import Path

import revenuer

PROGRAM = """
import importlib, importlib.abc, pkgutil, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"torch", "transformers", "tokenizers", "safetensors", "vllm", "sglang"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
import revenuer.cli, revenuer.prove
for package in (revenuer.prove, revenuer.cli):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        # Processors run inside of torch or not at all; nothing but an engine loads them.
        if ".pack.scripts." not in found.name and ".processors." not in found.name:
            importlib.import_module(found.name)
            print(found.name)
"""


def test_prove_is_imported_without_its_extra() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=Path(revenuer.__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-1500:]
    assert {"revenuer.prove.pack.verify", "revenuer.cli.prove_verify"} <= set(done.stdout.split())
