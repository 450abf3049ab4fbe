"""The commands and policies in docs/guard/policy.md and docs/guard/replay.md, run as they stand there."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from builders.replayed import accounts, replaying_log
from revenuer.guard.policy import default_text, read_policy

DOCS = Path(__file__).parents[3] / "docs" / "guard"
PAGES = ("policy.md", "replay.md")


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_runs(page: str, tmp_path: Path) -> None:
    pq.write_table(replaying_log(), tmp_path / "last-week.parquet")
    pq.write_table(accounts(thief={"plan": "free"}), tmp_path / "accounts.parquet")
    for name in ("my-policy.toml", "old-policy.toml"):
        (tmp_path / name).write_text(default_text())
    lines = [line for block in blocks(page, "sh") for line in block.splitlines()]
    assert len(lines) >= 3
    for line in lines:
        program = shlex.join([sys.executable, "-c", "from revenuer.cli.main import main; main()"])
        done = subprocess.run(
            ["sh", "-c", line.replace("revenuer", program, 1)], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode in (0, 1), (line, done.stderr)
        # A slow machine may be told how far a stage is; an error begins with the program's name.
        assert "revenuer:" not in done.stderr, (line, done.stderr)


def test_every_policy_in_the_docs_can_be_used() -> None:
    found = blocks("policy.md", "toml")
    assert len(found) >= 4
    for text in found:
        assert read_policy(text, "policy.md", now=1_780_000_000_000_000).faults == ()


def test_the_docs_show_a_fault_as_it_is_told() -> None:
    told = str(read_policy('\n\n\n\n[mode]\nenforce = ["throttl"]\n', "my-policy.toml").faults[0])
    assert told in (DOCS / "policy.md").read_text(encoding="utf-8")
