"""From an engine's configuration to a verdict: `prove mark engine` and `prove detect --key`."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from revenuer.cli.prove_detect import command as detect
from revenuer.cli.prove_mark_engine import command as engine
from revenuer.prove.marks import distinct_pairs, sample_of
from revenuer.prove.marks.engines import SglangGumbel, VllmGumbel


def asked(command: Any, *words: object) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words], standalone_mode=False)


def document(folder: Path, scheme: str, keys: str) -> Result:
    path = folder / "engine.key"
    path.write_text(keys)
    return asked(engine, "--scheme", scheme, "--key-file", path, "--label", "server:eu-1")


@pytest.mark.parametrize(
    ("scheme", "keys", "words"),
    [
        ("vllm-gumbel:width=4", "0x0123456789abcdef", [0x89ABCDEF, 0x01234567]),
        ("vllm-dual:alpha=0.2", "5", [5, 0]),
        ("sglang-dual", "0x1, 0x200000003", [1, 0, 3, 2]),
        ("transformers-green:vocabulary=50257,seeding=selfhash,context_width=3", "15485863", [15485863, 0]),
        ("synthid:layers=3,ngram=5", "654,400,-1", [654, 400, 0xFFFFFFFF]),
    ],
)
def test_keys_become_documents(tmp_path: Path, scheme: str, keys: str, words: list[int]) -> None:
    told = document(tmp_path, scheme, keys)
    assert told.exception is None
    assert json.loads(told.stdout)["key"] == words


@pytest.mark.parametrize(
    ("scheme", "keys", "words"),
    [
        ("synthid:layers=3", "1,2", "takes 3 keys, got 2"),
        ("vllm-gumbel", "secret", "whole numbers"),
        ("vllm-gumbel", "-1", "64 bits"),
        ("green", "1", "no scheme"),
        ("transformers-green:vocabulary=100,ratio=2", "1", "between 0 and 1"),
    ],
)
def test_what_is_no_key_is_told(tmp_path: Path, scheme: str, keys: str, words: str) -> None:
    assert words in str(document(tmp_path, scheme, keys).exception)


def test_an_engines_mark_is_found(tmp_path: Path) -> None:
    """Answers that score high under the key, as the engine would have chosen them."""
    told = document(tmp_path, "vllm-gumbel:width=4", "77")
    (tmp_path / "keys.jsonl").write_text(told.stdout)
    rng, key = np.random.default_rng(3), np.array([[77, 0]], np.uint32)
    lines = []
    for i in range(6):
        text = rng.integers(0, 1000, 4).tolist()
        while len(text) < 60:
            offered = [[*text[-4:], int(token)] for token in rng.integers(0, 1000, 4)]
            scores = [VllmGumbel().statistics(distinct_pairs(sample_of([one]), 4), key)[0] for one in offered]
            text.append(offered[int(np.argmax(scores))][-1])
        lines.append(json.dumps({"prompt_id": str(i), "prompt": "q", "text": "a", "tokens": text}))
    (tmp_path / "answers.jsonl").write_text("\n".join(lines))
    done = asked(
        detect,
        tmp_path / "answers.jsonl",
        "--key",
        tmp_path / "keys.jsonl",
        "--out",
        tmp_path / "out",
        "--decoys",
        99,
        "--seed",
        1,
    )
    assert done.exception is None
    assert done.return_value == 1
    verdict = json.loads((tmp_path / "out" / "verdict.json").read_text())
    assert verdict["outcome"] == "positive"
    assert "server:eu-1" in verdict["summary"]
    assert SglangGumbel().name not in verdict["summary"]


def test_the_commands_of_the_page_run(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "prove" / "engines.md").read_text("utf-8")
    (block,) = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "engine.key").write_text("0x1234567890abcdef\n")
    rows = [
        {"prompt_id": str(i), "prompt": "q", "text": "a", "tokens": [*range(i, i + 30)]} for i in range(4)
    ]
    (tmp_path / "answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for line in block.splitlines():
        program = shlex.join([sys.executable, "-c", "from revenuer.cli.main import main; main()"])
        done = subprocess.run(
            ["sh", "-c", line.replace("revenuer", program, 1)], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, (line, done.stderr)
