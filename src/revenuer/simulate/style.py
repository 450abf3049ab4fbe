"""How a person types: greetings, habits, lower case, slips of the finger."""

from dataclasses import dataclass

import numpy as np

from revenuer.simulate.grammar import pick
from revenuer.simulate.lexicon import NAMES
from revenuer.simulate.ragged import Floats, Ints

_BEFORE = ("hi, ", "hello! ", "hey ", "please: ", "quick one: ", "question - ", "ok so ", "good morning. ")
_AFTER = (
    " thanks!",
    " Thanks in advance.",
    " keep it short",
    " in plain words",
    " (no lists please)",
    " pls",
    " with an example",
    " step by step if you can",
    " Use metric units.",
    " tl;dr first",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Styles:
    """Habits of n people: what they put before and after, how often (0-1), lower case, slips per message."""

    before: list[str]
    after: list[str]
    how_often: Floats
    lower: np.ndarray
    slips: Floats


def styles(rng: np.random.Generator, n: int) -> Styles:
    """Draw the habits of `n` people; half have none."""
    before, after = pick(rng, _BEFORE, n), pick(rng, _AFTER, n)
    named = rng.random(n) < 0.08
    before = [
        f"{who} here, " if signs else text
        for text, who, signs in zip(before, pick(rng, NAMES, n), named.tolist(), strict=True)
    ]
    return Styles(
        before=before,
        after=after,
        how_often=np.where(rng.random(n) < 0.5, 0.0, rng.beta(1, 5, n)),
        lower=rng.random(n) < 0.28,
        slips=rng.beta(1, 12, n),
    )


def styled(rng: np.random.Generator, habits: Styles, who: Ints, texts: list[str]) -> list[str]:
    """The same messages as those people would type them."""
    n = len(texts)
    draws = rng.random((n, 4))
    often = habits.how_often[who]
    rows = zip(
        texts,
        who.tolist(),
        (draws[:, 0] < often).tolist(),
        (draws[:, 1] < often).tolist(),
        habits.lower[who].tolist(),
        (draws[:, 2] < habits.slips[who]).tolist(),
        draws[:, 3].tolist(),
        strict=True,
    )
    out = []
    for text, person, first, last, lower, slip, place in rows:
        if first:
            text = habits.before[person] + text
        if last:
            text = text + habits.after[person]
        if lower and len(text) < 300:
            text = text.lower()
        if slip and len(text) > 8:
            at = 1 + int(place * (len(text) - 3))
            text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        out.append(text)
    return out
