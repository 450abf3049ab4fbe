"""Prompt-template families without their text: each span as HMAC-SHA-256 under a key that sender and receiver share, and MinHash bands over those hashes.

Who lacks the key learns nothing from a hash but whether two are equal. Who holds it can test spans that he guesses: that is what it is for, and
why a key belongs to one partner or one community. Bands are made of the keyed hashes, so they need the key as well.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from revenuer.records import InputError
from revenuer.share.stix.extension import PromptFamily

BANDS, ROWS = 32, 2
LEAST_FOR_BANDS = 4
"""Fewer spans than this give no bands: an overlap of so few says little."""
MIN_KEY_BYTES = 16
_DOMAIN = b"revenuer share span 1\x1f"


def _drawn(name: str) -> tuple[np.uint64, ...]:
    """Return a number for each permutation: the same in every house and every version."""
    digests = (hashlib.sha256(f"revenuer share {name} {i}".encode()).digest() for i in range(BANDS * ROWS))
    return tuple(np.uint64(int.from_bytes(digest[:8], "big") | 1) for digest in digests)


_SEEDS, _OFFSETS = _drawn("multiplier"), _drawn("offset")


@dataclass(frozen=True, slots=True)
class SpanKey:
    """A shared secret. Its `key_id` tells keys apart and gives none away."""

    secret: bytes

    def __repr__(self) -> str:
        return f"SpanKey({self.key_id})"

    @property
    def key_id(self) -> str:
        return self._mac(b"revenuer share key id 1")[:8].hex()

    def span_hash(self, kind: str, span: str) -> str:
        """Return the hash of one span, 128 bits in hex."""
        return self._mac(_DOMAIN + kind.encode() + b"\x1f" + span.encode("utf-8", "surrogatepass"))[:16].hex()

    def _mac(self, message: bytes) -> bytes:
        return hmac.new(self.secret, message, hashlib.sha256).digest()


def read_span_key(path: Path) -> SpanKey:
    """Return the key in a file. Raises InputError where there is none, or too short a one."""
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise InputError(
            f"cannot read the span key {path}: {error.strerror}; agree on one with the partner, made with: openssl rand -hex 32 > {path}"
        ) from error
    if len(secret) < MIN_KEY_BYTES:
        raise InputError(
            f"the span key {path} holds {len(secret)} bytes, a key needs {MIN_KEY_BYTES}; make one with: openssl rand -hex 32 > {path}"
        )
    return SpanKey(secret)


def bands_of(span_hashes: Iterable[str]) -> tuple[str, ...]:
    """Return BANDS band hashes of a set of span hashes, in their order; none of fewer than LEAST_FOR_BANDS.

    Source: Broder, On the resemblance and containment of documents, 1997; bands of ROWS minima each.
    """
    unique = sorted(set(span_hashes))
    if len(unique) < LEAST_FOR_BANDS:
        return ()
    values = np.array([int(one[:16], 16) for one in unique], dtype=np.uint64)
    minima = [_mixed(values * seed + offset).min() for seed, offset in zip(_SEEDS, _OFFSETS, strict=True)]
    return tuple(
        hashlib.blake2b(
            bytes([band]) + b"".join(int(low).to_bytes(8, "big") for low in minima[band * ROWS :][:ROWS]),
            digest_size=8,
        ).hexdigest()
        for band in range(BANDS)
    )


def _mixed(values: np.ndarray) -> np.ndarray:
    """Spread the bits (the finaliser of MurmurHash3, public domain)."""
    values = values ^ (values >> np.uint64(33))
    values = values * np.uint64(0xFF51AFD7ED558CCD)
    values = values ^ (values >> np.uint64(33))
    values = values * np.uint64(0xC4CEB9FE1A85EC53)
    mixed: np.ndarray = values ^ (values >> np.uint64(33))
    return mixed


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyMatch:
    """How own spans compare with a family of a peer.

    `spans`: own spans whose hash the family has. `bands_in_common` of `bands` bands; `jaccard`: overlap of the two sets estimated from them (None
    without bands on either side). ROWS minima agree with probability J**ROWS, so J is about (bands_in_common / bands) ** (1 / ROWS).
    """

    spans: tuple[str, ...]
    bands_in_common: int
    bands: int
    jaccard: float | None


def match_family(family: PromptFamily, own_spans: Sequence[str], key: SpanKey) -> FamilyMatch:
    """Return which own spans the family has, and how much the two sets overlap by their bands. Raises ValueError for a family under another key."""
    if family.key_id != key.key_id:
        raise ValueError(
            f"the family is under key {family.key_id}, ours is {key.key_id}; use the key that was agreed on for it"
        )
    hashed = {key.span_hash(family.kind, span): span for span in own_spans}
    exact = tuple(sorted(hashed[one] for one in hashed.keys() & set(family.span_hashes)))
    own_bands = bands_of(hashed) if family.bands else ()
    common = sum(mine == theirs for mine, theirs in zip(own_bands, family.bands, strict=False))
    jaccard = (common / len(family.bands)) ** (1 / ROWS) if own_bands else None
    return FamilyMatch(spans=exact, bands_in_common=common, bands=len(family.bands), jaccard=jaccard)
