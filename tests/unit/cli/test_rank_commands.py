"""The rank commands as typed: files, exit codes, words, and errors."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from revenuer.cli.rank import command
from revenuer.records import RevenuerError
from revenuer.simulate import Attack, Crowd, draw_arena, honest_votes, rigged_votes


def typed(*words: str | Path) -> Result:
    return CliRunner().invoke(
        command, [str(word) for word in words], catch_exceptions=False, standalone_mode=False
    )


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(1)
    path = tmp_path_factory.mktemp("votes") / "honest.parquet"
    pq.write_table(honest_votes(rng, draw_arena(rng, 8), Crowd(voters=300)).table, path)
    return path


@pytest.fixture(scope="module")
def rigged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(2)
    attack = Attack(kind="target-only", accounts=30, votes=60, target=3)
    path = tmp_path_factory.mktemp("votes") / "rigged.parquet"
    pq.write_table(rigged_votes(rng, draw_arena(rng, 12), Crowd(voters=500), attack).table, path)
    return path


def test_fit_writes_ratings_and_a_page(honest: Path, tmp_path: Path) -> None:
    result = typed(
        "fit", honest, "--out", tmp_path / "board", "--cluster", "voter,prompt", "--anchor", "model-003=1200"
    )
    assert result.return_value == 0
    assert {path.name for path in (tmp_path / "board").iterdir()} == {"ratings.parquet", "report.html"}
    table = pq.read_table(tmp_path / "board" / "ratings.parquet")
    assert table.column_names == [
        "model", "rating", "low", "high", "rank_low", "rank_high", "votes", "component", "status",
    ]  # fmt: skip
    row = next(row for row in table.to_pylist() if row["model"] == "model-003")
    assert row["rating"] == pytest.approx(1200.0)
    assert "sandwich, clustered by voter and prompt" in " ".join(result.stdout.split())


def test_rows_that_were_set_aside_are_written_down(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text("model_a,model_b,winner\na,b,model_a\nb,a,model_a\na,b,left\n")
    typed("fit", path, "--out", tmp_path / "board")
    (row,) = map(json.loads, (tmp_path / "board" / "quarantine.jsonl").read_text().splitlines())
    assert (row["line"], row["file"]) == (4, str(path))
    assert "left" in row["excerpt"]


def test_fit_prints_json(honest: Path, tmp_path: Path) -> None:
    result = typed("fit", honest, "--out", tmp_path / "board", "--json", "--ties", "rao-kupper")
    ratings = json.loads(result.stdout)
    assert len(ratings) == 8
    assert ratings[0]["rank_low"] == 1


def test_certify_writes_what_it_says(honest: Path, tmp_path: Path) -> None:
    result = typed("certify", honest, "--top", "2", "--out", tmp_path / "c", "--json")
    written = json.loads((tmp_path / "c" / "certificate.json").read_text())
    assert json.loads(result.stdout) == written
    assert written["lower_bound"] <= written["upper_bound"]
    assert written["cause"] in {"near_tie", "under_sampled"}
    assert set(written["by_action"]) == {"drop", "flip", "add"}
    assert (
        len(written["by_action"]["drop"]["witness"]["votes"]) == written["by_action"]["drop"]["upper_bound"]
    )
    assert written["order"]["lower_bound"] <= written["lower_bound"]
    assert "To change the top 2" in typed("certify", honest, "--top", "2", "--out", tmp_path / "c").stdout


def test_certify_by_accounts(honest: Path, tmp_path: Path) -> None:
    result = typed(
        "certify", honest, "--top", "1", "--unit", "voter", "--actions", "drop,add", "--out", tmp_path / "c"
    )
    assert "account" in result.stdout
    written = json.loads((tmp_path / "c" / "certificate.json").read_text())
    assert written["unit"] == "voter"
    assert written["by_action"]["drop"]["witness"]["accounts"]


def test_a_plan_is_printed(honest: Path) -> None:
    assert "votes so far" in typed("plan", honest, "--budget", "100", "--target", "5").stdout
    plan = json.loads(typed("plan", honest, "--budget", "100", "--json").stdout)
    assert sum(pair["votes"] for pair in plan["pairs"]) == 100


def test_rigging_is_a_finding_and_shows_both_boards(rigged: Path, tmp_path: Path) -> None:
    result = typed("rigging", rigged, "--out", tmp_path / "r")
    assert result.return_value == 1
    written = json.loads((tmp_path / "r" / "rigging.json").read_text())
    assert written["outcome"] == "positive"
    assert len(written["suspects"]) >= 25
    lifted, cleaned = (
        next(row for row in written[board]["ratings"] if row["model"] == "model-003")
        for board in ("board", "board_without_suspects")
    )
    assert lifted["rating"] > cleaned["rating"] + 50
    assert written["board_without_suspects"]["certificate"]["lower_bound"] >= 0
    page = (tmp_path / "r" / "report.html").read_text()
    assert "with and without the suspects" in page
    assert 'style="' not in page
    assert "without" in result.stdout


def test_honest_votes_are_no_finding(honest: Path, tmp_path: Path) -> None:
    result = typed("rigging", honest, "--out", tmp_path / "r")
    assert result.return_value == 0
    assert "Nothing that honest voting does not explain" in result.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fit", "VOTES", "--out", "OUT", "--cluster", "table"], "expected some of voter, prompt"),
        (["fit", "VOTES", "--out", "OUT", "--anchor", "1200"], "expected MODEL=RATING"),
        (["fit", "VOTES", "--out", "OUT", "--style", "length"], "length"),
        (["fit", "nothing.csv", "--out", "OUT"], "nothing.csv"),
        (["certify", "VOTES", "--top", "8", "--out", "OUT"], "expected 1 to 7"),
        (["certify", "VOTES", "--top", "1", "--actions", "burn", "--out", "OUT"], "drop, flip, add"),
        (
            ["certify", "VOTES", "--top", "1", "--unit", "voter", "--actions", "flip", "--out", "OUT"],
            "not flipped",
        ),
        (["plan", "VOTES", "--budget", "10", "--ties", "davidson"], "half or drop"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    words: list[str], said: str, honest: Path, tmp_path: Path
) -> None:
    place = {"VOTES": str(honest), "OUT": str(tmp_path / "out")}
    with pytest.raises(RevenuerError, match=said):
        typed(*(place.get(word, word) for word in words))
    assert not (tmp_path / "out").exists()
