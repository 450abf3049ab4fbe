"""One request's text into one account's row, in one compiled pass: fingerprints, intents, repetition, reach.

Fingerprints are those of `revenuer.detect.fingerprints` (winnowed spans), under the same key, so that what a scan found can be looked up
here.
"""

from typing import Any

import numpy as np
from numba import njit

from revenuer.detect.campaign_index import fingerprint_key, lookup
from revenuer.detect.fingerprints import KIND_BITS, SPAN, text_hash, winnow
from revenuer.detect.intent import score_into
from revenuer.detect.keyed_hash import siphash
from revenuer.detect.tokens import MAX_TOKENS, mix64, tokenize

HEAVY_SLOTS = 12
BLOOM_WORDS = 16
"""Two generations of 16 words of 64 bits: the spans of an account's last prompts, some forty of them."""
HEAVY_COUNT = 3
"""A span that an account sent in this many prompts, and in HEAVY_SHARE of them, is its habit: heavy."""
HEAVY_SHARE = 0.08
EMITTED = np.uint16(0x8000)
ADDRESSES = 6
MAX_HITS = 64
"""Events of a kind that one request may cause; a request has a few."""

POSITIVE, HEAVY, WATCHED, INDEXED, NEW_ADDRESS, FIRST, SUSPECT = 1, 2, 4, 8, 16, 32, 64
"""Flags that `observe` returns: the prompt is positive for an intent; a span became heavy; a watched or an indexed span occurs;
the account comes from an address that it has not used lately; it is its first request; the account's own `flags` are set."""

HEAD = 8
"""Places of `out` before the lists: positives (bits), text hash, spans, heavy, watched, indexed."""

ACCOUNT_ROW = np.dtype(
    [
        ("first", np.int64),
        ("last", np.int64),
        ("requests", np.uint32),
        ("prompts", np.uint32),
        ("fill", np.uint16),
        ("newest", np.uint16),
        ("flags", np.uint32),
        ("next_address", np.uint32),
        ("relays", np.uint32),
        ("organization", np.uint64),
        ("facts", np.uint64, (4,)),
        ("hits", np.uint16, (4,)),
        ("log_e", np.float32, (4,)),
        ("spans", np.uint64, (HEAVY_SLOTS,)),
        ("counts", np.uint16, (HEAVY_SLOTS,)),
        ("stamps", np.uint16, (HEAVY_SLOTS,)),
        ("bloom", np.uint64, (2 * BLOOM_WORDS,)),
        ("addresses", np.uint64, (ADDRESSES,)),
    ],
    align=True,
)
"""What is kept of every account: about 550 bytes. Times in microseconds; `log_e` natural logarithms of the intents' e-processes;
`relays`: 1 when it began a conversation with a reasoning
signature; `organization` and `facts` hashes of what is registered
(card, sign-up address, mail domain, six hours of the sign-up; 0 = not known); `spans`/`counts`/`stamps` the spans it repeats; `bloom` the spans it sent lately; `addresses` hashes of its last networks' addresses."""

_GENERATION_BITS = BLOOM_WORDS * 64
_FULL = _GENERATION_BITS // 3
_U1 = np.uint64(1)
_SIX = np.uint64(6)
_63 = np.uint64(63)
_KIND_SHIFT = np.uint64(KIND_BITS)
_NOT_EMITTED = np.uint16(0x7FFF)


@njit(cache=True, inline="always")
def _recent(bloom: np.ndarray, span: np.uint64) -> bool:
    """Whether the account sent `span` lately (either generation); a false yes once in some tens when full."""
    a, b = span % np.uint64(_GENERATION_BITS), (span >> np.uint64(32)) % np.uint64(_GENERATION_BITS)
    for base in (0, BLOOM_WORDS):
        one = (bloom[base + np.int64(a >> _SIX)] >> (a & _63)) & _U1
        two = (bloom[base + np.int64(b >> _SIX)] >> (b & _63)) & _U1
        if one & two:
            return True
    return False


@njit(cache=True, inline="always")
def _remember(bloom: np.ndarray, newest: int, span: np.uint64) -> None:
    a, b = span % np.uint64(_GENERATION_BITS), (span >> np.uint64(32)) % np.uint64(_GENERATION_BITS)
    base = newest * BLOOM_WORDS
    bloom[base + np.int64(a >> _SIX)] |= _U1 << (a & _63)
    bloom[base + np.int64(b >> _SIX)] |= _U1 << (b & _63)


