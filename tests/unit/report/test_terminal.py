import io
from dataclasses import replace

import pytest
import scan_fixture
from rich.console import Console

from revenuer.records import ScanResult
from revenuer.report import ConsoleProgress, print_scan
from revenuer.report.progress import LineProgress


def printed(result: ScanResult, width: int, *, terminal: bool) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None)
    print_scan(result, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("width", [80, 140])
def test_the_answer_fits_and_is_complete(width: int, terminal: bool) -> None:
    text = printed(scan_fixture.scan(), width, terminal=terminal)
    if terminal:
        assert max(map(len, text.splitlines())) <= width
    flat = " ".join(text.split())
    for words in (
        "4 campaigns found", "About 22.3 %", "cmp-001-7f3a9c", "640", "252k", "153k", "2026-04-22", "high", "+41.2", "log10 e",
        "sanctioned, not counted: sanctioned-001", "17 bad rows quarantined", "204 duplicates", "signature replay: the log has no",
    ):  # fmt: skip
        assert words in flat, words


def test_text_from_the_log_is_not_read_as_markup_or_controls() -> None:
    base = scan_fixture.scan()
    campaign = scan_fixture.campaign(
        1, ["a"], campaign_id="[red]x[/red]", headline="\x1b[2Jgone\u202e[bold]", bins=1, last=1
    )
    result = ScanResult(
        input=base.input,
        prevalence=base.prevalence,
        campaigns=(campaign,),
        sanctioned=(),
        cleared=(),
        not_evaluated=(),
        verdicts=(),
    )
    for width in (80, 140):
        text = " ".join(printed(result, width, terminal=False).split())
        assert "[red]x[/red]" in text
        assert "<U+001B>[2Jgone<U+202E>[bold]" in text


def test_a_stream_that_is_not_utf8_gets_question_marks_instead_of_an_error() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    base = scan_fixture.scan()
    campaign = scan_fixture.campaign(1, ["a"], headline="مجموعة", strength=-1.5, bins=1, last=1)
    for width in (80, 140):
        print_scan(replace(base, campaigns=(campaign,)), Console(file=stream, width=width))
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    assert b"??????" in stream.buffer.getvalue()
    assert b"-1.5" in stream.buffer.getvalue()


def test_nothing_found_is_said_plainly() -> None:
    assert "No campaign found" in printed(scan_fixture.empty(exchanges=10), 80, terminal=False)
    assert "Nothing to judge" in printed(scan_fixture.empty(), 80, terminal=False)


def test_many_campaigns_are_cut_and_counted() -> None:
    result = scan_fixture.huge(campaigns=35, accounts=3)
    assert "and 5 more in the report" in printed(result, 140, terminal=False)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_lines_come_only_from_stages_that_last() -> None:
    out, clock = io.StringIO(), Clock()
    progress = LineProgress(Console(file=out, width=80), clock)
    progress.stage("read", 10)
    progress.advance(10)
    progress.stage("sketch", 1_000)
    clock.now = 12.0
    progress.advance(400)
    progress.advance(1)
    clock.now = 20.0
    progress.done()
    assert out.getvalue().splitlines() == ["sketch: 400 of 1,000 after 12 s", "sketch: done in 20 s"]


def test_a_terminal_gets_bars_and_a_pipe_does_not() -> None:
    for terminal in (True, False):
        out = io.StringIO()
        with ConsoleProgress(Console(file=out, width=80, force_terminal=terminal)) as progress:
            progress.stage("link", 5)
            progress.advance(5)
            progress.stage("judge")
            progress.advance()
        assert ("link" in out.getvalue()) is terminal
