"""`prove mark` and `prove detect` as typed: from a new master to a pack that checks, and every kind of bad input."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from builders.token_streams import Language
from revenuer.cli.prove import command
from revenuer.prove.marks import DualGumbel, Green, Gumbel, write_marked
from revenuer.prove.marks.key_document import read_keys
from revenuer.prove.pack import verify_pack
from revenuer.records import InputError, UsageError

LANGUAGE = Language(np.random.default_rng(1))


def typed(*words: str | Path) -> Result:
    return CliRunner().invoke(
        command, [str(word) for word in words], catch_exceptions=False, standalone_mode=False
    )


@pytest.fixture
def place(tmp_path: Path) -> Path:
    typed("mark", "new-master", tmp_path / "master")
    (tmp_path / "labels").write_text(
        "# who was served\naccount:acct_1\naccount:acct_2 2026-04-01\n\ncampaign:C-17 # the big one\n"
    )
    return tmp_path


def answers(path: Path, texts: list[list[int]]) -> Path:
    rows = [
        {
            "prompt_id": f"p{i}",
            "prompt": "Why?",
            "text": " ".join(f"w{t}" for t in text),
            "sample": 0,
            "tokens": text,
        }
        for i, text in enumerate(texts)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def served(place: Path, scheme: str, label: str, texts: int = 12) -> list[list[int]]:
    """What a server writes that was given the JSON of one label."""
    result = typed(
        "mark",
        "derive",
        "--master",
        place / "master",
        "--scheme",
        scheme,
        "--label",
        label,
        "--epoch",
        "2026-03-01",
    )
    (place / "key.json").write_text(result.stdout)
    key = read_keys(place / "key.json")[0]
    assert isinstance(key.scheme, Green | Gumbel | DualGumbel)
    rng = np.random.default_rng(2)
    return [write_marked(key.scheme, key.words, LANGUAGE.logits, 90, rng) for _ in range(texts)]


@pytest.mark.parametrize(
    "scheme", ["green", "green:width=2,gamma=0.5", "gumbel", "dual_gumbel:first_share=0.7"]
)
def test_from_master_to_a_pack_that_checks(place: Path, scheme: str) -> None:
    texts = answers(place / "answers.jsonl", served(place, scheme, "campaign:C-17"))
    result = typed(
        "detect", texts, "--scheme", scheme, "--master", place / "master", "--labels", place / "labels",
        "--epoch", "2026-03-01", "--out", place / "out", "--seed", "4", "--json",
    )  # fmt: skip
    assert result.return_value == 1
    verdict = json.loads(result.stdout)
    assert verdict["outcome"] == "positive"
    assert verdict["details"]["named"] == ["campaign:C-17 (2026-03-01)"]
    assert verdict["n"]["keys"] == 3
    check = verify_pack(place / "out" / "evidence.zip", run=True)
    assert check.faults == ()
    assert check.recomputed == pytest.approx(verdict["log10_p"])


def test_a_key_file_does_without_the_master(place: Path) -> None:
    texts = answers(place / "answers.jsonl", served(place, "gumbel", "account:acct_1"))
    result = typed(
        "detect",
        texts,
        "--key",
        place / "key.json",
        "--out",
        place / "out",
        "--key-in-pack",
        "never",
        "--suspect",
        "acme-7b",
    )
    assert result.return_value == 1
    assert "account:acct_1" in result.output
    verdict = json.loads((place / "out" / "verdict.json").read_text())
    assert verdict["suspect"] == "acme-7b"
    assert verdict["details"]["key_in_pack"] == "none"


def test_unmarked_answers_name_nobody(place: Path) -> None:
    texts = answers(place / "answers.jsonl", LANGUAGE.texts(20, 60, np.random.default_rng(3)).tolist())
    result = typed(
        "detect", texts, "--scheme", "green", "--scheme", "gumbel:width=4", "--master", place / "master",
        "--labels", place / "labels", "--epoch", "2026-03-01", "--out", place / "out",
    )  # fmt: skip
    assert result.return_value == 0
    assert "nobody is named" in json.loads((place / "out" / "verdict.json").read_text())["summary"]


def test_commitments_are_those_of_the_keys_and_give_none_away(place: Path) -> None:
    names = (
        "--master",
        place / "master",
        "--scheme",
        "green",
        "--labels",
        place / "labels",
        "--epoch",
        "2026-03-01",
    )
    committed, derived = typed("mark", "commit", *names), typed("mark", "derive", *names)
    lines = [json.loads(line) for line in committed.stdout.splitlines()]
    keys = [json.loads(line) for line in derived.stdout.splitlines()]
    assert [one["commitment"] for one in lines] == [one["commitment"] for one in keys]
    assert [one["epoch"] for one in lines] == ["2026-03-01", "2026-04-01", "2026-03-01"]
    assert not any("key" in one or "secret" in one for one in lines)
    assert hashlib.sha256(committed.stdout.encode()).hexdigest() in committed.stderr


def test_a_master_is_for_its_owner_alone_and_never_replaced(place: Path) -> None:
    master = place / "master"
    before = master.read_text()
    assert len(bytes.fromhex(before)) == 32
    assert master.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="left as it is"):
        typed("mark", "new-master", master)
    assert master.read_text() == before


def test_text_is_split_by_our_tokenizer(place: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    words = tokenizers.models.WordLevel({f"w{i}": i for i in range(512)} | {"?": 512}, unk_token="?")
    tokenizer = tokenizers.Tokenizer(words)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(place / "tokenizer.json"))
    rows = served(place, "green", "account:acct_1")
    texts = answers(place / "answers.jsonl", rows)
    results = []
    for out, given in (
        ("by_tokens", ()),
        ("by_text", ("--tokenizer", place / "tokenizer.json")),
        ("by_folder", ("--tokenizer", place)),
    ):
        assert (
            typed(
                "detect", texts, "--key", place / "key.json", *given, "--seed", "1", "--out", place / out
            ).return_value
            == 1
        )
        results.append(json.loads((place / out / "verdict.json").read_text())["log10_p"])
    assert results[0] == results[1] == results[2]


def bad(place: Path, *words: str | Path) -> tuple[str | Path, ...]:
    texts = answers(place / "answers.jsonl", [[1, 2, 3, 4]])
    return ("detect", texts, *words, "--out", place / "out")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "expected keys to look for"),
        (("--scheme", "green"), "give all three"),
        (("--scheme", "red"), "no scheme 'red'"),
        (("--scheme", "green:height=2"), "no option 'height'"),
        (("--scheme", "green:width=two"), "expected a whole number"),
        (("--scheme", "green:width=1.5"), "expected a whole number"),
        (("--scheme", "green:gamma"), "as option=value"),
        (("--epoch", "yesterday"), "expected a date"),
        (("--master", "master", "--scheme", "green", "--label", "account:a"), "without --epoch"),
        (("--master", "master", "--scheme", "green", "--labels", "labels"), "has no epoch"),
        (
            ("--master", "nowhere", "--scheme", "green", "--label", "account:a", "--epoch", "2026-03-01"),
            "new-master",
        ),
        (("--key", "nowhere.json"), "cannot read the keys"),
        (("--key", "labels"), "line 1, is no key document"),
    ],
)
def test_bad_calls_say_what_to_do(
    place: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(place)
    with pytest.raises((UsageError, InputError), match=said):
        typed(*bad(place, *words))
    assert not (place / "out").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"scheme": "green", "key": [1]}', "a key of 2 words"),
        ('{"scheme": "green", "key": [1, -2]}', "a key of 2 words"),
        ('{"scheme": "green", "key": [true, 2]}', "a key of 2 words"),
        ('{"scheme": "green", "key": [1, 2], "width": 0}', "expected width 1 to 8"),
        ('{"scheme": "green", "key": [1, 2], "colour": 1}', "no option 'colour'"),
        ('{"scheme": ["green"], "key": [1, 2]}', "no key document"),
        ("[1]", "no key document"),
        ("\n", "holds no key"),
    ],
)
def test_bad_key_files_are_named_with_their_line(place: Path, content: str, said: str) -> None:
    (place / "key.json").write_text(content)
    with pytest.raises(InputError, match=said):
        typed(*bad(place, "--key", place / "key.json"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"acct_1 2026-03-01", "line 1: got 'acct_1 2026-03-01', expected a label"),
        (b"account:a 2026-13-01", "line 1: got the epoch"),
        (b"account:a b c", "line 1"),
        (b"# none\n", "holds no label"),
        (b"\xff", "no text in UTF-8"),
    ],
)
def test_bad_labels_are_named_with_their_line(place: Path, content: bytes, said: str) -> None:
    (place / "labels").write_bytes(content)
    with pytest.raises(InputError, match=said):
        typed(*bad(place, "--master", place / "master", "--scheme", "green", "--labels", place / "labels"))


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"model": {}}', '{"model": {"vocab": 3}}'])
def test_what_is_no_tokenizer_is_refused(place: Path, content: str) -> None:
    pytest.importorskip("tokenizers")
    served(place, "green", "account:a", texts=1)
    (place / "t.json").write_text(content)
    with pytest.raises(InputError, match="tokenizer"):
        typed(*bad(place, "--key", place / "key.json", "--tokenizer", place / "t.json"))
    with pytest.raises(InputError, match="there is no tokenizer"):
        typed(*bad(place, "--key", place / "key.json", "--tokenizer", place / "absent"))


def test_answers_without_tokens_need_a_tokenizer(place: Path) -> None:
    served(place, "green", "account:a", texts=1)
    (place / "answers.jsonl").write_text('{"prompt_id": "p", "prompt": "Why?", "text": "So."}\n')
    with pytest.raises(InputError, match="give --tokenizer"):
        typed("detect", place / "answers.jsonl", "--key", place / "key.json", "--out", place / "out")
    (place / "answers.jsonl").write_text(
        '{"prompt_id": "p", "prompt": "Why?", "text": "So.", "tokens": [-4, 3]}\n'
    )
    with pytest.raises(InputError, match="token id outside"):
        typed("detect", place / "answers.jsonl", "--key", place / "key.json", "--out", place / "out")


def test_answers_too_short_are_not_evaluated(place: Path) -> None:
    served(place, "green:width=2", "account:a", texts=1)
    texts = answers(place / "answers.jsonl", [[1], [1, 2], []])
    result = typed("detect", texts, "--key", place / "key.json", "--out", place / "out", "--json")
    assert result.return_value == 0
    verdict = json.loads(result.stdout)
    assert (verdict["outcome"], verdict["p"]) == ("not_evaluated", None)
    assert not (place / "out" / "evidence.zip").exists()


def test_a_planned_search_is_registered_and_another_is_refused(place: Path) -> None:
    texts = answers(place / "answers.jsonl", served(place, "green", "campaign:C-17"))
    typed(
        "plan", "--suspect", "acme", "--test", "detect:n=12,scheme=green,chance=0.25,keys=3,tokens=80",
        "--input", place / "labels", "--out", place / "plan.json",
    )  # fmt: skip
    keys = (
        "--scheme",
        "green",
        "--master",
        place / "master",
        "--labels",
        place / "labels",
        "--epoch",
        "2026-03-01",
    )
    as_planned = ("detect", texts, *keys, "--suspect", "acme", "--plan", place / "plan.json")
    assert typed(*as_planned, "--out", place / "out").return_value == 1
    verdict = json.loads((place / "out" / "verdict.json").read_text())
    assert verdict["registration"]["status"] == "pre-registered"
    with pytest.raises(UsageError, match="scheme is gumbel, planned was green"):
        typed(*["gumbel" if word == "green" else word for word in as_planned], "--out", place / "other")