@njit(cache=True)
def probe(keys: np.ndarray, key: np.uint64) -> Any:
    """Return the slot of `key` in an open-addressing table (uint64, power of two, 0 = empty), or -1."""
    mask = np.uint64(len(keys) - 1)
    at = mix64(key) & mask
    for _ in range(len(keys)):
        held = keys[at]
        if held == key:
            return np.int64(at)
        if held == np.uint64(0):
            return -1
        at = (at + _U1) & mask
    return -1


@njit(cache=True)
def reach_of(reach: np.ndarray, span: np.uint64) -> Any:
    """Return how many accounts sent `span`, from a count-min sketch (uint16, (2, power of two)): never too few while counts stand."""
    mask = np.uint64(reach.shape[1] - 1)
    a, b = span & mask, (span >> np.uint64(29)) & mask
    return min(np.int64(reach[0, a]), np.int64(reach[1, b]))


@njit(cache=True, inline="always")
def _reach_more(reach: np.ndarray, span: np.uint64) -> None:
    mask = np.uint64(reach.shape[1] - 1)
    a, b = span & mask, (span >> np.uint64(29)) & mask
    if reach[0, a] < np.uint16(65535):
        reach[0, a] += np.uint16(1)
    if reach[1, b] < np.uint16(65535):
        reach[1, b] += np.uint16(1)


@njit(cache=True)
def observe(
    data: np.ndarray,
    row: int,
    now: int,
    address: np.uint64,
    system: np.uint64,
    accounts: np.ndarray,
    reach: np.ndarray,
    watched: np.ndarray,
    index_keys: np.ndarray,
    index_rows: np.ndarray,
    weights: np.ndarray,
    bias: np.ndarray,
    bets: np.ndarray,
    k0: np.uint64,
    k1: np.uint64,
    tokens: np.ndarray,
    places: np.ndarray,
    kinds: np.ndarray,
    out: np.ndarray,
) -> int:
    """Take the prompt `data` (uint8, empty = none) of account `row` into `accounts` and `reach`; return flags, and details in `out`.

    `now` microseconds; `address` the hash of the address it came from, `system` that of its system prompt,
    0 = not known; the latter counts as one more span of a prompt, since an instruction may stand there as well. `watched`: an open-addressing table of spans to report; `index_keys`, `index_rows`: the
    table of a campaign index, or empty. `bets` float32 (3, 4): nats that a positive and a negative prompt
    add to an intent's e-process, and the score from which a prompt is positive. `tokens` uint64 (3, MAX_TOKENS), `places` int64 (2, MAX_TOKENS), `kinds` uint8: scratch. `out`: HEAD places, then
    HEAVY, WATCHED and INDEXED spans (MAX_HITS each), then all spans of the prompt.
    """
    account = accounts[row]
    hashes, grams, spans = tokens[0], tokens[1], tokens[2]
    count = tokenize(data, 0, len(data), hashes, places[0], places[1], kinds)
    for i in range(HEAD):
        out[i] = np.uint64(0)
    flags = _arrive(account, now, address)
    if len(data) == 0:
        return flags
    account.prompts += np.uint32(1)
    scores = np.zeros(4, np.float32)
    if count > 0:
        score_into(hashes, kinds, count, weights, bias, scores)
    bits = np.uint64(0)
    for i in range(4):
        positive = count > 0 and scores[i] >= bets[2, i]
        if positive:
            bits |= _U1 << np.uint64(i)
            if account.hits[i] < np.uint16(65535):
                account.hits[i] += np.uint16(1)
        account.log_e[i] = max(account.log_e[i] + (bets[0, i] if positive else bets[1, i]), np.float32(-3.0))
    if bits:
        flags |= POSITIVE
    out[0] = bits
    used = 0
    if count > 0:
        out[1] = siphash(text_hash(hashes, count), k0, k1)
        used = winnow(hashes, kinds, count, grams, spans, 0)
    base = HEAD + 3 * MAX_HITS
    stamp = np.uint16(account.prompts & np.uint32(0xFFFF))
    for i in range(used):
        out[base + i] = (siphash(spans[i], k0, k1) << _KIND_SHIFT) | np.uint64(SPAN)
    if system != np.uint64(0):
        out[base + used] = system
        used += 1
    for i in range(used):
        span = out[base + i]
        flags |= _place(span, stamp, account, out)
        if len(watched) > 1 and probe(watched, span) >= 0 and out[4] < np.uint64(MAX_HITS):
            out[HEAD + MAX_HITS + np.int64(out[4])] = span
            out[4] += _U1
            flags |= WATCHED
        if (
            len(index_keys) > 1
            and out[5] < np.uint64(MAX_HITS)
            and lookup(index_keys, index_rows, fingerprint_key(span)) >= 0
        ):
            out[HEAD + 2 * MAX_HITS + np.int64(out[5])] = span
            out[5] += _U1
            flags |= INDEXED
    out[2] = np.uint64(used)
    _keep(used, base, account, reach, out)
    return flags


