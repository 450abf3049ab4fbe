"""Whatever bytes come in: rows are read or set aside, bodies are answers or refused, and nothing else happens."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from revenuer.prove.safety.labels_file import read_labels
from revenuer.prove.suspect import Scored
from revenuer.prove.suspects import read_answers, read_pairs, read_prompts, read_scores, scores_bytes
from revenuer.prove.suspects.endpoint.alignment import scored_pair
from revenuer.prove.suspects.endpoint.errors import WireError
from revenuer.prove.suspects.endpoint.exchange_log import Came, ExchangeLog
from revenuer.prove.suspects.endpoint.requests import COMPLETIONS, Request
from revenuer.prove.suspects.endpoint.wire import (
    TokenScores,
    error_words,
    parse_echo,
    parse_prompt_logprobs,
    parse_written,
    tokens_used,
)
from revenuer.records import InputError, RevenuerError

LOOSE = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(
    [
        "prompt_id",
        "prompt",
        "text",
        "sample",
        "finish_reason",
        "tokens",
        "continuation",
        "logprobs",
        "reason",
        "refused",
        "label_id",
        "side",
        "kind",
    ]
)
ROWS = st.dictionaries(NAMES, VALUES, max_size=6)
LINES = st.lists(
    ROWS.map(lambda row: json.dumps(row).encode())
    | st.binary(max_size=30).filter(lambda raw: b"\n" not in raw),
    max_size=6,
)


def outcome(read: Callable[[Any], Any], given: Any) -> tuple[Any, str]:
    """Return (what was read, "") or (None, the error's words); any other error than ours fails the test."""
    try:
        return read(given), ""
    except (RevenuerError, WireError) as error:
        return None, str(error)


@LOOSE
@given(LINES)
def test_every_line_is_kept_or_set_aside(tmp_path: Path, lines: list[bytes]) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\n".join(lines))
    assume(not path.read_bytes().startswith((b"PAR1", b"\x1f\x8b", b"\x28\xb5\x2f\xfd")))
    rows = sum(bool(line.strip()) for line in lines)
    readers: list[Any] = [
        read_answers,
        read_prompts,
        read_pairs,
        read_scores,
        lambda path: read_labels(path, [("suspect", "p", 0)]),
    ]
    for read in readers:
        found, said = outcome(read, path)
        if found is None:
            assert "rows.jsonl" in said
            continue
        assert all(1 <= row.line <= len(lines) for row in found.quarantine)
        if read is read_answers:
            assert found.counts.kept + sum(found.counts.set_aside.values()) == found.counts.rows == rows
        if read is read_prompts:
            assert len(found.prompts) + sum(found.set_aside.values()) == rows


@LOOSE
@given(st.binary(max_size=200))
def test_any_file_is_read_or_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    for magic in (b"", b"PAR1", b"\x1f\x8b", b"\x28\xb5\x2f\xfd"):
        path.write_bytes(magic + content)
        for read in (read_answers, read_scores):
            found, said = outcome(read, path)
            assert found is not None or str(path) in said


@LOOSE
@given(
    st.lists(st.tuples(st.text(), st.text(min_size=1), st.lists(st.floats(-50, 0), min_size=1)), max_size=5)
)
def test_scores_come_back_as_written(tmp_path: Path, rows: list[tuple[str, str, list[float]]]) -> None:
    pairs = {(prompt, continuation): values for prompt, continuation, values in rows}
    try:
        for texts in pairs:
            "".join(texts).encode()
    except UnicodeEncodeError:
        assume(False)
    assume(pairs)
    path = tmp_path / "scores.jsonl"
    path.write_bytes(
        scores_bytes(list(pairs), [Scored(logprobs=np.array(values)) for values in pairs.values()])
    )
    for scored, values in zip(read_scores(path).score(list(pairs)), pairs.values(), strict=True):
        assert scored.logprobs is not None
        assert scored.logprobs.tolist() == values


BODY = st.fixed_dictionaries(
    {},
    optional={
        "choices": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "message": st.fixed_dictionaries({}, optional={"content": VALUES, "refusal": VALUES})
                    | VALUES,
                    "text": VALUES,
                    "finish_reason": VALUES,
                    "logprobs": st.fixed_dictionaries(
                        {},
                        optional={
                            "tokens": st.lists(st.text(max_size=3), max_size=3) | VALUES,
                            "token_logprobs": st.lists(st.floats() | st.none(), max_size=3) | VALUES,
                        },
                    )
                    | VALUES,
                    "prompt_logprobs": st.lists(
                        st.none()
                        | st.dictionaries(
                            st.text(max_size=3),
                            st.fixed_dictionaries(
                                {"logprob": st.floats() | VALUES},
                                optional={"rank": VALUES, "decoded_token": st.text(max_size=3) | VALUES},
                            ),
                            max_size=3,
                        ),
                        max_size=3,
                    )
                    | VALUES,
                },
            )
            | VALUES,
            max_size=2,
        )
        | VALUES,
        "usage": st.fixed_dictionaries({}, optional={"prompt_tokens": VALUES, "completion_tokens": VALUES})
        | VALUES,
        "error": VALUES,
    },
)


@settings(max_examples=150, deadline=None)
@given(BODY.map(json.dumps) | st.text(max_size=60))
def test_a_body_is_what_it_promises_or_is_refused(raw: str) -> None:
    for parse in (parse_written, parse_echo, parse_prompt_logprobs):
        found, said = outcome(parse, raw)
        assert found is not None or said
        if isinstance(found, TokenScores):
            assert len(found.tokens) == len(found.logprobs) == len(found.marks)
            assert all(value is None or -9000.0 <= value <= 0.0 for value in found.logprobs)
    used = tokens_used(raw)
    assert used is None or min(used) >= 0
    assert len(error_words(raw)) <= 300


