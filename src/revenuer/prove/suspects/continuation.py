"""Where in a tokenized text the continuation begins, by what each token covers."""

from collections.abc import Sequence


def first_token_of_continuation(spans: Sequence[tuple[int, int]], boundary: int) -> tuple[int, bool]:
    """Return (index of the first token that covers text beyond `boundary`, whether it also covers text before it).

    `spans`: (start, end) of each token in characters; those of a character split into bytes overlap. Text between a token and the one before
    counts as the later one's: a tokenizer that trims its spans hangs a space on the next word. A token on both sides belongs to
    the continuation: left out, the beginning of the continuation would go unscored; counted in, its logarithm holds the prompt's last
    characters too, the same ones for every continuation of that prompt. The index is len(spans) where no token reaches beyond.
    """
    before = 0
    for index, (start, end) in enumerate(spans):
        if end > boundary:
            return index, min(start, before) < boundary
        before = max(before, end)
    return len(spans), False
