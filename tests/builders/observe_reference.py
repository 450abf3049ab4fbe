"""What the ledger's kernel does with one request, slow and readable: written from its docstrings, on Python objects."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from revenuer.detect.fingerprints import KIND_BITS, SPAN
from revenuer.detect.intent import BACKGROUND_RATE, INTENTS, THRESHOLDS, load_model
from revenuer.detect.keyed_hash import Key
from revenuer.detect.sketch import sketch_texts

BET_SHARE, LEAST_RATE, FLOOR = 0.1, 0.004, np.float32(-3.0)
SLOTS, HEAVY_COUNT, HEAVY_SHARE = 12, 3, 0.08
GENERATION_BITS = 1024
FULL = GENERATION_BITS // 3
ADDRESSES = 6
REACH_CELLS = 1 << 22


@dataclass
class Slot:
    """A span that an account repeats: in how many prompts, whether it was told as heavy, and the last prompt it stood in."""

    span: int = 0
    count: int = 0
    told: bool = False
    prompt: int = 0


@dataclass
class Account:
    requests: int = 0
    prompts: int = 0
    hits: list[int] = field(default_factory=lambda: [0] * len(INTENTS))
    log_e: list[np.float32] = field(default_factory=lambda: [np.float32(0)] * len(INTENTS))
    slots: list[Slot] = field(default_factory=lambda: [Slot() for _ in range(SLOTS)])
    generations: list[set[int]] = field(default_factory=lambda: [set(), set()])
    newest: int = 0
    fill: int = 0
    addresses: list[int] = field(default_factory=lambda: [0] * ADDRESSES)
    next_address: int = 0


@dataclass
class Seen:
    """What one request told."""

    first: bool
    new_address: bool
    positives: set[int]
    text: int
    spans: list[int]
    heavy: list[int]
    watched: list[int]


class SlowLedger:
    """Counts of all accounts, and how many accounts sent a span (a count-min sketch with two rows)."""

    def __init__(self, key: Key, watched: set[int]) -> None:
        self.key, self.watched = key, watched
        self.accounts: dict[str, Account] = {}
        self.cells: dict[tuple[int, int], int] = {}
        self.model = load_model()

    def observe(self, account_id: str, address: int, text: str, system: int = 0) -> Seen:
        account = self.accounts.setdefault(account_id, Account())
        first, fresh = account.requests == 0, _arrives(account, address)
        if not text:
            return Seen(first, fresh, set(), 0, [], [], [])
        account.prompts += 1
        sketch = sketch_texts(pa.array([text]), self.key, self.model)
        positives = _bet(account, sketch.intent[0], int(sketch.tokens[0]))
        spans = [s for s in sketch.fingerprints.tolist() if s & ((1 << KIND_BITS) - 1) == SPAN]
        spans += [system] if system else []
        heavy = [span for span in spans if _repeats(account, span)]
        self._remember(account, spans)
        watched = [span for span in spans if span in self.watched]
        return Seen(first, fresh, positives, int(sketch.text[0]), spans, heavy, watched)

    def reach_of(self, span: int) -> int:
        return min(self.cells.get(cell, 0) for cell in _cells(span))

    def _remember(self, account: Account, spans: list[int]) -> None:
        for span in spans:
            if not _recent(account, span):
                account.fill += 1
                for cell in _cells(span):
                    self.cells[cell] = min(self.cells.get(cell, 0) + 1, 65535)
            account.generations[account.newest] |= _bits(span)
        if account.fill > FULL:
            account.newest, account.fill = 1 - account.newest, 0
            account.generations[account.newest] = set()


def _arrives(account: Account, address: int) -> bool:
    account.requests += 1
    if address == 0 or address in account.addresses:
        return False
    account.addresses[account.next_address] = address
    account.next_address = (account.next_address + 1) % ADDRESSES
    return True


def _bet(account: Account, scores: np.ndarray, tokens: int) -> set[int]:
    positives = set()
    for i, name in enumerate(INTENTS):
        rate = max(2 * BACKGROUND_RATE[name], LEAST_RATE)
        positive = tokens > 0 and scores[i] >= np.float32(THRESHOLDS[name])
        if positive:
            positives.add(i)
            account.hits[i] += 1
        nats = np.log(BET_SHARE / rate) if positive else np.log((1 - BET_SHARE) / (1 - rate))
        account.log_e[i] = max(account.log_e[i] + np.float32(nats), FLOOR)
    return positives


def _repeats(account: Account, span: int) -> bool:
    """Count a span that the account sent before; return whether it has just become its habit."""
    for slot in account.slots:
        if slot.span != span or not slot.count:
            continue
        if slot.prompt == account.prompts:
            return False
        slot.prompt, slot.count = account.prompts, slot.count + 1
        if slot.told or slot.count < HEAVY_COUNT or slot.count < HEAVY_SHARE * account.prompts:
            return False
        slot.told = True
        return True
    if _recent(account, span):
        weakest = min(account.slots, key=lambda slot: slot.count)
        if weakest.count <= 2:
            weakest.span, weakest.count, weakest.told, weakest.prompt = span, 2, False, account.prompts
        else:
            weakest.count -= 1
    return False


def _recent(account: Account, span: int) -> bool:
    return any(_bits(span) <= generation for generation in account.generations)


def _bits(span: int) -> set[int]:
    return {span % GENERATION_BITS, (span >> 32) % GENERATION_BITS}


def _cells(span: int) -> tuple[tuple[int, int], tuple[int, int]]:
    return (0, span % REACH_CELLS), (1, (span >> 29) % REACH_CELLS)
