import io
from collections.abc import Callable
from dataclasses import replace

import board_fixture
import pytest
from rich.console import Console

from revenuer.rank import Leaderboard
from revenuer.report import print_board


def printed(board: Leaderboard, width: int = 100, *, terminal: bool = False) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None)
    print_board(board, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [60, 100])
@pytest.mark.parametrize("make", [board_fixture.wide, board_fixture.odd, board_fixture.islands])
def test_everything_fits_the_terminal(make: Callable[[], Leaderboard], width: int) -> None:
    text = printed(make(), width, terminal=True)
    assert max(map(len, text.splitlines())) <= width


def test_the_top_is_shown_and_the_rest_counted() -> None:
    text = printed(board_fixture.wide())
    assert "and 40 more in the report and in ratings.parquet" in text
    assert "1,234 bad rows quarantined" in text
    assert sum("-of-a-family" in line and "|" in line for line in text.splitlines()) == 20


def test_rank_sets_ratings_and_votes_stand_in_a_row() -> None:
    board = board_fixture.two()
    row = next(line for line in printed(board).splitlines() if line.startswith(" 1-2 | alpha"))
    cells = [cell.strip() for cell in row.split("|")]
    assert cells[0] == "1-2"
    assert cells[2] == f"{board.ratings[0].rating:.0f}"
    assert cells[4] == "56"


def test_models_without_a_rating_say_why() -> None:
    text = printed(board_fixture.unbeaten())
    assert "without a rating (2):" in text
    assert (
        "champion: won every vote that counts, so no finite rating is high enough (21 votes that count)"
        in text
    )


def test_components_are_kept_apart() -> None:
    text = printed(board_fixture.islands())
    assert "component 1, not comparable with the others:" in text
    assert "component 2, not comparable with the others:" in text


def test_what_would_change_the_leader_is_one_line() -> None:
    board = board_fixture.clear()
    last = printed(board).splitlines()[-1]
    assert last.startswith("what would change the leader: ")
    assert "turned over" in last
    first = board.alternatives[0]
    other = replace(first, choice="ties dropped", leader="beta", runner_up="alpha", flips=None)
    line = printed(replace(board, alternatives=(replace(first, flips=None), other))).splitlines()[-1]
    assert line == "what would change the leader: ties dropped (beta leads); 2 fits compared"
    none = printed(replace(board, alternatives=(replace(first, flips=None),))).splitlines()[-1]
    assert "none of the choices that were tried" in none


def test_names_are_not_read_as_markup_or_controls() -> None:
    text = printed(board_fixture.odd())
    assert "[red]" in text
    assert "<U+202E>" in text
    assert "\u202e" not in text


def test_a_stream_that_is_not_utf8_gets_question_marks_instead_of_an_error() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    print_board(board_fixture.odd(), Console(file=stream, width=100))
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    assert b"?" in stream.buffer.getvalue()


def test_boards_without_ratings_say_so() -> None:
    assert "Nothing to rate" in printed(board_fixture.empty())
    assert "No model can be rated" in printed(board_fixture.without_any_rating())
