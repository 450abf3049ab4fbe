"""Our own values to ask a partner about: a table of observables, as `scan` and `share inventory` write it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from revenuer.records import SPAN_OBSERVABLES, InputError
from revenuer.share.matching import band_values, item_of, span_of

Value = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """`values`: (kind, value), those that campaigns hold first, then by how many accounts hold them. `families`: campaign id -> its spans as
    (kind, value). `bands`: campaign id -> what stands for the family."""

    values: list[Value]
    families: dict[str, list[Value]]
    bands: dict[str, list[Value]]

    @property
    def asked(self) -> list[Value]:
        """All that a partner is asked about: values first, since a band alone says nothing."""
        return [*self.values, *(band for bands in self.bands.values() for band in bands)]


def read_inventory(path: Path, kinds: Sequence[str], families: bool) -> Inventory:
    """Return what a table holds to ask about, of these kinds (none: all). Raises InputError for a file that is no such table, or for a row that
    holds no value, by its number."""
    try:
        table = pq.read_table(path, columns=["campaign_id", "kind", "value", "members"])
    except (OSError, pa.ArrowInvalid, KeyError) as error:
        raise InputError(
            f"cannot read {path} ({type(error).__name__}); name observables.parquet of a scan, or what `revenuer share inventory` wrote"
        ) from error
    rows = table.to_pylist()
    if kinds:
        rows = [row for row in rows if row["kind"] in kinds]
    for number, row in enumerate(rows, 1):
        try:
            item_of(row["kind"], row["value"])
        except InputError as error:
            raise InputError(f"{path}, row {number}: {error}") from error
    rows.sort(key=lambda row: (row["campaign_id"] is None, -row["members"]))
    spans = _families(rows) if families else {}
    bands = band_values({name: [span_of(*value) for value in held] for name, held in spans.items()})
    return Inventory(
        values=list(dict.fromkeys((row["kind"], row["value"]) for row in rows)), families=spans, bands=bands
    )


def _families(rows: Sequence[Mapping[str, str | None]]) -> dict[str, list[Value]]:
    """Return the spans of each campaign of ours; an inventory without campaigns has no families."""
    found: dict[str, list[Value]] = defaultdict(list)
    for row in rows:
        if row["campaign_id"] is not None and row["kind"] in SPAN_OBSERVABLES:
            found[row["campaign_id"]].append((str(row["kind"]), str(row["value"])))
    return dict(found)
