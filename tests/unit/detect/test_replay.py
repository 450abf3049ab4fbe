"""Replayed reasoning signatures: who is called guilty, who is only linked, and who is kin."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from revenuer.detect.replay import Replay, find_replays
from revenuer.engine import DuckDBEngine

ALONE = np.array([-1, -1, -1])


def replays(
    folder: Path, rows: list[tuple[int, int, str | None, int]], organization: np.ndarray = ALONE
) -> Replay:
    """Rows are (account, time, signature, session)."""
    table = pa.table(
        {
            "acct": pa.array([r[0] for r in rows], pa.int32()),
            "t": pa.array([r[1] for r in rows], pa.int64()),
            "reasoning_signature": pa.array(
                [None if r[2] is None else hash_of(r[2]) for r in rows], pa.int64()
            ),
            "session": pa.array([r[3] for r in rows], pa.int64()),
        }
    )
    with DuckDBEngine(folder / "engine") as engine:
        engine.register("ex", table)
        return find_replays(engine, len(organization), organization)


def hash_of(text: str) -> int:
    return int.from_bytes(text.encode().ljust(8, b"_")[:8], "little") & (1 << 62) - 1


def test_the_first_to_replay_is_taken_for_the_receiver(tmp_path: Path) -> None:
    found = replays(tmp_path, [(1, 20, "x", 1), (0, 10, "x", 0), (2, 30, "y", 2), (1, 25, "x", 1)])
    assert found.available
    assert found.source.tolist() == [0]
    assert found.target.tolist() == [1]
    assert found.count.tolist() == [2]
    assert found.foreign.tolist() == [0, 2, 0]
    assert found.signed.tolist() == [1, 2, 1]


def test_keys_of_one_organisation_may_share(tmp_path: Path) -> None:
    rows = [(0, 10, "x", 0), (1, 20, "x", 1), (2, 30, "x", 2)]
    found = replays(tmp_path, rows, np.array([4, 4, 5]))
    assert list(zip(found.source.tolist(), found.target.tolist(), strict=True)) == [(0, 2)]
    assert found.foreign.tolist() == [0, 0, 1]


def test_unknown_organisations_are_not_one(tmp_path: Path) -> None:
    assert replays(tmp_path, [(0, 1, "x", 0), (1, 2, "x", 1)]).foreign.tolist() == [0, 1, 0]


def test_moving_between_own_sessions_is_noted_and_links_nobody(tmp_path: Path) -> None:
    found = replays(tmp_path, [(0, 1, "x", 0), (0, 2, "x", 5), (0, 3, "x", 0)])
    assert len(found.source) == 0
    assert found.moved.tolist() == [1, 0, 0]
    assert found.foreign.tolist() == [0, 0, 0]


def test_no_signatures(tmp_path: Path) -> None:
    found = replays(tmp_path, [(0, 1, None, 0), (1, 2, None, 1)])
    assert not found.available
    assert found.signed.tolist() == [0, 0, 0]
