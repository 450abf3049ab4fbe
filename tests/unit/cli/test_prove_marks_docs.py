"""The commands in docs/prove/marks.md, run as they stand there; and its table of powers."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from builders.token_streams import Language
from revenuer.prove.marks import Green, Gumbel

PAGE = Path(__file__).parents[3] / "docs" / "prove" / "marks.md"


def test_every_command_runs(tmp_path: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    words = tokenizers.models.WordLevel({f"w{i}": i for i in range(512)} | {"?": 512}, unk_token="?")
    tokenizer = tokenizers.Tokenizer(words)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "labels.txt").write_text("campaign:C-17\naccount:acct_42 2026-02-01\n")
    rng = np.random.default_rng(1)
    rows = [
        {"prompt_id": str(i), "prompt": "w1 w2", "text": " ".join(f"w{t}" for t in text), "tokens": text}
        for i, text in enumerate(Language(rng).texts(20, 60, rng).tolist())
    ]
    (tmp_path / "answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    assert len(lines) == 6
    for line in lines:
        program = shlex.join([sys.executable, "-c", "from revenuer.cli.main import main; main()"])
        done = subprocess.run(
            ["sh", "-c", line.replace("revenuer", program, 1)], cwd=tmp_path, capture_output=True, text=True
        )
        # The master key is drawn anew: at alpha .01 one run in a hundred finds the mark of an innocent, exit code 1, as it should.
        allowed = (0, 1) if "prove detect" in line else (0,)
        assert done.returncode in allowed, (line, done.stderr)


def test_the_table_of_powers_is_what_the_laws_give() -> None:
    rows = re.findall(r"^\| (\.\d+) \| (.*) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(rows) == 4
    for effect, cells in rows:
        sizes = [int(cell.replace(",", "")) for cell in cells.split("|")]
        for i, n in enumerate(sizes):
            scheme, keys = (Green(width=1), Gumbel(width=2))[i % 2], (1, 64, 1000)[i // 2]
            assert 0.78 < scheme.power(n, float(effect), 0.01 / keys) < 0.82
