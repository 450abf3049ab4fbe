"""Runs a command of ours within another one, and gives what it printed."""

import io
from contextlib import redirect_stdout

from revenuer.cli.main import cli


def revenuer(*words: object) -> int:
    """Run `revenuer WORDS...` and return its exit code; what it prints on stdout is dropped."""
    return _run(words)[0]


def said(*words: object) -> str:
    """Run `revenuer WORDS...` and return what it printed on stdout. Errors are raised as they are."""
    return _run(words)[1]


def _run(words: tuple[object, ...]) -> tuple[int, str]:
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with redirect_stdout(printed):
        code = cli.main([str(word) for word in words], prog_name="revenuer", standalone_mode=False)
    printed.seek(0)
    return (code if isinstance(code, int) else 0), printed.read()
