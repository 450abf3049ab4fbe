"""What a mark costs while a model writes: milliseconds a token at a vocabulary of 128k, beside the same step without a mark, on this CPU.

Run: python benchmarks/prove_processors.py
"""

import statistics
import time
from collections.abc import Callable
from datetime import date
from functools import partial

import torch

from revenuer.prove.marks import DualGumbel, Green, Gumbel, Scheme
from revenuer.prove.marks.candidate import derived_candidate
from revenuer.prove.processors.marked_rows import MarkedRow, mark_rows

VOCABULARY = 128_256
BATCHES = (1, 16)
STEPS = 30
SCHEMES: tuple[Scheme, ...] = (Green(width=1), Green(width=2), Gumbel(width=2), DualGumbel(width=2))


def milliseconds(step: Callable[[int], object]) -> tuple[float, float]:
    """Return median and largest time of a step."""
    times = []
    for number in range(STEPS + 3):
        began = time.perf_counter()
        step(number)
        times.append(1e3 * (time.perf_counter() - began))
    return statistics.median(times[3:]), max(times[3:])


def marking(scheme: Scheme, logits: torch.Tensor) -> tuple[float, float]:
    """Return the times of a step in which every row is marked."""
    candidate = derived_candidate(bytes(range(32)), scheme, "campaign:bench", date(2026, 1, 1))
    rows = {row: MarkedRow(candidate=candidate) for row in range(len(logits))}
    written = {row: [row, 1, 2, 3] for row in rows}

    def step(number: int) -> None:
        for row, tokens in written.items():
            tokens.append((number * 7919 + row) % VOCABULARY)
        mark_rows(logits.clone(), rows, written)

    return milliseconds(step)


def main() -> None:
    torch.set_num_threads(1)
    print(
        f"vocabulary {VOCABULARY}, one thread, torch {torch.__version__}; median (largest) ms of a step of the whole batch"
    )
    for batch in BATCHES:
        logits = torch.randn(batch, VOCABULARY, generator=torch.Generator().manual_seed(1))
        times = {
            "no mark: softmax and draw": milliseconds(partial(drawn, logits)),
            "processor, no row marked": milliseconds(partial(unmarked, logits)),
            **{f"{scheme.name} width {scheme.width}": marking(scheme, logits) for scheme in SCHEMES},
        }
        for name, (median, largest) in times.items():
            print(
                f"batch {batch:>2}  {name:<28} {median:10.4f} ({largest:.2f}); {median / batch:.4f} a token"
            )


def drawn(logits: torch.Tensor, _: int) -> torch.Tensor:
    """What every server does in any case."""
    return torch.multinomial(torch.softmax(logits, -1), 1)


def unmarked(logits: torch.Tensor, _: int) -> torch.Tensor:
    return mark_rows(logits, {}, {})


if __name__ == "__main__":
    main()
