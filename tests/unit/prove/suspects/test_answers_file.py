"""Files of answers and scores: what is kept, what is set aside with its line, and what is counted."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from revenuer.prove.suspect import Ask
from revenuer.prove.suspects import Prompt, read_answers, read_pairs, read_prompts, read_scores
from revenuer.prove.suspects.answers_file import CONFLICTING, OTHER_PROMPT, REPEATED, UNKNOWN_PROMPT
from revenuer.prove.suspects.text_checks import is_gibberish, is_in_another_script, script_of
from revenuer.records import InputError

PROMPTS = {f"p{i}": Prompt(prompt_id=f"p{i}", prompt=f"How do tides work {i}?") for i in range(4)}


def lines(path: Path, *rows: dict[str, Any] | bytes) -> Path:
    path.write_bytes(
        b"".join(row if isinstance(row, bytes) else json.dumps(row).encode() + b"\n" for row in rows)
    )
    return path


def test_every_row_is_accounted_for(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.jsonl",
        {"prompt_id": "p0", "text": "By the moon.", "finish_reason": "stop"},
        {"prompt_id": "p0", "text": "By the moon."},
        {"prompt_id": "p0", "text": "By the sun."},
        {"prompt_id": "p0", "text": "Another.", "sample": 1, "finish_reason": "length", "tokens": [1, 2]},
        {"prompt_id": "p1", "text": "  ", "prompt": "How do tides work 1?"},
        {"prompt_id": "p1", "text": "x", "sample": 1, "prompt": "How do clocks work?"},
        {"prompt_id": "else", "text": "x"},
        {"prompt_id": "p2", "text": None, "finish_reason": "refusal"},
        {"prompt_id": "p2", "text": None, "sample": 1},
        {"prompt_id": "p2", "text": 7, "sample": 2},
        b'{"prompt_id": "p2", "text": "caf\xe9", "sample": 3}\n',
        b"no json\n",
        b"\n",
        {"prompt_id": "p2", "text": "Приливы бывают дважды в день.", "sample": 4},
        {"prompt_id": "p2", "text": "x", "sample": -1},
    )
    found = read_answers(path, PROMPTS)
    counts = found.counts
    assert (counts.rows, counts.kept, counts.unanswered) == (14, 5, 1)
    assert counts.kept + sum(counts.set_aside.values()) == counts.rows
    assert (counts.truncated, counts.refused, counts.empty, counts.other_script) == (1, 1, 2, 1)
    assert counts.set_aside[REPEATED] == counts.set_aside[CONFLICTING] == 1
    assert counts.set_aside[UNKNOWN_PROMPT] == counts.set_aside[OTHER_PROMPT] == 1
    assert [row.line for row in found.quarantine] == [2, 3, 6, 7, 9, 10, 11, 12, 15]
    assert found.by_key["p0", 0].text == "By the moon."
    assert found.by_key["p0", 1].tokens == (1, 2)


def test_it_answers_what_it_holds_and_nothing_else(tmp_path: Path) -> None:
    found = read_answers(lines(tmp_path / "a", {"prompt_id": "p", "prompt": "Why?", "text": "So."}))
    asks = [
        Ask(prompt_id="p", prompt="Why?"),
        Ask(prompt_id="p", prompt="Why?", sample=1),
        Ask(prompt_id="p", prompt="When?"),
    ]
    assert [answer.text for answer in found.answers(asks)] == ["So."]


def test_answers_to_other_prompts_are_an_error(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", {"prompt_id": "x", "text": "y"}, {"prompt_id": "z", "text": "y"})
    with pytest.raises(
        InputError, match=r"of 2 rows, 2 because .* \(first in line 1\); is this the right prompts file"
    ):
        read_answers(path, PROMPTS)
    with pytest.raises(InputError, match="names no prompt"):
        read_answers(path)


@pytest.mark.parametrize("suffix", [".parquet", ".jsonl.gz", ".jsonl.zst"])
def test_other_forms_of_the_same_file(tmp_path: Path, suffix: str) -> None:
    rows = [{"prompt_id": "p0", "text": "a", "sample": 0}, {"prompt_id": "p1", "text": None, "sample": 0}]
    path = tmp_path / f"a{suffix}"
    if suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        with (
            pa.OSFile(str(path), "wb") as raw,
            pa.CompressedOutputStream(raw, {".jsonl.gz": "gzip"}.get(suffix, "zstd")) as out,
        ):
            out.write("".join(json.dumps(row) + "\n" for row in rows).encode())
    found = read_answers(path, PROMPTS)
    assert (found.counts.rows, found.counts.kept, found.quarantine[0].line) == (2, 1, 2)


def test_a_table_with_columns_of_other_types(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"prompt_id": [1, 2], "text": ["a", "b"]}), path)
    with pytest.raises(InputError, match="a field is missing or of the wrong type"):
        read_answers(path, PROMPTS)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="not a whole Parquet file"):
        read_answers(path, PROMPTS)


def test_prompts_and_pairs(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "p",
        {"prompt_id": "a", "prompt": "x", "kind": "harmful", "group": "g"},
        {"prompt_id": "a", "prompt": "x"},
        {"prompt_id": "a", "prompt": "y"},
        {"prompt_id": "b", "prompt": " "},
    )
    found = read_prompts(path)
    assert found.prompts["a"].kind == "harmful"
    assert sum(found.set_aside.values()) == 3
    pairs = read_pairs(
        lines(
            tmp_path / "q",
            {"prompt": "", "continuation": "c"},
            {"prompt": "", "continuation": "c"},
            {"prompt": "p", "continuation": ""},
        )
    )
    assert pairs.pairs == (("", "c"),)
    assert pairs.quarantine[0].line == 3
    for read in (read_prompts, read_pairs):
        with pytest.raises(InputError, match="holds no"):
            read(lines(tmp_path / "r", b"{}\n"))
        with pytest.raises(InputError, match="is empty"):
            read(lines(tmp_path / "s"))


def test_scores_that_are_none_or_contradict(tmp_path: Path) -> None:
    def row(continuation: str, logprobs: Any, **more: Any) -> dict[str, Any]:
        return {"prompt": "p", "continuation": continuation, "logprobs": logprobs, **more}

    path = lines(
        tmp_path / "s",
        row("good", [-1.0, -2.0], straddling=True),
        row("good", [-1.0, -2.0000001]),
        row("torn", [-1.0]),
        row("torn", [-1.5]),
        row("positive", [0.5]),
        row("none", None, reason="too long"),
        row("silent", None),
        row("empty", []),
        b'{"prompt": "p", "continuation": "nan", "logprobs": [NaN]}\n',
    )
    found = read_scores(path)
    good, torn, none, absent = found.score([("p", "good"), ("p", "torn"), ("p", "none"), ("p", "absent")])
    assert good.total == pytest.approx(-3.0)
    assert good.straddling
    assert torn.logprobs is None
    assert "two different scores" in torn.reason
    assert none.reason == "too long"
    assert "no score" in absent.reason
    with pytest.raises(ValueError, match="not scored: too long"):
        _ = none.total
    assert [row.line for row in found.quarantine] == [2, 4, 5, 7, 8, 9]


def test_what_is_said_of_a_text() -> None:
    assert script_of("Приливы and ebb") == "CYRILLIC"
    assert script_of("12 + 3") == ""
    assert is_in_another_script("How?", "潮の満ち引き")
    assert not is_in_another_script("Translate 潮の満ち引き", "潮の満ち引き")
    assert not is_in_another_script("How?", "42")
    for text in ("ab\ufffd\ufffd cd ef", "so " * 400, "x" * 300, "\x00\x01 binary"):
        assert is_gibberish(text), text
    for text in (
        "",
        "A short answer.",
        "潮の満ち引きは月の引力によって起こる。" * 5,
        "Tabs\tand\nlines\r\n" * 3,
    ):
        assert not is_gibberish(text), text
