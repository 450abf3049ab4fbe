"""Kill -9 while the ledger is written: whatever was acknowledged is there, and the chain is whole."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from revenuer.share.books import open_books
from revenuer.share.ledger import LEDGER_TABLES, Ledger, check_ledger

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from revenuer.share.books import open_books
from revenuer.share.ledger import LEDGER_TABLES, Departure, Ledger
with open_books(Path(sys.argv[1]), LEDGER_TABLES) as books:
    number = 0
    while True:
        number += 1
        head = Ledger(books).append(Departure(time=datetime.now(UTC), partner="b", channel="push", object_id=f"note--{number}",
            modified="", sha256="0" * 64, marking="TLP:GREEN", policy_sha256="", purpose="x" * 500))
        print(head.seq, head.sha256, flush=True)
"""


@pytest.mark.parametrize("acknowledged", [1, 40, 150])
def test_what_was_acknowledged_is_there(tmp_path: Path, acknowledged: int) -> None:
    path = tmp_path / "share.sqlite"
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True, env=environ
    ) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline().split() for _ in range(acknowledged)]
        writer.send_signal(signal.SIGKILL)
    with open_books(path, LEDGER_TABLES) as books:
        lines = list(Ledger(books).lines())
        found = check_ledger(lines)
        assert found.whole
        assert found.lines >= acknowledged
        seq, sha256 = told[-1]
        assert f'"sha256":"{sha256}"' in lines[int(seq) - 1]
        # And it goes on from there.
        assert Ledger(books).head() == found.head