@njit(cache=True)
def _arrive(account: Any, now: int, address: np.uint64) -> int:
    """Count the request; return FIRST, NEW_ADDRESS and SUSPECT as they apply."""
    flags = SUSPECT if account.flags else 0
    if account.requests == np.uint32(0):
        flags |= FIRST
    account.requests += np.uint32(1)
    account.last = max(account.last, now)
    if address == np.uint64(0):
        return flags
    for i in range(ADDRESSES):
        if account.addresses[i] == address:
            return flags
    account.addresses[account.next_address] = address
    account.next_address = np.uint32((account.next_address + 1) % ADDRESSES)
    return flags | NEW_ADDRESS


@njit(cache=True)
def _place(span: np.uint64, stamp: np.uint16, account: Any, out: np.ndarray) -> int:
    """Count `span` among those the account repeats; return HEAVY when it has just become its habit."""
    weakest, least = 0, np.uint16(65535)
    for slot in range(HEAVY_SLOTS):
        held = account.counts[slot] & _NOT_EMITTED
        if account.spans[slot] == span and held > np.uint16(0):
            if account.stamps[slot] == stamp:
                return 0
            account.stamps[slot] = stamp
            if held < np.uint16(30000):
                account.counts[slot] += np.uint16(1)
                held += np.uint16(1)
            fresh = (account.counts[slot] & EMITTED) == np.uint16(0)
            if fresh and held >= HEAVY_COUNT and held >= HEAVY_SHARE * account.prompts:
                account.counts[slot] |= EMITTED
                if out[3] < np.uint64(MAX_HITS):
                    out[HEAD + np.int64(out[3])] = span
                    out[3] += _U1
                    return HEAVY
            return 0
        if held < least:
            least, weakest = held, slot
    if not _recent(account.bloom, span):
        return 0
    if least <= np.uint16(2):
        account.spans[weakest] = span
        account.counts[weakest] = np.uint16(2)
        account.stamps[weakest] = stamp
    else:
        account.counts[weakest] -= np.uint16(1)
    return 0


@njit(cache=True)
def _keep(used: int, base: int, account: Any, reach: np.ndarray, out: np.ndarray) -> None:
    """Remember the prompt's spans, after all were looked up: a span that stands twice in one prompt is no repetition."""
    for i in range(used):
        span = out[base + i]
        if not _recent(account.bloom, span):
            _reach_more(reach, span)
            account.fill += np.uint16(1)
        _remember(account.bloom, np.int64(account.newest), span)
    if account.fill > np.uint16(_FULL):
        account.newest = np.uint16(1) - account.newest
        account.fill = np.uint16(0)
        for word in range(BLOOM_WORDS):
            account.bloom[np.int64(account.newest) * BLOOM_WORDS + word] = np.uint64(0)


@njit(cache=True)
def hash_bytes(data: np.ndarray, kind: np.uint64, k0: np.uint64, k1: np.uint64) -> np.uint64:
    """Return the keyed hash of a string of a kind; equal strings of two kinds have unrelated hashes.

    The kind (1..7) stands in the low three bits, so the hash is never 0."""
    h = np.uint64(0xCBF29CE484222325)
    for i in range(len(data)):
        h = (h ^ np.uint64(data[i])) * np.uint64(0x100000001B3)
    h = siphash(mix64(h) + kind * np.uint64(0x9E3779B97F4A7C15), k0, k1)
    return (h & ~np.uint64(7)) | kind


OUT_SIZE = HEAD + 3 * MAX_HITS + MAX_TOKENS + 1
