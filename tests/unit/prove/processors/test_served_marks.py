"""What vLLM's two runners hand over, and which rows are marked. The base classes are vLLM's own and are not needed here."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from revenuer.guard.policy.marking import Marking, marked
from revenuer.prove.marks import Green
from revenuer.prove.marks.candidate import derived_candidate
from revenuer.prove.processors.for_vllm import RunnerV1, RunnerV2
from revenuer.prove.processors.mark_name import candidate_of
from revenuer.prove.processors.marked_rows import MarkedRow, mark_rows
from revenuer.prove.processors.served_marks import MASTER_VARIABLE, ServedMarks
from revenuer.records import Action, Decision, InputError, RevenuerError, UsageError

MASTER = bytes(range(7, 39))
NAME = "campaign:C-1;scheme=green:width=1,delta=3;epoch=2026-11-01"
OWNER = derived_candidate(MASTER, Green(width=1, delta=3.0), "campaign:C-1", date(2026, 11, 1))
LOGITS = torch.randn(4, 211, generator=torch.Generator().manual_seed(6))


@pytest.fixture(autouse=True)
def master(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "master"
    path.write_text(MASTER.hex())
    monkeypatch.setenv(MASTER_VARIABLE, str(path))


def parameters(mark: object = None) -> SimpleNamespace:
    extra = None if mark is None else {"revenuer_mark": mark}
    return SimpleNamespace(extra_args=extra, temperature=1.0, top_k=0, top_p=1.0, min_p=0.0)


def update(**parts: Any) -> SimpleNamespace:
    return SimpleNamespace(**{"batch_size": 4, "removed": [], "added": [], "moved": [], **parts})


def changed(processor: RunnerV1) -> list[int]:
    """Return which of four rows the processor touches."""
    after = processor.apply(LOGITS.clone())
    return [row for row in range(4) if not torch.equal(after[row], LOGITS[row])]


def test_the_name_gives_the_key() -> None:
    assert candidate_of(NAME, MASTER) == OWNER
    wrong = (
        "campaign:C-1",
        NAME.replace("2026-11-01", "soon"),
        NAME.replace("green", "red"),
        "x;" + NAME,
        "",
    )
    for name in wrong:
        with pytest.raises(RevenuerError):
            candidate_of(name, MASTER)


@pytest.mark.parametrize("account", ["acct_42", "a;b c\n", "ä" * 200])
@pytest.mark.parametrize("label", ["campaign", "account"])
def test_what_the_guard_names_is_understood(account: str, label: Any) -> None:
    decision = Decision(
        request_id="r", timestamp=1_760_000_000_000_000, account_id=account, action=Action.OBSERVE,
        would=Action.OBSERVE, reason="", campaign_id="operator-3f", log10_e=3.0,
    )  # fmt: skip
    named = marked(decision, None, False, Marking(enabled=True, label=label, scheme="gumbel:width=2"))
    found = candidate_of(str(named.mark), MASTER)
    assert (found.scheme.name, found.label.partition(":")[0]) == ("gumbel", label)


def test_the_older_runner_follows_its_batch() -> None:
    processor = RunnerV1(None, torch.device("cpu"), False)
    assert processor.apply(LOGITS) is LOGITS
    written: list[int] = []
    first = (0, parameters(), None, [9])
    processor.update_state(
        update(added=[first, (1, parameters(NAME), [1], written), (2, parameters(NAME), None, [8])])
    )
    assert changed(processor) == [2]
    written.append(4)
    assert changed(processor) == [1, 2]
    processor.update_state(update(moved=[(1, 3, SimpleNamespace(name="UNIDIRECTIONAL"))]))
    assert changed(processor) == [2, 3]
    processor.update_state(update(moved=[(2, 0, SimpleNamespace(name="SWAP"))]))
    assert changed(processor) == [0, 3]
    processor.update_state(update(removed=[3], added=[(0, parameters(), None, [1])]))
    assert changed(processor) == []
    processor.update_state(None)
    assert not processor.is_argmax_invariant()


def buffer(values: Any) -> SimpleNamespace:
    """Both sides of a buffer of the newer runner's."""
    tensor = torch.tensor(values)
    return SimpleNamespace(gpu=tensor, np=tensor.numpy())


def test_the_newer_runner_finds_its_rows() -> None:
    states = SimpleNamespace(
        all_token_ids=buffer([[1, 2, 9, 0], [3, 4, 5, 6], [7, 0, 0, 0]]),
        prompt_len=buffer([2, 2, 1]),
        total_len=buffer([3, 4, 1]),
    )
    processor = RunnerV2(SimpleNamespace(speculative_config=None), states)
    assert [
        processor.add_request(slot, parameters(mark)) for slot, mark in enumerate((None, NAME, NAME))
    ] == [
        False,
        True,
        True,
    ]
    logits = LOGITS[:3]
    after = processor.apply(logits.clone(), SimpleNamespace(idx_mapping_np=np.array([2, 1, 0])))
    assert torch.equal(after, mark_rows(logits.clone(), {1: MarkedRow(candidate=OWNER)}, {1: [5, 6]}))
    assert not processor.add_request(1, parameters())
    left = processor.apply(logits.clone(), SimpleNamespace(idx_mapping_np=np.array([1, 0, 0])))
    assert torch.equal(left, logits)
    with pytest.raises(UsageError, match="speculative"):
        RunnerV2(SimpleNamespace(speculative_config=object()), states)


@pytest.mark.parametrize("mark", ["campaign:x", 7, NAME.replace("green:width=1,delta=3", "vllm-gumbel")])
def test_an_unreadable_mark_leaves_the_answer_alone_and_is_logged(
    mark: object, caplog: pytest.LogCaptureFixture
) -> None:
    assert ServedMarks().row(parameters(mark)) is None
    assert "that was to be marked is not" in caplog.text


def test_a_server_without_its_master_key_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=MASTER_VARIABLE):
        ServedMarks({})
    with pytest.raises(InputError):
        ServedMarks({MASTER_VARIABLE: str(tmp_path / "absent")})
