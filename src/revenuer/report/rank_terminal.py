"""The leaderboard on the terminal: the top, what has no rating, and what would change the leader."""

from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from revenuer.rank.leaderboard import Leaderboard, Rating
from revenuer.report import rank_wording as words
from revenuer.report.terminal_lines import bare_table, encodable, print_line, shortened
from revenuer.report.visible import plain
from revenuer.report.wording import count, plural

SHOWN_RATINGS = 20
SHOWN_UNRATED = 10
OTHER_COLUMNS = 40
"""Width of everything but the name."""
NARROWEST_NAME = 16


def print_board(board: Leaderboard, console: Console) -> None:
    """Print the answer: verdict, the first ratings with rank sets, models without a rating and why, what would change the leader.

    Names come from strangers: control and invisible characters are shown as code points, markup is not read.
    """
    print_line(console, plain(words.verdict_line(board)), "bold")
    print_line(console, plain(words.lead_line(board)))
    _print_ratings(board, console)
    console.print()
    _print_unrated(board, console)
    print_line(console, _input_line(board))
    print_line(console, plain(words.changed_leader_line(board)))


def _print_ratings(board: Leaderboard, console: Console) -> None:
    rated = [rating for rating in board.ratings if rating.rating is not None]
    shown = rated[:SHOWN_RATINGS]
    several = len({rating.component for rating in rated}) > 1
    for component, rows in groupby(shown, key=lambda rating: rating.component):
        console.print()
        if several:
            print_line(console, f"component {component + 1}, not comparable with the others:")
        console.print(_table(list(rows), board, console))
    if len(rated) > len(shown):
        print_line(console, f"and {count(len(rated) - len(shown))} more in the report and in ratings.parquet")


def _table(rows: list[Rating], board: Leaderboard, console: Console) -> Table:
    width = max(console.width - OTHER_COLUMNS, NARROWEST_NAME)
    table = bare_table(console)
    table.add_column("rank", justify="right", no_wrap=True)
    table.add_column("model", no_wrap=True)
    for name in ("rating", "±", "votes"):
        table.add_column(encodable(Text(name), console), justify="right", no_wrap=True)
    for rating in rows:
        cells = (
            Text(words.rank_set(rating, "-")),
            Text(shortened(plain(rating.model), width), style="bold" if rating.rank_low == 1 else ""),
            Text(words.rating_text(rating, board)),
            Text(_half_width(rating, board)),
            Text(words.amount(rating.votes)),
        )
        table.add_row(*(encodable(cell, console) for cell in cells))
    return table


def _half_width(rating: Rating, board: Leaderboard) -> str:
    """Return half the interval's width; of one that is not symmetric, the mean of both sides."""
    if rating.low is None or rating.high is None:
        return "–"
    return words.points((rating.high - rating.low) / 2, words.digits_of(board))


def _print_unrated(board: Leaderboard, console: Console) -> None:
    without = [rating for rating in board.ratings if rating.rating is None]
    if not without:
        return
    print_line(console, f"without a rating ({count(len(without))}):")
    for rating in without[:SHOWN_UNRATED]:
        name = plain(words.short_name(rating.model))
        print_line(
            console, f"  {name}: {words.reason_of(rating)} ({words.amount(rating.votes)} votes that count)"
        )
    if len(without) > SHOWN_UNRATED:
        print_line(
            console, f"  and {count(len(without) - SHOWN_UNRATED)} more in the report and in ratings.parquet"
        )


def _input_line(board: Leaderboard) -> str:
    return (
        f"read: {plural(board.votes, 'vote')} on {plural(len(board.ratings), 'model')}, "
        f"{plural(board.quarantined, 'bad row')} quarantined; {words.level_text(board.options.level)} intervals: "
        f"{plain(board.intervals)}; {words.coding_line(board)}"
    )
