import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import board_fixture
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from page_reader import Reader
from scan_fixture import NOW

from revenuer.rank import FitOptions, Leaderboard
from revenuer.report import rank_page
from revenuer.report import rank_wording as words
from revenuer.report.rank_drawings import rank_scale, scale_of
from revenuer.report.rank_matrix import matrix_of
from revenuer.report.rank_unrated import parts, unrated

BOARDS = {
    "two": board_fixture.two,
    "clear": board_fixture.clear,
    "unbeaten": board_fixture.unbeaten,
    "islands": board_fixture.islands,
    "wide": board_fixture.wide,
    "odd": board_fixture.odd,
    "empty": board_fixture.empty,
    "without any rating": board_fixture.without_any_rating,
}


def read(board: Leaderboard) -> Reader:
    return Reader(rank_page(board, NOW))


def text_of(board: Leaderboard) -> str:
    return " ".join(" ".join(read(board).text).split())


@pytest.mark.parametrize("make", BOARDS.values(), ids=BOARDS)
def test_the_policy_allows_exactly_the_inline_parts_and_nothing_from_outside(
    make: Callable[[], Leaderboard],
) -> None:
    found = read(make())
    for kind in ("script", "style"):
        allowed = re.search(rf"{kind}-src ([^;]*)", found.policy)
        assert allowed is not None
        hashes = [
            f"'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'"
            for part in found.inline[kind]
        ]
        assert allowed[1].split() == hashes
    assert found.policy.startswith("default-src 'none'")
    assert "unsafe" not in found.policy
    assert all(reference.startswith("#") for reference in found.references)
    assert not {"style", "onclick", "onload", "onerror", "src"} & found.attributes
    assert not {"link", "iframe", "img", "object", "form", "base", "b"} & set(found.tags)
    assert "echarts" not in "".join(found.inline["script"])


@pytest.mark.parametrize("make", BOARDS.values(), ids=BOARDS)
def test_links_within_the_page_lead_somewhere_and_no_number_is_broken(
    make: Callable[[], Leaderboard],
) -> None:
    page = rank_page(make(), NOW)
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets <= set(re.findall(r'id="([^"]+)"', page))
    assert not re.search(r'="(nan|inf|-inf|None)%?"', page)
    assert "None" not in Reader(page).text


SAFE = read(board_fixture.with_names([f"m{i}" for i in range(6)]))


@given(st.text(max_size=40))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_name_can_add_an_element(text: str) -> None:
    clean = text.encode("utf-8", "ignore").decode()
    found = read(board_fixture.with_names([f"{i}{clean}" for i in range(6)]))
    kept = [tag for tag in found.tags if tag != "span"]
    assert kept == [tag for tag in SAFE.tags if tag != "span"]
    assert found.attributes <= SAFE.attributes | {"title"}
    assert found.inline["script"] == SAFE.inline["script"]


def test_hostile_names_stay_text() -> None:
    page = rank_page(board_fixture.odd(), NOW)
    found = Reader(page)
    text = "".join(found.text)
    for name in ("<b>x</b>", "</script><script>alert(1)</script>", "{{7*7}}", board_fixture.LONG_NAME):
        assert name in text
    assert "\u202e" not in page
    assert "U+202E" in text


def test_the_page_says_who_is_first_and_who_may_be() -> None:
    clear, two = text_of(board_fixture.clear()), text_of(board_fixture.two())
    assert "alpha is first" in clear
    assert "significantly better than every one of the other 2" in clear
    assert "alpha leads, but 1 other may be first" in two
    assert "No model is significantly better than beta either" in two


def test_a_model_that_never_lost_is_named_beside_the_leader() -> None:
    text = text_of(board_fixture.unbeaten())
    assert "among the rated models, but 2 others may be first" in text
    assert "champion won every vote that counts, so has no rating and may be better still" in text
    assert "lost every vote that counts, so no finite rating is low enough" in text


def test_votes_of_models_without_a_rating_are_counted_by_outcome() -> None:
    rows = {item.rating.model: (item.won, item.lost, item.tied) for item in unrated(board_fixture.unbeaten())}
    assert rows == {"champion": (21, 0, 0), "poor": (0, 20, 0)}


def test_islands_are_listed_with_what_the_votes_between_them_say() -> None:
    board = board_fixture.islands()
    text = text_of(board)
    assert "leads in the largest component" in text
    assert "Component 2: 2 models" in text
    assert "4 models cannot be compared with it" in text
    found = parts(board)
    assert [(part.members, part.against_largest) for part in found][1] == (
        ("south-1", "south-2"),
        "lost all 14 votes",
    )
    assert {"bridge", "lone"} == {item.rating.model for item in unrated(board)}
    assert "no vote on it counts" in text


def test_what_was_read_and_assumed_is_stated() -> None:
    text = text_of(board_fixture.wide())
    for expected in (
        "1,234 rows not used:",
        "1,000 × the two models are the same",
        "234 × no such outcome: 'draw?'",
        "the mean of each component is set to 1000 points",
        "a tie counts as half a win for each side; “both bad” counts as a tie",
        "Mogstad, Romano, Shaikh and Wilhelm",
        "revenuer rank rigging",
        "revenuer rank certify",
        "Shown are the first 30 of 60 models",
        "style that was measured is taken out above",
    ):
        assert expected in text, expected
    assert "m0 is set to 1200 points" in " ".join("".join(SAFE.text).split())


def test_zero_quarantined_rows_are_said_to_be_none() -> None:
    assert "Rows set aside none" in text_of(board_fixture.two())


