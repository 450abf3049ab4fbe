"""What a store must answer, by definition: lists of versions, and every question worked out anew."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from revenuer.share.taxii.filters import ALL, Filter
from revenuer.share.taxii.intake import Offered
from revenuer.share.taxii.reconstruct import admit
from revenuer.share.taxii.stored import FOREVER, KeptRow, Page, Query, Row, Taken


@dataclass
class Kept:
    collection: str
    row: KeptRow
    stamped: bool
    body: bytes


@dataclass
class ModelStore:
    """`Store`'s answers from plain lists."""

    tick: int = 0
    there: list[Kept] = field(default_factory=list)

    def post(self, collection: str, objects: Sequence[Offered], now: int) -> list[Taken]:
        return [self._take(collection, one, now) for one in objects]

    def _take(self, collection: str, one: Offered, now: int) -> Taken:
        if one.fault is not None:
            return Taken(one.id, self.tick, one.fault)
        same_id = [kept for kept in self.there if kept.collection == collection and kept.row.id == one.id]
        stamped = one.version is not None
        if any(kept.stamped != stamped for kept in same_id):
            return Taken(one.id, one.version or 0, "mixed")
        for kept in same_id:
            if not stamped or kept.row.version == one.version:
                same = kept.row.sha256 == one.sha256
                return Taken(one.id, kept.row.version, None if same else "changed", "known" if same else None)
        self.tick = max(now, self.tick + 1)
        version = self.tick if one.version is None else one.version
        row = KeptRow(self.tick, one.id, one.type, version, one.sha256, FOREVER)
        self.there.append(Kept(collection, row, stamped, one.body))
        return Taken(one.id, version)

    def delete(self, collection: str, object_id: str, chosen: Filter, now: int) -> int:
        same_id = [kept for kept in self.there if kept.collection == collection and kept.row.id == object_id]
        if not same_id:
            return -1
        doomed = admit(
            [kept.row for kept in same_id], msgspec.structs.replace(chosen, added_after=None), (ALL,)
        )
        if doomed:
            self.tick = max(now, self.tick + 1)
        self.there = [kept for kept in self.there if kept.row not in doomed]
        return len(doomed)

    def page(self, query: Query) -> Page:
        snapshot = self.tick if query.snapshot is None else query.snapshot
        kept = {one.row.added: one for one in self.there if one.collection == query.collection}
        there = [one.row for one in kept.values() if one.row.added <= snapshot]
        admitted = [
            row for row in admit(there, query.filter, query.default_versions) if row.added > query.after
        ]
        rows: list[Row] = []
        size = 0
        for row in admitted[: query.limit]:
            body = kept[row.added].body if query.with_bodies else b""
            size += len(body)
            if rows and size > query.most_bytes:
                break
            rows.append(Row(row.added, row.id, row.version, row.sha256, body))
        return Page(rows=tuple(rows), more=len(admitted) > len(rows), snapshot=snapshot, tick=self.tick)
