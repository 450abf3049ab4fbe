"""front.toml: what is right is read, and what is wrong is said."""

from pathlib import Path

import pytest

from builders.guide import snippet
from revenuer.guard.front.open_judge import open_judge
from revenuer.guard.front.settings import FrontSettings, read_settings, settings_from_environment
from revenuer.records import InputError, RevenuerError, UsageError


def read(folder: Path, text: str) -> FrontSettings:
    file = folder / "front.toml"
    file.write_text(text)
    return read_settings(file)


def test_the_guides_file(tmp_path: Path) -> None:
    found = read(tmp_path, snippet("front.toml", {}))
    assert found == FrontSettings(remote="http://127.0.0.1:8080", deadline_ms=50, on_failure="allow")
    assert settings_from_environment({"REVENUER_GUARD_CONFIG": str(tmp_path / "front.toml")}) == found


def test_files_are_named_relative_to_it(tmp_path: Path) -> None:
    assert read(tmp_path, 'policy = "p.toml"\njournal = "/var/j"').policy == str(tmp_path / "p.toml")
    assert read(tmp_path, 'journal = "/var/j"').journal == "/var/j"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("remot = 'x'", "remot"), ("deadline_ms = 0", "deadline_ms"), ("on_failure = 'open'", "on_failure"),
        ("remote = 'http://x'\npolicy = 'p'", "excludes"), ("remote = 5", "remote"), ("= 1", "cannot be read"),
        ("trusted_proxies = 'x'", "trusted_proxies"), ("account = 'ip'", "account"),
    ],
)  # fmt: skip
def test_a_fault_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(tmp_path, text)


def test_no_settings_is_no_front() -> None:
    with pytest.raises(UsageError, match="REVENUER_GUARD_CONFIG"):
        settings_from_environment({})
    with pytest.raises(InputError, match="none"):
        settings_from_environment({"REVENUER_GUARD_CONFIG": "none.toml"})


@pytest.mark.parametrize(
    "settings",
    [
        {"remote": "localhost:8080"}, {"remote": "http://"}, {"remote": "http://h:99999"}, {"policy": "none.toml"},
        {"remote": "http://h", "key_file": "none"},
    ],
)  # fmt: skip
def test_what_cannot_be_opened_is_said_at_the_start(settings: dict[str, str]) -> None:
    with pytest.raises(RevenuerError):
        open_judge(FrontSettings(**settings))


def test_a_key_file_holds_one_key(tmp_path: Path) -> None:
    file = tmp_path / "key"
    for text in ("", "two keys", "a\nb", "a\r\nx-injected: 1"):
        file.write_text(text)
        with pytest.raises(InputError):
            open_judge(FrontSettings(remote="http://h", key_file=str(file)))