def test_clusters_and_other_codings_are_stated() -> None:
    board = replace(
        board_fixture.two(),
        options=FitOptions(
            ties="davidson", both_bad="drop", cluster=("voter",), level=0.9, bootstrap=200, seed=7
        ),
        clusters=(("voter", 1),),
        tie_parameter=0.25,
        intervals="bootstrap, 200 rounds of voters",
    )
    text = text_of(board)
    for expected in (
        "(Davidson, 1970); “both bad” is left out",
        "fitted tie parameter 0.250",
        "bootstrap, 200 rounds of voters; 1 voter",
        "90 % interval",
        "Votes of the same voter may hang together",
        "200 rounds of resampling, seed 7",
    ):
        assert expected in text.replace("\u00a0", " "), expected


def test_other_choices_are_listed_and_a_change_is_marked() -> None:
    board = board_fixture.clear()
    assert "alpha is first in every one of" in text_of(board)
    first = board.alternatives[0]
    changed = replace(first, choice="ties dropped", leader="beta", runner_up="alpha", flips=None)
    text = text_of(replace(board, alternatives=(first, changed)))
    assert "1 of 2 fits put a model other than alpha first" in text
    assert "beta another leader" in text


def test_a_long_board_has_its_top_on_a_scale_of_its_own_and_every_row() -> None:
    found = read(board_fixture.wide())
    text = " ".join(" ".join(found.text).split())
    assert "The first 25, on a scale of their own" in text
    assert "All 60, best first" in text
    assert found.tags.count("circle") == 25 + board_fixture.WIDE + 2


def test_boards_without_ratings_say_so() -> None:
    assert "Nothing to rate: no votes were read" in text_of(board_fixture.empty())
    nothing = text_of(board_fixture.without_any_rating())
    assert "No model can be rated" in nothing
    assert "won every vote that counts" in nothing


def test_a_long_board_stays_small() -> None:
    page = rank_page(board_fixture.wide(), NOW)
    assert len(page) < 300_000


def test_a_page_is_the_same_every_time() -> None:
    assert rank_page(board_fixture.odd(), NOW) == rank_page(board_fixture.odd(), NOW)
    assert rank_page(board_fixture.odd(), NOW + timedelta(seconds=1)) != rank_page(board_fixture.odd(), NOW)


def test_the_matrix_counts_a_tie_as_half_and_mirrors_itself() -> None:
    board = board_fixture.clear()
    matrix = matrix_of(board)
    shares = {
        (row.name, other.name): cell
        for row in matrix.rows
        for other, cell in zip(matrix.rows, row.cells, strict=True)
    }
    cell = shares["alpha", "beta"]
    assert cell.share == str(round(100 * (900 + 12.5) / 1025))
    assert cell.title == "alpha against beta: 900 won, 100 lost, 25 tied of 1,025"
    assert (cell.shade, shares["beta", "alpha"].shade) == ("w3", "l3")
    assert shares["alpha", "alpha"].shade == "self"


def test_both_bad_left_out_of_the_fit_is_left_out_of_the_matrix() -> None:
    board = replace(board_fixture.two(), options=FitOptions(both_bad="drop"))
    assert matrix_of(board).rows[0].cells[1].title.endswith("30 won, 20 lost, 5 tied of 55")


def test_few_votes_are_not_shaded_and_pairs_that_never_met_are_empty() -> None:
    board = board_fixture.islands()
    by_name = {row.name: row for row in matrix_of(board).rows}
    place = {row.name: i for i, row in enumerate(matrix_of(board).rows)}
    assert by_name["north-1"].cells[place["south-1"]].shade == "few"
    assert by_name["lone"].cells[place["north-1"]].share == ""


@given(
    st.lists(
        st.tuples(st.floats(-1e5, 1e5), st.floats(0, 1e6), st.floats(0, 1e6)).map(
            lambda t: (t[0] - t[1], t[0], t[0] + t[2])
        ),
        min_size=1,
        max_size=30,
    )
)
def test_an_axis_shows_every_estimate_and_places_within_its_width(
    rows: list[tuple[float, float, float]],
) -> None:
    scale = scale_of(rows)
    assert scale.low < scale.high
    for low, middle, high in rows:
        assert scale.low <= middle <= scale.high
        assert 0 <= scale.place(low) <= scale.place(middle) <= scale.place(high) <= 100
    assert len(scale.ticks) <= 8


def test_one_interval_without_end_does_not_press_the_others_together() -> None:
    rows = [(990.0, 1000.0, 1010.0), (1090.0, 1100.0, 1110.0), (-4e5, 1050.0, float("inf"))]
    scale = scale_of(rows)
    assert scale.high - scale.low < 500
    assert np.isfinite([scale.place(value) for row in rows for value in row]).all()


@given(st.integers(1, 5000))
def test_a_rank_axis_names_both_ends(size: int) -> None:
    ticks = rank_scale(size).ticks
    assert ticks[0] == 1
    assert ticks[-1] == size
    assert len(ticks) <= 8


def test_numbers_in_words() -> None:
    assert words.points(-0.04) == "0"
    assert words.points(-12.4) == "−12"
    assert words.signed_points(3.0) == "+3.0"
    assert words.level_text(0.999) == "99.9\u00a0%"
    assert (words.amount(3.0), words.amount(2.25)) == ("3", "2.2")
    assert len(words.short_name("x" * 200)) == words.NAME_LIMIT
    board = board_fixture.clear()
    assert words.rank_set(board.ratings[0]) == "1"
    assert words.rank_set(replace(board.ratings[0], rank_high=3)) == "1–3"
    assert words.digits_of(board) == 0
    assert words.digits_of(replace(board, ratings=(replace(board.ratings[0], low=999.5, high=1000.5),))) == 1
