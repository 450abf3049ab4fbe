"""The ledger as counsel reads it first: how many objects went to whom on which day, by which way, under which marking."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from revenuer.share.ledger.check import read_line

COLUMNS = ("day", "partner", "channel", "marking", "departures", "objects")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySummary:
    """Departures (one each time that something left) and different objects, of one day in UTC, partner, channel and marking."""

    day: str
    partner: str
    channel: str
    marking: str
    departures: int
    objects: int


def summary(lines: Iterable[str]) -> list[DaySummary]:
    """Return the days of a ledger in order. Lines that hold no entry are left out: check the ledger first."""
    departures: Counter[tuple[str, str, str, str]] = Counter()
    objects: dict[tuple[str, str, str, str], set[str]] = {}
    for text in lines:
        entry = read_line(text)
        if entry is not None:
            key = (entry.time[:10], entry.partner, entry.channel, entry.marking)
            departures[key] += 1
            objects.setdefault(key, set()).add(entry.object_id)
    return [
        DaySummary(
            day=key[0],
            partner=key[1],
            channel=key[2],
            marking=key[3],
            departures=departures[key],
            objects=len(objects[key]),
        )
        for key in sorted(departures)
    ]


def summary_csv(days: Iterable[DaySummary]) -> bytes:
    """Return the summary as CSV; no cell can act as a formula in a spreadsheet."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for day in days:
        writer.writerow([_inert(getattr(day, name)) for name in COLUMNS])
    return text.getvalue().encode()


def _inert(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
