"""Scans of a past log on the log's own clock, as a `revenuer scan` every night beside a live guard would have been."""

import tempfile
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from revenuer.detect.campaign_index import INDEX_FILE, CampaignIndex, Hashing, index_bytes, index_campaigns
from revenuer.detect.keyed_hash import Key
from revenuer.detect.scan import ScanInput, scan
from revenuer.engine import DuckDBEngine, Engine
from revenuer.records import InputSummary

SECOND_US = 1_000_000
WINDOW = "exchange.parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """When scans are made and what they see: one each `every_s` seconds of the log, over at most the last `window_s`; what it finds is in
    force `delay_s` later, the time that a scan takes."""

    every_s: int
    window_s: int
    delay_s: int


class Patrol:
    """Scans the log as a replay goes over it. `wake` (microseconds since 1970): before then there is nothing to do.

    `files`: the log (Parquet, Exchange columns); `first`: its first request, in microseconds, from which the rounds are counted; `open_engine`
    makes an engine in an empty folder, one for each scan; `watched` is entered with a scan's moment while it runs. What scans leave on disk
    is under `work`, and gone after each.
    """

    def __init__(
        self,
        files: Sequence[Path],
        accounts: pa.Table | None,
        rounds: Rounds,
        *,
        first: int,
        key: Key,
        work: Path,
        open_engine: Callable[[Path], DuckDBEngine],
        watched: Callable[[datetime], AbstractContextManager[None]],
    ) -> None:
        self._files, self._accounts, self._rounds = files, accounts, rounds
        self._key, self._work = key, work
        self._open_engine, self._watched = open_engine, watched
        self._every = rounds.every_s * SECOND_US
        self._due = self.wake = first + self._every
        self._waiting: deque[tuple[int, CampaignIndex]] = deque()

    def until(self, now: int) -> list[CampaignIndex]:
        """Return the indexes that came into force since the last call, oldest first, making the scan that fell due until `now`.

        A scan sees the requests before its own moment, and nothing later. Of several that fell due while nobody sent a request,
        only the last is made: none of the others could have seen or changed more. Raises ResourceError without memory or disk.
        """
        if self._due <= now:
            moment = now - (now - self._due) % self._every
            index = self._scan(moment)
            self._waiting.append((moment + self._rounds.delay_s * SECOND_US, index))
            self._due = moment + self._every
        found = []
        while self._waiting and self._waiting[0][0] <= now:
            found.append(self._waiting.popleft()[1])
        self.wake = min(self._due, self._waiting[0][0] if self._waiting else self._due)
        return found

    def _scan(self, moment: int) -> CampaignIndex:
        when = datetime.fromtimestamp(moment / SECOND_US, UTC)
        with self._watched(when), tempfile.TemporaryDirectory(prefix="patrol-", dir=self._work) as folder:
            work = Path(folder)
            with self._open_engine(work / "engine") as engine:
                given = self._window(engine, moment, work / WINDOW)
                result = scan(engine, given, key=self._key)
                content = index_campaigns(engine, result, Hashing.under(self._key), when)
            (work / INDEX_FILE).write_bytes(index_bytes(content))
            # The file may go: what is large stays mapped for as long as the index is held.
            return CampaignIndex.open(work / INDEX_FILE, self._key)

    def _window(self, engine: Engine, moment: int, file: Path) -> ScanInput:
        """Write the requests that the scan may see, and return them with the rows of the accounts that sent them."""
        engine.read_parquet("whole", self._files)
        since = moment - self._rounds.window_s * SECOND_US
        engine.write_parquet(
            f"SELECT * FROM whole WHERE unix_micros(timestamp) >= {since} AND unix_micros(timestamp) < {moment}",
            file,
        )
        engine.read_parquet("seen", [file])
        names = engine.query("SELECT account_id, count(*) AS n FROM seen GROUP BY account_id")
        known = self._accounts
        if known is not None:
            known = known.filter(
                pc.is_in(known["account_id"], value_set=names["account_id"].combine_chunks())
            )
        summary = InputSummary(
            exchanges=int(pc.sum(names["n"]).as_py() or 0),
            accounts=len(names),
            first=None,
            last=None,
            quarantined=0,
            duplicates=0,
            columns_missing=(),
            columns_ignored=(),
            sources=(),
        )
        return ScanInput(files=(file,), kind="exchanges", accounts=known, summary=summary)
