"""The pack's script, Python alone, gives the p-value of the open test."""

import subprocess
import sys
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from builders.chain_models import exchanges, student, teacher, written
from revenuer.prove.marks import DualGumbel, Green, Gumbel, Scheme
from revenuer.prove.marks.candidate import derived_candidate
from revenuer.prove.radioactivity import OpenOptions, counted_test, open_test

MASTER = bytes(range(32))


@pytest.mark.parametrize("form", ["served", "free", "counted"])
@pytest.mark.parametrize(
    "scheme", [Green(width=1), Gumbel(width=2), DualGumbel(width=1)], ids=lambda s: s.name
)
def test_the_script_agrees(scheme: Scheme, form: str, tmp_path: Path) -> None:
    one = derived_candidate(MASTER, scheme, "campaign:C-1", date(2026, 3, 1))
    others = [derived_candidate(MASTER, scheme, f"account:{i}", date(2026, 3, 1)) for i in range(5)]
    model = teacher(1, 2)
    mark = scheme if isinstance(scheme, Green | Gumbel) else Gumbel(width=1)
    marked = written(model, 60, 80, 2, mark, (one.words[0], one.words[1]))
    suspect, shadow = student("suspect", marked, 2), student("shadow", written(model, 60, 80, 3), 2)
    options = OpenOptions(served=form == "served", windows=300, kept=16, decoys=199)
    keys = [one] if form == "served" else [one, *others]
    if form == "counted":
        own = exchanges(written(suspect, 60, 80, 4))
        verdict, pack = counted_test(own, "suspect", shadow, keys, options)
    else:
        texts = exchanges(marked if form == "served" else written(model, 60, 80, 4))
        verdict, pack = open_test(texts, suspect, shadow, keys, options)
    assert pack is not None
    for name, content in pack.data.items():
        (tmp_path / name).write_bytes(content)
    script = resources.files("revenuer.prove.pack.scripts").joinpath(pack.script).read_bytes()
    (tmp_path / "recompute.py").write_bytes(script)
    done = subprocess.run(
        [sys.executable, "-I", "recompute.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    said = [line.removeprefix("log10_p=") for line in done.stdout.splitlines() if line.startswith("log10_p=")]
    assert verdict.log10_p is not None
    assert float(said[0]) == pytest.approx(verdict.log10_p, rel=1e-6, abs=1e-9)
    assert "holds" in done.stdout
