"""What `replay` and `guard policy test` share: read a log once, and run the guard over it under a policy."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from revenuer.cli.read_log import LogOptions, read_log
from revenuer.detect.campaign_index import index_bytes
from revenuer.detect.keyed_hash import UNKEYED, Key
from revenuer.engine import DuckDBEngine
from revenuer.guard.event import Registered
from revenuer.guard.policy import Policy
from revenuer.guard.replay import LOG, Patrol, Rounds, operators_index, registry, replay
from revenuer.guard.state import GuardState
from revenuer.records import EXCHANGE_SCHEMA, InputError, InputSummary, ResourceError, ScanResult, UsageError
from revenuer.report import ConsoleProgress
from revenuer.report.wording import minute

TRUTH_FILE, HARVEST_FILE = "truth.parquet", "truth_requests.parquet"
"""What `revenuer simulate` writes beside a log."""
_TRUTH_COLUMNS = ("account_id", "role", "archetype")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLog:
    """A log ready to be replayed, as often as one likes. `files` hold it as Parquet; `work` is a scratch folder; `extra` are files for
    the result."""

    engine: DuckDBEngine
    files: tuple[Path, ...]
    accounts: pa.Table | None
    registered: dict[str, Registered]
    summary: InputSummary
    work: Path
    extra: dict[str, Path]
    progress: ConsoleProgress
    options: LogOptions

    def run(
        self,
        policy: Policy,
        decisions: Path,
        stage: str,
        *,
        key: Key = UNKEYED,
        rounds: Rounds | None = None,
    ) -> GuardState:
        """Replay the log under `policy` into the file `decisions`, with scans in between if `rounds` asks for them.

        Raises ResourceError on a full disk.
        """
        shown = ReplayProgress(self.progress, stage, self.summary.exchanges)
        patrol = self._patrol(rounds, key, shown) if rounds is not None else None
        shown.resume()
        try:
            return replay(
                self.engine, self.registered, policy, decisions, shown.advance, key=key, patrol=patrol
            )
        except OSError as error:
            raise ResourceError(
                f"cannot write under {self.work}: {error.strerror or error}; free some space, or pass --workdir elsewhere"
            ) from error

    def index(self, result: ScanResult, key: Key, now: datetime) -> bytes:
        """Return the campaign index of a replay's result."""
        with self.options.engine(self.work / "index") as engine:
            return index_bytes(operators_index(engine, self.files, self.accounts, result, key, now))

    def _patrol(self, rounds: Rounds, key: Key, shown: "ReplayProgress") -> Patrol | None:
        if self.summary.first is None:
            return None
        return Patrol(
            self.files,
            self.accounts,
            rounds,
            first=round(self.summary.first.timestamp() * 1_000_000),
            key=key,
            work=self.work,
            open_engine=self.options.engine,
            watched=shown.scanning,
        )


class ReplayProgress:
    """Tells the progress of a replay that is interrupted by scans."""

    def __init__(self, progress: ConsoleProgress, stage: str, total: int) -> None:
        self._progress, self._stage, self._left = progress, stage, total

    def advance(self, requests: int) -> None:
        self._left -= requests
        self._progress.advance(requests)

    def resume(self) -> None:
        self._progress.stage(self._stage, self._left)

    @contextmanager
    def scanning(self, moment: datetime) -> Iterator[None]:
        """Say so while the scan of that moment runs."""
        self._progress.stage(f"scanning as of {minute(moment)}")
        yield
        self.resume()


@contextmanager
def open_log(sources: Sequence[str], options: LogOptions) -> Iterator[OpenLog]:
    """Read the log and the account table; everything scratch is gone on leaving.

    Raises UsageError for sketches: the guard matches the text of requests.
    """
    with (
        ConsoleProgress(Console(stderr=True)) as progress,
        tempfile.TemporaryDirectory(prefix="revenuer-", dir=options.workdir) as scratch,
    ):
        work = Path(scratch)
        progress.stage("reading logs")
        read = read_log(sources, options, work)
        files = tuple(read.log.files)
        if read.log.kind == "sketch":
            raise UsageError(
                "a replay needs the requests themselves, and this is a table of sketches: give the log that it was made from"
            )
        with options.engine(work / "engine") as engine:
            if files:
                engine.read_parquet(LOG, files)
            else:
                engine.register(LOG, EXCHANGE_SCHEMA.empty_table())
            yield OpenLog(
                engine=engine,
                files=files,
                accounts=read.accounts,
                registered=registry(read.accounts),
                summary=read.summary(engine, LOG),
                work=work,
                extra=read.quarantined,
                progress=progress,
                options=options,
            )


def live(policy: Policy) -> Policy:
    """Return the policy as if it were live: what it would have done is then what it did."""
    return replace(policy, shadow=False, enforce=frozenset())


def truth_beside(sources: Sequence[str]) -> tuple[pa.Table, Path | None] | None:
    """Return the truth that a simulation wrote beside the log, with its file of harvest requests; None where there is none.

    Only beside local files. Raises InputError where a file of that name is no Parquet; one with other columns is somebody else's.
    """
    for source in sources:
        if source == "-" or "://" in source:
            continue
        folder = Path(source) if Path(source).is_dir() else Path(source).parent
        truth, harvest = folder / TRUTH_FILE, folder / HARVEST_FILE
        if truth.is_file() and _has(truth, _TRUTH_COLUMNS):
            requests = harvest if harvest.is_file() and _has(harvest, ("request_id", "is_harvest")) else None
            return pq.read_table(truth, columns=list(_TRUTH_COLUMNS)), requests
    return None


def _has(file: Path, columns: tuple[str, ...]) -> bool:
    try:
        return set(columns) <= set(pq.read_schema(file).names)
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            f"cannot read {file}, which a simulation writes beside its log ({error}); move it away"
        ) from error
