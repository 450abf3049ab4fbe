"""`revenuer prove ask` as typed wrongly: one sentence that says what was expected, and nothing written."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from revenuer.cli.prove_ask import command
from revenuer.records import RevenuerError


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["prompts.jsonl", "--out", "o"], "expected --endpoint or --weights"),
        (["--out", "o", "--weights", "tiny"], "expected a file of PROMPTS"),
        (["prompts.jsonl", "--out", "o", "--weights", "absent"], "no config.json"),
        (["prompts.jsonl", "--out", "o", "--endpoint", "http://127.0.0.1:9/v1"], "without --model"),
        (
            ["prompts.jsonl", "--out", "o", "--endpoint", "ftp://x/v1", "--model", "m"],
            "such as https://host/v1",
        ),
        (
            [
                "prompts.jsonl",
                "--out",
                "o",
                "--endpoint",
                "http://model.example/v1",
                "--model",
                "m",
                "--api-key-env",
                "SUSPECT_KEY",
            ],
            "unencrypted",
        ),
        (
            ["prompts.jsonl", "--out", "o", "--endpoint", "http://u:p@127.0.0.1/v1", "--model", "m"],
            "user or password",
        ),
        (
            [
                "prompts.jsonl",
                "--out",
                "o",
                "--endpoint",
                "https://x/v1",
                "--model",
                "m",
                "--api-key-env",
                "NONE_SUCH",
            ],
            "no NONE_SUCH",
        ),
        (
            ["prompts.jsonl", "--out", "o", "--weights", "t", "--endpoint", "https://x/v1", "--model", "m"],
            "one way to the suspect",
        ),
        (
            [
                "prompts.jsonl",
                "--out",
                "o",
                "--endpoint",
                "http://127.0.0.1:9/v1",
                "--model",
                "m",
                "--yes",
                "--attempts",
                "1",
            ],
            "does not answer",
        ),
        (["absent.jsonl", "--out", "o", "--weights", "t"], "there is no file absent.jsonl"),
    ],
)
def test_calls_that_cannot_be(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SUSPECT_KEY", "sk-very-secret")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    Path("prompts.jsonl").write_text('{"prompt_id": "p", "prompt": "How do tides work?"}\n')
    with pytest.raises(RevenuerError) as raised:
        CliRunner().invoke(command, words, catch_exceptions=False, standalone_mode=False)
    assert said in str(raised.value)
    assert "very-secret" not in str(raised.value)
    assert not Path("o").exists()
