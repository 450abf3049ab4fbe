"""Runs are read as they were measured, or the fault is told with its line."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from revenuer.prove.degrade import read_runs
from revenuer.records import InputError
from revenuer.records.degradation import DegradeRun

RUN: dict[str, Any] = {
    "task": "t", "policy": "undefended", "attacker": "naive", "exchanges": 250, "seed": 1, "score": 0.5, "honest_loss": 0.0,
}  # fmt: skip


def written(tmp_path: Path, *lines: Any) -> Path:
    path = tmp_path / "runs.jsonl"
    texts = [line if isinstance(line, str) else json.dumps({**RUN, **line}) for line in lines]
    path.write_text("\n".join(texts) + "\n")
    return path


def test_runs_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    more = {
        "policy": "top 5",
        "attacker": "adaptive",
        "strategy": "s",
        "honest_user": "u",
        "accounts": 4,
        "score": -3,
    }
    assert read_runs(written(tmp_path, {}, "", more)) == (
        DegradeRun(task="t", policy="undefended", attacker="naive", exchanges=250, seed=1, score=0.5, honest_loss=0.0),
        DegradeRun(
            task="t", policy="top 5", attacker="adaptive", exchanges=250, seed=1, score=-3.0, honest_loss=0.0,
            honest_user="u", strategy="s", accounts=4,
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "runs.jsonl:2: no measured run: Input data was truncated"),
        ("[1]", "runs.jsonl:2: no measured run: Expected `object`"),
        ({"attacker": "clever"}, "runs.jsonl:2: no measured run: Expected `str` matching regex"),
        ({"exchanges": 0}, "runs.jsonl:2: no measured run: Expected `int` >= 1"),
        ({"score": "0.5"}, "runs.jsonl:2: no measured run: Expected `float`, got `str`"),
        ({"score": 7}, "runs.jsonl:2: no measured run: Expected `float` <= 1.5"),
        ({"honest_loss": 7}, "runs.jsonl:2: no measured run: Expected `float` <= 1.0"),
        ({"scored": 1}, "runs.jsonl:2: no measured run: Object contains unknown field `scored`"),
        ({}, "runs.jsonl:2: the same run as line 1; give repetitions seeds of their own"),
        ('{"task": "t"}', "runs.jsonl:2: no measured run: Object missing required field `policy`"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, line: Any, told: str) -> None:
    with pytest.raises(InputError) as refused:
        read_runs(written(tmp_path, {}, line))
    assert told in str(refused.value)


def test_no_file_and_no_runs(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        read_runs(tmp_path / "absent.jsonl")
    with pytest.raises(InputError, match="holds no runs"):
        read_runs(written(tmp_path, "", "  "))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_whatever_a_file_holds_is_runs_or_a_fault(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "runs.jsonl"
    path.write_bytes(json.dumps(RUN).encode() + b"\n" + content)
    try:
        found = read_runs(path)
    except InputError as error:
        found, told = (), str(error)
    assert found[:1] == () or found[0].score == 0.5
    assert found or "runs.jsonl" in told
