"""Which object versions a recorded response held: worked out again from what the store keeps, and checked against the record."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from revenuer.share.taxii.filters import ALL, FIRST, LAST, Filter
from revenuer.share.taxii.intake import SPEC_VERSION
from revenuer.share.taxii.stored import KeptRow, Served, Store

DEFAULT_VERSIONS = {"objects": (LAST,), "manifest": (LAST,), "object": (LAST,), "versions": (ALL,)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconstructed:
    """`exact`: the versions found hash to what was recorded when the response was sent."""

    versions: tuple[KeptRow, ...]
    exact: bool


def digest_of(hashes: Iterable[bytes]) -> bytes:
    """Return what the record keeps of a response: SHA-256 over the SHA-256 of each version, in order."""
    return hashlib.sha256(b"".join(hashes)).digest()


def reconstruct(store: Store, served: Served) -> Reconstructed:
    """Return the versions that `served` held. Reads every version, deleted ones too, of the objects concerned; the filter is applied by definition,
    not through the store's indexes."""
    if not served.count:
        return Reconstructed(versions=(), exact=served.digest == digest_of(()))
    kept = store.kept(served.collection, served.first_added, served.last_added)
    filter = msgspec.json.decode(served.filter, type=Filter)
    if served.object_id:
        filter = msgspec.structs.replace(filter, ids=(served.object_id,))
    there = [row for row in kept if row.added <= served.snapshot and row.gone > served.tick]
    admitted = [
        row
        for row in admit(there, filter, DEFAULT_VERSIONS[served.resource])
        if served.first_added <= row.added <= served.last_added
    ]
    digest = digest_of(row.sha256 for row in admitted)
    return Reconstructed(versions=tuple(admitted), exact=digest == served.digest)


def admit(there: Sequence[KeptRow], filter: Filter, default_versions: Sequence[str]) -> list[KeptRow]:
    """Return which of all the versions that are there `filter` admits, by date_added: the definition that every store must meet."""
    if filter.spec_versions and SPEC_VERSION not in filter.spec_versions:
        return []
    by_id: dict[str, list[int]] = defaultdict(list)
    for row in there:
        by_id[row.id].append(row.version)
    asked = filter.versions or default_versions
    return sorted(
        row
        for row in there
        if (filter.added_after is None or row.added > filter.added_after)
        and (not filter.ids or row.id in filter.ids)
        and (not filter.types or row.type in filter.types)
        and (
            ALL in asked
            or (LAST in asked and row.version == max(by_id[row.id]))
            or (FIRST in asked and row.version == min(by_id[row.id]))
            or row.version in asked
        )
    )
