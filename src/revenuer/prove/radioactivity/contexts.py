"""Where the suspect is asked for its next token: places in texts before which a mark's window stands for the first time.

A model without any training on our text repeats what stands before it: after "b" it favours what followed an earlier "b" in the same context,
and where that text was marked, what followed was chosen by the key. So a window counts only where neither the prompt nor the response so far
holds it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Window = tuple[int, ...]
Tokens = Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One distinct window with the contexts (prompt and response so far, the window last) in which it is asked about. `frequency`: how often it
    stands in texts that know nothing of the key, 1 where that is not known."""

    window: Window
    frequency: int
    contexts: tuple[tuple[int, ...], ...]


def places_of(
    exchanges: Sequence[tuple[Tokens, Tokens]],
    width: int,
    *,
    windows: int,
    per_window: int,
    served: bool,
    longest: int,
) -> list[Place]:
    """Return at most `windows` places from (prompt, response) token ids.

    `served`: the responses were written under the key, so that only what came before the first use of a window's draws may choose its
    context: the first context of each window in the order of the log, and the first windows of the log. Otherwise the texts know nothing
    of the key: the most frequent windows, each with its first `per_window` contexts. `longest`: contexts are cut to their last tokens.
    """
    found: dict[Window, list[tuple[int, ...]]] = {}
    counts: Counter[Window] = Counter()
    keep = 1 if served else per_window
    for prompt, response in exchanges:
        for window, context in fresh_windows(prompt, response, width):
            counts[window] += 1
            if served and len(found) == windows and window not in found:
                continue
            contexts = found.setdefault(window, [])
            if len(contexts) < keep:
                contexts.append(context[-longest:])
    chosen = list(found) if served else [window for window, _ in counts.most_common(windows)]
    return [
        Place(window=one, frequency=1 if served else counts[one], contexts=tuple(found[one]))
        for one in chosen
    ]


def fresh_windows(prompt: Tokens, response: Tokens, width: int) -> Iterator[tuple[Window, tuple[int, ...]]]:
    """Yield (window, context) at each place of the response where the window stands for the first time, prompt included."""
    text = tuple(prompt) + tuple(response)
    seen = {text[i : i + width] for i in range(len(prompt))}
    for end in range(len(prompt) + width, len(text) + 1):
        window = text[end - width : end]
        if window in seen:
            continue
        seen.add(window)
        yield window, text[:end]
