"""The kernels that choose what counts, beside a dictionary that does the same."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from revenuer.prove.marks import pair_kernels
from revenuer.prove.marks.pairs import distinct_pairs, sample_of

TEXTS = st.lists(st.lists(st.integers(0, 3), max_size=30), max_size=6)


def slowly(responses: list[list[int]], prompts: list[list[int]], width: int) -> tuple[list[int], int, int]:
    seen: set[tuple[int, ...]] = set()
    kept, in_prompt, repeated, base = [], 0, 0, 0
    for response, prompt in zip(responses, prompts, strict=True):
        asked = {tuple(prompt[i : i + width]) for i in range(len(prompt) - width + 1)}
        for i in range(width, len(response)):
            pair = tuple(response[i - width : i + 1])
            if pair[:-1] in asked:
                in_prompt += 1
            elif pair in seen:
                repeated += 1
            else:
                seen.add(pair)
                kept.append(base + i)
        base += len(response)
    return kept, in_prompt, repeated


@settings(max_examples=150, deadline=None)
@given(responses=TEXTS, asked=TEXTS, width=st.integers(1, 4))
def test_the_same_pairs_count(responses: list[list[int]], asked: list[list[int]], width: int) -> None:
    prompts = [asked[i] if i < len(asked) else [] for i in range(len(responses))]
    pairs = distinct_pairs(sample_of(responses, prompts), width)
    assert (pairs.at.tolist(), pairs.in_prompt, pairs.repeated) == slowly(responses, prompts, width)


def test_many_parts_give_the_same() -> None:
    rng = np.random.default_rng(5)
    tokens = np.minimum(rng.geometric(0.01, 6 * pair_kernels.PART), 2**31 - 1).tolist()
    pairs = distinct_pairs(sample_of([tokens]), 2)
    assert (pairs.at.tolist(), 0, pairs.repeated) == slowly([tokens], [[]], 2)
