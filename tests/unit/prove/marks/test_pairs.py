import numpy as np
import pytest

from revenuer.prove.marks.pairs import distinct_pairs, sample_of
from revenuer.records import InputError


def test_each_window_and_token_counts_once_over_the_whole_sample() -> None:
    pairs = distinct_pairs(sample_of([[1, 2, 1, 2, 1, 3], [1, 2, 4]]), 1)
    kept = list(zip(pairs.windows()[:, 0].tolist(), pairs.tokens[pairs.at].tolist(), strict=True))
    assert kept == [(1, 2), (2, 1), (1, 3), (2, 4)]
    assert (pairs.repeated, pairs.at_start, pairs.in_prompt, pairs.n) == (3, 2, 0, 4)
    assert pairs.ends.tolist() == [3, 4]


def test_windows_of_the_own_prompt_are_left_out_and_counted() -> None:
    sample = sample_of([[7, 8, 9, 5], [7, 8, 9, 5]], [[1, 7, 8], [2, 2]])
    pairs = distinct_pairs(sample, 2)
    assert pairs.in_prompt == 1
    assert pairs.windows().tolist() == [[8, 9], [7, 8]]
    assert pairs.ends.tolist() == [1, 2]


def test_short_and_empty_responses_give_nothing() -> None:
    pairs = distinct_pairs(sample_of([[], [3], [3, 4]]), 2)
    assert (pairs.n, pairs.at_start, pairs.ends.tolist()) == (0, 3, [0, 0, 0])
    assert distinct_pairs(sample_of([]), 1).n == 0


@pytest.mark.parametrize("bad", [[-1], [2**31], [0.5], [[1, 2]], ["a"]])
def test_what_is_no_token_id_is_refused(bad: list[object]) -> None:
    with pytest.raises(InputError, match="token ids"):
        sample_of([bad])


def test_prompts_must_be_as_many_as_responses() -> None:
    with pytest.raises(InputError, match="1 prompts for 2 responses"):
        sample_of([[1], [2]], [[1]])


def test_a_window_needs_a_token() -> None:
    with pytest.raises(ValueError, match="at least one token"):
        distinct_pairs(sample_of([np.arange(5)]), 0)
