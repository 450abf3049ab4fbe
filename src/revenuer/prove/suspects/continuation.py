"""Where in a tokenized text the continuation begins, by what each token covers."""

from collections.abc import Sequence


def first_token_of_continuation(ends: Sequence[int], boundary: int) -> tuple[int, bool]:
    """Return (index of the first token that covers text beyond `boundary`, whether it also covers text before it).

    `ends`: for each token the place in the text behind its last character, not falling. Each token covers from the end of the one before:
    spaces that a tokenizer hangs on the next word count as that word's. A token on both sides belongs to the continuation: left out, the
    beginning of the continuation would go unscored; counted in, its logarithm holds the prompt's last characters too, the same
    ones for every continuation of that prompt. The index is len(ends) where no token reaches beyond.
    """
    before = 0
    for index, end in enumerate(ends):
        if end > boundary:
            return index, before < boundary
        before = max(before, end)
    return len(ends), False
