"""Builds a partner's set: evaluates what is new, drops what is gone, seals what each item reveals, and hides how many there are but roughly."""

import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from revenuer.share.durable_file import PUBLIC, replace_file
from revenuer.share.matching.evaluated import Evaluated, Record, read_evaluated
from revenuer.share.matching.items import PreparedItem, item_of
from revenuer.share.matching.match_key import key_id_of
from revenuer.share.matching.rows import MOST_SLOTS, ROW_BYTES, Payload, row_of, seed_of
from revenuer.share.matching.table import table_bytes
from revenuer.share.matching.voprf import OprfKey, evaluate

PAD = 1024
"""Sets have a multiple of so many rows: the rest are made of the key and look like all others."""

CHUNK = 20_000
"""Items evaluated between two writes: some two seconds that a crash can cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltSet:
    """What a build made. `evaluated`: items that had to be. `removed`: items that the set had and has no more. `left_out`: campaigns of an item
    beyond MOST_SLOTS."""

    path: Path
    revision: int
    items: int
    rows: int
    evaluated: int
    removed: int
    left_out: int


def build_set(
    folder: Path,
    key: OprfKey,
    revision: int,
    items: Iterable[PreparedItem],
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> BuiltSet:
    """Write the set of `items` as `folder`/set-REVISION.bin; `tell` hears how many of the new items are evaluated.

    A build that was killed goes on where it was. Raises InputError for an item that is none.
    """
    key_id = key_id_of(key.public)
    wanted = _by_item(items)
    known = read_evaluated(folder / f"evaluated-{key_id.hex()}.bin", key.secret)
    digests = {item: known.digest(item) for item in wanted}
    new = _evaluate_new(key, known, wanted, digests, tell)
    rows: list[bytes] = []
    for item, payloads in wanted.items():
        rows += _rows(known.records[digests[item]], payloads, key_id)
    removed = known.keep(set(digests.values()))
    real = len(rows)
    rows += _padding(key, -real % PAD if real else PAD)
    path = folder / f"set-{revision}.bin"
    replace_file(path, table_bytes(rows, key_id, revision), PUBLIC)
    left_out = sum(max(0, len(payloads) - MOST_SLOTS) for payloads in wanted.values())
    return BuiltSet(
        path=path,
        revision=revision,
        items=len(wanted),
        rows=len(rows),
        evaluated=new,
        removed=removed,
        left_out=left_out,
    )


def _by_item(items: Iterable[PreparedItem]) -> dict[bytes, list[bytes]]:
    """Return what each item reveals, surest campaign first; of a campaign named twice the higher confidence."""
    surest: dict[bytes, dict[str, int]] = {}
    for one in items:
        campaigns = surest.setdefault(item_of(one.kind, one.value), {})
        campaigns[one.campaign] = max(one.confidence, campaigns.get(one.campaign, 0))
    packed: dict[tuple[str, int], bytes] = {}
    for campaigns in surest.values():
        for pair in campaigns.items():
            if pair not in packed:
                packed[pair] = Payload(*pair).packed()
    return {
        item: [packed[pair] for pair in sorted(campaigns.items(), key=lambda pair: (-pair[1], pair[0]))]
        for item, campaigns in surest.items()
    }


def _evaluate_new(
    key: OprfKey,
    known: Evaluated,
    wanted: dict[bytes, list[bytes]],
    digests: dict[bytes, bytes],
    tell: Callable[[int, int], None],
) -> int:
    key_id = key_id_of(key.public)
    new = [item for item in wanted if digests[item] not in known.records]
    for start in range(0, len(new), CHUNK):
        part = new[start : start + CHUNK]
        known.append((digests[item], _record(key, item, wanted[item][0], key_id)) for item in part)
        tell(start + len(part), len(new))
    return len(new)


def _record(key: OprfKey, item: bytes, payload: bytes, key_id: bytes) -> Record:
    seed = seed_of(evaluate(key, item))
    return Record(seed, payload, row_of(seed, 0, payload, key_id))


def _rows(record: Record, payloads: Sequence[bytes], key_id: bytes) -> list[bytes]:
    first = record.row if record.payload == payloads[0] else row_of(record.seed, 0, payloads[0], key_id)
    others = enumerate(payloads[1:MOST_SLOTS], 1)
    return [first, *(row_of(record.seed, slot, payload, key_id) for slot, payload in others)]


def _padding(key: OprfKey, count: int) -> list[bytes]:
    label = b"revenuer match padding 1"
    return [hmac.digest(key.secret, label + i.to_bytes(4, "big"), "sha512")[:ROW_BYTES] for i in range(count)]
