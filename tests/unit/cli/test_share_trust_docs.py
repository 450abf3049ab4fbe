"""docs/sharing/matching.md and trust.md: the commands are ours, the script for the ledger works, the tables are what the code says."""

import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from revenuer.cli.main import cli
from revenuer.share.books import open_books
from revenuer.share.expiry import LIFETIMES
from revenuer.share.ledger import LEDGER_TABLES, Departure, Ledger
from revenuer.share.matching.bands import likeness, match_probability
from revenuer.share.matching.messages import MOST_BATCH
from revenuer.share.matching.rows import MOST_SLOTS, ROW_BYTES

DOCS = Path(__file__).parents[3] / "docs" / "sharing"
MATCHING, TRUST = (DOCS / name for name in ("matching.md", "trust.md"))
COMMANDS = [
    line.partition(" #")[0].strip()
    for page in (MATCHING, TRUST)
    for line in page.read_text(encoding="utf-8").splitlines()
    if line.startswith("revenuer share ")
]


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_parse(line: str) -> None:
    words = shlex.split(line.partition(" >")[0])[1:]
    command: click.Command = cli
    context = click.Context(cli, info_name="revenuer")
    while isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        assert found is not None, line
        command, words = found, words[1:]
    command.make_context("x", list(words), resilient_parsing=False)


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 10


def test_the_script_for_the_ledger(tmp_path: Path) -> None:
    with open_books(tmp_path / "share.sqlite", LEDGER_TABLES) as books:
        for number in range(3):
            Ledger(books).append(
                Departure(
                    time=datetime(2026, 5, 1, tzinfo=UTC),
                    partner="b",
                    channel="file",
                    object_id=f"note--{number}",
                    modified="",
                    sha256="0" * 64,
                    marking="TLP:GREEN",
                    policy_sha256="",
                    purpose='é "quoted" \u2028',
                )
            )
        lines = list(Ledger(books).lines())
        head = Ledger(books).head()
    (tmp_path / "ledger.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (script,) = re.findall(r"```python\n(.*?)```", TRUST.read_text(encoding="utf-8"), re.DOTALL)
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.split() == [str(head.seq), head.sha256], done.stderr
    (tmp_path / "ledger.jsonl").write_text(
        "".join(f"{line}\n" for line in [*lines[:1], lines[2]]), encoding="utf-8"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True).returncode != 0


def test_the_tables_are_what_the_code_says() -> None:
    text = TRUST.read_text(encoding="utf-8")
    for kind, life in LIFETIMES.items():
        assert f"| `{kind}` | {life.days} | {life.reason} |" in text
    matching = MATCHING.read_text(encoding="utf-8")
    for jaccard, shown in ((0.2, "0.008"), (0.3, "0.16"), (0.4, "0.60"), (0.5, "0.93"), (0.6, "0.997")):
        assert f"{match_probability(jaccard):.{len(shown) - 2}f}" == shown
        assert f"| {shown} |" in matching
    for equal in (5, 8, 12, 16, 24):
        found = likeness(equal)
        assert f"{found.jaccard:.2f} ({found.low:.2f}-{found.high:.2f})" in matching
    for words in (f"{MOST_BATCH:,} elements", f"{ROW_BYTES} bytes a row", f"at most {MOST_SLOTS} campaigns"):
        assert words in matching, words