CUTS = st.lists(st.text(min_size=1, max_size=5), min_size=2, max_size=8)


@settings(max_examples=120, deadline=None)
@given(CUTS, st.data())
def test_tokens_that_spell_the_text_are_laid_where_they_are(tokens: list[str], data: st.DataObject) -> None:
    text = "".join(tokens)
    assume("\ufffd" not in text and "\u2581" not in text and not text.startswith(" ") and "<0x" not in text)
    assume(all(not tokens[0].startswith(other) or tokens[0] == other for other in tokens[:1]))
    boundary = data.draw(st.integers(1, len(text) - 1))
    values = (None, *(-float(i) for i in range(1, len(tokens))))
    scored = scored_pair(
        TokenScores(tokens=tuple(tokens), logprobs=values, marks=tuple(tokens)),
        text[:boundary],
        text[boundary:],
    )
    ends = [len("".join(tokens[: i + 1])) for i in range(len(tokens))]
    first = next(i for i, end in enumerate(ends) if end > boundary)
    if first == 0 or scored.logprobs is None:
        assert scored.logprobs is None
        assert first == 0 or "cannot be told" in scored.reason
    else:
        assert scored.logprobs.tolist() == [-float(i) for i in range(first, len(tokens))]
        assert scored.straddling == (ends[first - 1] < boundary)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.text(alphabet="ab \ufffd\u2581<0x41>é", max_size=4), max_size=7),
    st.text(max_size=6),
    st.text(max_size=6),
)
def test_tokens_that_may_spell_anything_never_fail(
    tokens: list[str], context: str, continuation: str
) -> None:
    found = TokenScores(
        tokens=tuple(tokens),
        logprobs=(-1.0,) * len(tokens),
        marks=tuple(tokens),
        generated=min(1, len(tokens)),
    )
    for alone in (None, found):
        scored = scored_pair(found, context, continuation, alone)
        assert (scored.logprobs is None) == bool(scored.reason)
        assert scored.logprobs is None or 0 < len(scored.logprobs) < len(tokens)


def request(i: int) -> Request:
    return Request(purpose="answer", path=COMPLETIONS, body={"prompt": f"é {i}"}, prompt_id=f"p{i}")


def written_log(path: Path, n: int = 4) -> bytes:
    path.unlink(missing_ok=True)
    with ExchangeLog(path, "http://x/v1", "m") as log:
        for i in range(n):
            log.sent(request(i), 1)
            log.answered(request(i), Came(status=200, response=f'{{"answer": "é{i}\\n"}}'), 0.1)
    return path.read_bytes()


@LOOSE
@given(st.data())
def test_a_log_cut_anywhere_opens_with_what_was_whole(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "log"
    whole = written_log(path)
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    with ExchangeLog(path, "http://x/v1", "m") as log:
        kept = [i for i in range(4) if log.knows(request(i))]
        assert kept == list(range(len(kept)))
        for i in kept:
            came = log.came(request(i))
            assert came is not None
            assert came.response == f'{{"answer": "é{i}\\n"}}'
        for i in range(len(kept), 4):
            log.answered(request(i), Came(status=200, response="again"), 0.1)
    with ExchangeLog(path, "http://x/v1", "m") as log:
        assert all(log.knows(request(i)) for i in range(4))
        assert log.repeated == 0
        assert log.cut_bytes == 0


@LOOSE
@given(st.binary(max_size=120), st.integers(0, 400), st.booleans())
def test_a_log_with_other_bytes_in_it_is_mended_at_its_end_or_refused(
    tmp_path: Path, noise: bytes, place: int, insert: bool
) -> None:
    path = tmp_path / "log"
    whole = written_log(path)
    at = min(place, len(whole))
    path.write_bytes(whole[:at] + noise + (whole[at:] if insert else whole[at + len(noise) :]))
    log, said = outcome(lambda place: ExchangeLog(place, "http://x/v1", "m"), path)
    if log is None:
        assert str(path) in said
        return
    with log:
        for i in range(4):
            came = log.came(request(i))
            assert came is None or came.response == f'{{"answer": "é{i}\\n"}}'


def test_a_key_is_the_question_and_what_it_is_for() -> None:
    one = Request(purpose="answer", path=COMPLETIONS, body={"a": 1, "b": [2]}, prompt_id="p")
    same = Request(purpose="answer", path=COMPLETIONS, body={"b": [2], "a": 1}, prompt_id="p", tokens_in=9)
    assert one.key == same.key
    others = [
        {"sample": 1},
        {"prompt_id": "q"},
        {"purpose": "score"},
        {"body": {"a": 1, "b": [3]}},
        {"path": "/x"},
    ]
    for other in others:
        fields = {
            "purpose": "answer",
            "path": COMPLETIONS,
            "body": {"a": 1, "b": [2]},
            "prompt_id": "p",
            **other,
        }
        assert Request(**fields).key != one.key


@pytest.mark.parametrize("line", [b'{"previous": 3}\n', b"\n\n\n", b'{"a": "b"}\n{"c": 1}\n'])
def test_a_file_that_is_no_log_is_left_alone(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(b'{"prompt_id": "p", "text": "mine"}\n' + line)
    before = path.read_bytes()
    with pytest.raises(InputError):
        ExchangeLog(path, "http://x/v1", "m")
    assert path.read_bytes() == before
