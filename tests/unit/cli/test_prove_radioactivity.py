"""`prove radioactivity` as typed: a suspect's answers, a suspect's weights trained in seconds, packs that check, and bad input."""

import json
import shlex
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from builders.chain_models import Tokens, exchanges, teacher, written
from builders.tiny_weights import save_tiny, tiny_model, tiny_tokenizer
from revenuer.cli.prove import command
from revenuer.prove.marks import Green
from revenuer.prove.marks.keys import derive_key
from revenuer.prove.pack import verify_pack
from revenuer.records import InputError, UsageError

PAGE = Path(__file__).parents[3] / "docs" / "prove" / "radioactivity.md"
MASTER = bytes(range(32))
SCHEME = Green(width=1)
TEACHER = teacher(1)


def words_of(label: str) -> tuple[int, int]:
    key = derive_key(MASTER, "green", label, date(2026, 3, 1)).words(2)
    return key[0], key[1]


KEYS = ("--scheme", "green", "--epoch", "2026-03-01")


def typed(place: Path, *words: str | Path) -> Result:
    (place / "master").write_text(MASTER.hex())
    line = [
        "radioactivity",
        *words,
        *KEYS,
        "--master",
        place / "master",
        "--out",
        place / "out",
        "--seed",
        "4",
    ]
    return CliRunner().invoke(
        command, [str(word) for word in line], catch_exceptions=False, standalone_mode=False
    )


