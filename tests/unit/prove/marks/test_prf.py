import numpy as np
import pytest

from revenuer.prove.marks import prf

KNOWN = [
    ((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]
KEY = (0x01234567, 0x89ABCDEF)


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_philox_gives_the_published_known_answers(
    counter: tuple[int, ...], key: tuple[int, int], words: str
) -> None:
    expected = [int(word, 16) for word in words.split()]
    assert prf.philox(counter, key).tolist() == expected
    one = prf.philox_one(*(np.uint64(c) for c in counter), *(np.uint64(k) for k in key))
    assert [int(word) for word in one] == expected


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5])
def test_kernels_agree_with_the_reference(width: int) -> None:
    rng = np.random.default_rng(width)
    tokens = rng.integers(0, 2**31, 400).astype(np.int32)
    windows = np.lib.stride_tricks.sliding_window_view(tokens, width)[:-1]
    reference = prf.pair_words(windows, tokens[width:], KEY)
    k0, k1 = np.uint64(KEY[0]), np.uint64(KEY[1])
    fast = [int(prf.word_before(tokens, at, width, k0, k1)) for at in range(width, tokens.size)]
    assert reference.tolist() == fast


def test_a_vocabulary_has_the_words_of_its_pairs() -> None:
    window = [17, 4]
    words = prf.vocabulary_words(window, 1001, KEY)
    assert words.shape == (1001,)
    pairs = prf.pair_words(np.tile(window, (1001, 1)), np.arange(1001), KEY)
    assert np.array_equal(words, pairs)


def test_golden_words_do_not_move() -> None:
    assert prf.pair_words([[5], [5]], [0, 7], KEY).tolist() == [4249933462, 3323553610]
    assert prf.pair_words([[5, 6, 7, 8]], [100_000], KEY).tolist() == [41220888]


def test_windows_of_other_widths_and_orders_have_other_states() -> None:
    states = {tuple(prf.window_state(w, KEY)) for w in ([1], [1, 1], [1, 2], [2, 1], [1, 2, 3], [1, 2, 3, 3])}
    assert len(states) == 6


def test_uniforms_stay_inside() -> None:
    u = prf.uniforms(np.array([0, 2**32 - 1], np.uint32))
    assert 0.0 < u[0] < u[1] < 1.0
    assert prf.green_threshold(0.25) == 2**30
    with pytest.raises(ValueError, match="between 0 and 1"):
        prf.green_threshold(1.0)
