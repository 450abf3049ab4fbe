"""A campaign index as a reader holds it: the file in memory (mapped, if it is large), checked once."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from revenuer.detect.campaign_index.content import IndexContent, IndexedCampaign, KeyNote, KeyState
from revenuer.detect.campaign_index.file_format import (
    DIGEST_BYTES,
    INDEX_FILE,
    MAKE_ANOTHER,
    open_buffer,
    read_header,
    section_array,
)
from revenuer.detect.campaign_index.keys import KeyKind
from revenuer.detect.campaign_index.table import first_rows, lookup
from revenuer.detect.campaign_index.weight import log10_weight
from revenuer.detect.keyed_hash import Key
from revenuer.records import InputError

MOST_ACCOUNTS = 2**31 - 1
END_OF_TIME = 253_402_300_800_000_000
"""The year 10000, in microseconds since 1970: dates end there."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CampaignIndex:
    """Campaigns, and which of them a key belongs to. The arrays are read-only and stay valid for as long as this object lives, also
    when another file takes the name. (A file of over PRIVATE_BYTES must not be overwritten in place: it is mapped.)

    `entries`: ENTRY. `table_keys`, `table_rows`: the table that `table.lookup` asks, in a kernel too. `left_out`: columns that are
    not in it since they could not be hashed. `made_at`: microseconds since 1970 UTC. `digest`: the BLAKE2b-256 that the file ends with,
    in hex.
    """

    path: Path
    campaigns: tuple[IndexedCampaign, ...]
    entries: np.ndarray = field(repr=False)
    table_keys: np.ndarray = field(repr=False)
    table_rows: np.ndarray = field(repr=False)
    key: KeyNote
    made_at: int
    left_out: tuple[str, ...]
    generated_by: str
    digest: str

    @classmethod
    def open(cls, path: Path, key: Key | None = None) -> "CampaignIndex":
        """Return the index at `path` (or in the folder `path`), checked from end to end, in one pass over it.

        With `key`, also checked to be hashed under it. Raises InputError that says what is wrong and what to do.
        """
        place = path / INDEX_FILE if os.path.isdir(path) else path
        try:
            descriptor = os.open(place, os.O_RDONLY)
        except OSError as error:
            raise InputError(
                f"cannot read the campaign index {place} ({error.strerror}); {MAKE_ANOTHER}"
            ) from error
        try:
            index = cls._read(descriptor, place)
        except OSError as error:
            raise InputError(
                f"cannot read the campaign index {place} ({error.strerror}); {MAKE_ANOTHER}"
            ) from error
        finally:
            os.close(descriptor)
        if key is not None:
            check_key(index.key, key, str(place))
        return index

    @classmethod
    def _read(cls, descriptor: int, path: Path) -> "CampaignIndex":
        buffer = open_buffer(descriptor)
        header, start = read_header(buffer, str(path))
        if not 0 <= header.made_at < END_OF_TIME:
            raise InputError(f"{path} was made at no time that there is ({header.made_at}); {MAKE_ANOTHER}")
        index = cls(
            path=path,
            campaigns=header.campaigns,
            entries=section_array(buffer, header, start, "entries"),
            table_keys=section_array(buffer, header, start, "table_keys"),
            table_rows=section_array(buffer, header, start, "table_rows"),
            key=header.key,
            made_at=header.made_at,
            left_out=header.left_out,
            generated_by=header.generated_by,
            digest=bytes(buffer[-DIGEST_BYTES:]).hex(),
        )
        index._check_structure()
        return index

    def __len__(self) -> int:
        """Number of entries."""
        return len(self.entries)

    def lookup(self, key: int) -> int:
        """Return the row of the first entry with `key` (of `keys.index_key`), or -1."""
        return int(lookup(self.table_keys, self.table_rows, np.uint64(key)))

    def rows(self, key: int) -> Iterator[int]:
        """Yield the rows of all entries with `key`: one for each campaign that it belongs to."""
        row = self.lookup(key)
        while row >= 0:
            yield row
            row = int(self.entries["next"][row])

    def campaign(self, row: int) -> IndexedCampaign:
        """Return the campaign that an entry belongs to."""
        return self.campaigns[int(self.entries["campaign"][row])]

    def log10_weight(self, row: int) -> float:
        """Return what a match with an entry is worth."""
        entry, campaign = self.entries[row], self.campaign(row)
        return float(
            log10_weight(
                int(entry["kind"]), int(entry["members"]), campaign.members, int(entry["outsiders"]), campaign.strangers
            )
        )  # fmt: skip

    @cached_property
    def sizes(self) -> np.ndarray:
        """Accounts of each campaign, int64, for kernels."""
        return np.array([campaign.members for campaign in self.campaigns], np.int64)

    @cached_property
    def strangers(self) -> np.ndarray:
        """Accounts in no campaign of the log that each campaign was found in, int64, for kernels."""
        return np.array([campaign.strangers for campaign in self.campaigns], np.int64)

    def counts(self) -> np.ndarray:
        """Return the number of entries by campaign and KeyKind, (campaigns, kinds) int64."""
        place = self.entries["campaign"].astype(np.int64) * len(KeyKind) + self.entries["kind"]
        found = np.bincount(place, minlength=len(self.campaigns) * len(KeyKind))
        return found.reshape(len(self.campaigns), len(KeyKind))

    def content(self) -> IndexContent:
        """Return what it says, to be written again or merged."""
        return IndexContent(
            campaigns=self.campaigns,
            entries=np.array(self.entries),
            key=self.key,
            made_at=self.made_at,
            left_out=self.left_out,
        )

    def verify(self) -> None:
        """Check that every entry is found by its key and nothing else is. Opening has checked the rest. Raises InputError."""
        keys = self.entries["key"]
        heads = np.concatenate([[True], keys[1:] != keys[:-1]]) if len(keys) else np.zeros(0, bool)
        found = first_rows(self.table_keys, self.table_rows, keys[heads])
        chained = np.append(np.where(heads[1:], -1, np.arange(1, len(keys))), -1)[: len(keys)]
        whole = (
            np.array_equal(found, np.flatnonzero(heads))
            and np.array_equal(chained, self.entries["next"])
            and int((self.table_rows >= 0).sum()) == int(heads.sum())
        )
        if not whole:
            raise InputError(f"{self.path} has a table that does not fit its entries; {MAKE_ANOTHER}")

    def _check_structure(self) -> None:
        """Check what a look-up relies on not to leave the arrays or run on for ever."""
        n, slots, entries = len(self.entries), len(self.table_keys), self.entries
        rows, following = self.table_rows, entries["next"]
        sound = (
            all(map(_plausible, self.campaigns))
            and slots == len(rows)
            and slots > 0
            and slots & (slots - 1) == 0
            and 2 * int((rows >= 0).sum()) <= slots
            and _within(rows, -1, n)
            and _within(following, -1, n)
            and bool(((following < 0) | (following > np.arange(n))).all())
            and _within(entries["campaign"], 0, len(self.campaigns))
            and _within(entries["kind"], 0, len(KeyKind))
            and bool((entries["members"] >= 1).all() and (entries["outsiders"] >= 0).all())
            and bool((entries["members"] <= self.sizes[entries["campaign"]]).all())
            and bool(((entries["support"] >= 0) & (entries["support"] <= 1)).all())
        )
        if not sound:
            raise InputError(
                f"{self.path} is not as an index is written: its numbers contradict one another; {MAKE_ANOTHER}"
            )


def check_key(note: KeyNote, key: Key, name: str) -> None:
    """Raise InputError unless what `note` tells about is hashed under `key`."""
    own = KeyNote.of(key)
    if note == own:
        return
    if note.state is KeyState.UNKNOWN:
        raise InputError(
            f"{name} does not say under which key it is hashed (it comes from sketches of an older version): sketch the logs again, "
            "then scan them"
        )
    named = {KeyState.UNKEYED: "without a key"}
    theirs = named.get(note.state, f"under the key {note.id}")
    mine = named.get(own.state, f"under the key {own.id}")
    raise InputError(
        f"{name} is hashed {theirs}, and we hash {mine}: give both the same --key-file (scan again with it, or configure it here)"
    )


def _plausible(campaign: IndexedCampaign) -> bool:
    times = (campaign.first_seen, campaign.last_seen, campaign.indexed_at)
    return (
        1 <= campaign.members <= MOST_ACCOUNTS
        and 0 <= campaign.strangers <= campaign.population <= MOST_ACCOUNTS
        and all(0 <= time < END_OF_TIME for time in times)
    )


def _within(values: np.ndarray, low: int, end: int) -> bool:
    return not len(values) or (int(values.min()) >= low and int(values.max()) < end)