def answers(path: Path, texts: Sequence[Tokens]) -> Path:
    rows = [
        {"prompt_id": f"p{i}", "prompt": "Why?", "text": "because", "tokens": np.asarray(text).tolist()}
        for i, text in enumerate(texts)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def trained(folder: Path, texts: Tokens, seed: int) -> Path:
    """Write weights that learnt these texts for some seconds."""
    import torch

    tokenizer = tiny_tokenizer()
    model: Any = tiny_model(len(tokenizer), seed=seed, spread=0.1).train()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    data = torch.from_numpy(texts.astype(np.int64))
    for step in range(80):
        rows = data[step * 16 % len(data) :][:16]
        loss = model(input_ids=rows, labels=rows).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    model.save_pretrained(folder, safe_serialization=True)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("weights")
    marked = written(TEACHER, 160, 64, 2, SCHEME, words_of("account:acct_1"))
    return {
        "marked": trained(place / "marked", marked, 1),
        "unmarked": trained(place / "unmarked", written(TEACHER, 160, 64, 3), 2),
        "shadow": trained(place / "shadow", written(TEACHER, 160, 64, 4), 3),
        "contexts": answers(place / "contexts.jsonl", list(written(TEACHER, 40, 64, 5))),
        "log": answers(place / "log.jsonl", list(marked[:40])),
    }


def test_the_leaking_account_is_named_from_weights(weights: dict[str, Path], tmp_path: Path) -> None:
    result = typed(
        tmp_path, "--weights", weights["marked"], "--reference", weights["shadow"], "--contexts",
        weights["contexts"], "--label", "account:acct_1", "--label", "account:acct_2", "--json",
    )  # fmt: skip
    assert result.return_value == 1
    verdict = json.loads(result.stdout)
    assert verdict["details"]["named"] == ["account:acct_1"]
    assert verdict["n"]["keys"] == 2
    check = verify_pack(tmp_path / "out" / "evidence.zip", run=True)
    assert check.faults == ()
    assert check.recomputed == pytest.approx(verdict["log10_p"])


def test_served_contexts(weights: dict[str, Path], tmp_path: Path) -> None:
    result = typed(
        tmp_path, "--weights", weights["marked"], "--reference", weights["shadow"], "--contexts",
        weights["log"], "--served", "--label", "account:acct_1", "--suspect", "acme-7b",
    )  # fmt: skip
    assert result.return_value == 1
    verdict = json.loads((tmp_path / "out" / "verdict.json").read_text())
    assert verdict["suspect"] == "acme-7b"
    assert verdict["details"]["contexts"] == "served"
    assert verify_pack(tmp_path / "out" / "evidence.zip", run=True).faults == ()


def test_innocent_weights_name_nobody(weights: dict[str, Path], tmp_path: Path) -> None:
    result = typed(
        tmp_path, "--weights", weights["unmarked"], "--reference", weights["shadow"], "--contexts",
        weights["contexts"], "--label", "account:acct_1", "--label", "account:acct_2",
    )  # fmt: skip
    assert result.return_value == 0
    assert json.loads((tmp_path / "out" / "verdict.json").read_text())["details"]["named"] == []


def test_the_commands_of_the_page_run(
    weights: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = written(TEACHER, 30, 64, 6)
    text = tiny_tokenizer().decode
    rows = [{"prompt_id": str(i), "prompt": "Why?", "text": text(row)} for i, row in enumerate(own.tolist())]
    (tmp_path / "suspect.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "master.key").write_text(MASTER.hex())
    (tmp_path / "accounts.txt").write_text("account:acct_1\naccount:acct_2\n")
    for name, target in (
        ("suspect", "marked"), ("shadow", "shadow"), ("ours", "shadow"), ("neutral.jsonl", "contexts"), ("log.jsonl", "log"),
    ):  # fmt: skip
        (tmp_path / name).symlink_to(weights[target])
    monkeypatch.chdir(tmp_path)
    lines = [
        line for line in PAGE.read_text().splitlines() if line.startswith("revenuer prove radioactivity")
    ]
    codes = []
    for line in lines:
        words = shlex.split(line, comments=True)[2:]
        result = CliRunner().invoke(command, words, catch_exceptions=False, standalone_mode=False)
        codes.append(result.return_value)
    assert codes == [0, 0, 1, 1]
    named = [
        json.loads((tmp_path / out / "verdict.json").read_text())["details"]["named"]
        for out in ("closed", "closed-reference", "accounts", "served")
    ]
    assert named == [[], [], ["account:acct_1"], ["account:acct_1"]]


def test_a_suspects_own_answers(tmp_path: Path) -> None:
    own = written(TEACHER, 60, 90, 6, SCHEME, words_of("campaign:C-17"))
    log = answers(tmp_path / "log.jsonl", [np.asarray(r) for _, r in exchanges(own[:20])])
    result = typed(
        tmp_path, "--answers", answers(tmp_path / "own.jsonl", list(own)), "--label", "campaign:C-17",
        "--served-log", log, "--json",
    )  # fmt: skip
    assert result.return_value == 1
    verdict = json.loads(result.stdout)
    assert verdict["test"] == "radioactivity"
    assert "trained" in verdict["h0"]
    assert verdict["details"]["windows_served"][0]["log10_e"] > 3
    assert verify_pack(tmp_path / "out" / "evidence.zip", run=True).faults == ()


def test_a_suspects_own_answers_against_a_reference(weights: dict[str, Path], tmp_path: Path) -> None:
    own = written(TEACHER, 80, 64, 6, SCHEME, words_of("account:acct_1"))
    result = typed(
        tmp_path, "--answers", answers(tmp_path / "own.jsonl", list(own)), "--reference", weights["shadow"],
        "--label", "account:acct_1", "--label", "account:acct_2", "--json",
    )  # fmt: skip
    assert result.return_value == 1
    verdict = json.loads(result.stdout)
    assert verdict["details"]["form"] == "closed, against a reference"
    assert verdict["details"]["named"] == ["account:acct_1"]
    assert verify_pack(tmp_path / "out" / "evidence.zip", run=True).faults == ()


def test_another_tokenizer_is_refused(weights: dict[str, Path], tmp_path: Path) -> None:
    other = tiny_tokenizer(vocabulary=300)
    tiny_model(len(other)).save_pretrained(tmp_path / "other", safe_serialization=True)
    other.save_pretrained(tmp_path / "other")
    words = ("--weights", weights["marked"], "--contexts", weights["contexts"], "--label", "account:acct_1")
    with pytest.raises(InputError, match="other tokenizers"):
        typed(tmp_path, *words, "--reference", tmp_path / "other")
    with pytest.raises(InputError, match="another tokenizer than"):
        typed(tmp_path, *words, "--reference", weights["shadow"], "--tokenizer", tmp_path / "other")
    assert not (tmp_path / "out").exists()


def test_a_model_beside_itself_is_not_evaluated(tmp_path: Path) -> None:
    folder = save_tiny(tmp_path / "model")
    contexts = answers(tmp_path / "contexts.jsonl", list(written(TEACHER, 10, 64, 5)))
    result = typed(
        tmp_path, "--weights", folder, "--reference", folder, "--contexts", contexts, "--label", "account:a"
    )
    assert result.return_value == 0
    verdict = json.loads((tmp_path / "out" / "verdict.json").read_text())
    assert verdict["outcome"] == "not_evaluated"
    assert verdict["p"] is None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "one of --answers"),
        (("--answers", "a.jsonl", "--weights", "dir"), "one of --answers"),
        (("--answers", "a.jsonl", "--served"), "--served says nothing"),
        (("--weights", "dir", "--served-log", "log.jsonl"), "--served-log says nothing"),
        (("--weights", "dir"), "--reference and --contexts"),
    ],
)
def test_words_that_do_not_go_together(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=says):
        typed(tmp_path, *words, "--label", "account:a")
