"""`revenuer guard follow SOURCE...`: decide about what was logged, for those who cannot sit in the path."""

import json
import signal
import socket
import sys
import threading
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

import click
import msgspec
import numpy as np

from revenuer.cli.fleet_choice import fleet_options, told
from revenuer.guard import Guard, GuardState
from revenuer.guard.fleet import Fleet
from revenuer.guard.fleet.link import SCHEMES, Backoff, Link
from revenuer.guard.follow import (
    Books,
    Checkpoint,
    Counts,
    Follower,
    KafkaTopic,
    Mapper,
    Quarantine,
    RedisStream,
    RowError,
    Source,
    TailedFile,
    open_journal,
    policy_of,
)
from revenuer.guard.follow.follower import POSITION_KIND
from revenuer.guard.journal.turns import take_short_turns
from revenuer.guard.memory_file import MemoryFile
from revenuer.ingest import FORMATS, LogMapping
from revenuer.ingest.formats import mappers
from revenuer.records import Action, Decision, InputError, UsageError

Start = Literal["beginning", "end"]
FILE = click.Path(dir_okay=False, path_type=Path)
_OWN = ("stream", "group", "consumer", "field")
_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user chose; see the command's help."""

    policy: Path | None
    journal: Path | None
    state: Path | None
    quarantine: Path | None
    start: Start | None
    once: bool
    everything: bool
    log_format: str
    memory: Path | None
    shared: str | None
    node: str | None
    shared_key: Path | None
    kafka_config: Path | None
    as_json: bool

    def __post_init__(self) -> None:
        if self.journal is not None and self.state is not None:
            raise UsageError(
                "got --journal and --state: the journal keeps the places too; leave --state away"
            )
        if self.shared_key is not None and self.shared is None:
            raise UsageError("got --fleet-key without --fleet")

    @property
    def begin(self) -> Start:
        return self.start or ("beginning" if self.once else "end")

    @property
    def keeps(self) -> bool:
        """Whether the place in a file outlives this run."""
        return self.journal is not None or self.state is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What an earlier run left behind, and where this one writes."""

    state: GuardState
    books: Books | None
    positions: dict[str, bytes]
    memory: MemoryFile | None


@click.command(name="follow")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--policy", type=FILE, help="Policy (TOML). Default: shadow mode.")
@click.option(
    "--journal", type=FILE, help="Keep decisions, measures and the place in each file there (SQLite)."
)
@click.option("--state", type=FILE, help="Keep only the place in each file there (JSON).")
@click.option(
    "--quarantine", type=FILE, help="Lines that cannot be used: file, line, reason (JSON lines, appended)."
)
@click.option("--from", "start", type=click.Choice(["beginning", "end"]), help="Where to begin without a saved place. Default: end; beginning with --once.")  # fmt: skip
@click.option("--once", is_flag=True, help="Stop when everything that is there was read.")
@click.option("--all", "everything", is_flag=True, help="Print every decision, `allow` too.")
@click.option("--format", "log_format", default="native", show_default=True, type=click.Choice([*FORMATS[:-1], "auto"]), help="What a record is; native has the Exchange table's names.")  # fmt: skip
@click.option("--memory", type=FILE, help="Keep there what is counted of every account: read at the start, written at the end and every ten minutes.")  # fmt: skip
@click.option("--fleet", "--shared", "shared", metavar="URL", help="Be one guard with the other nodes there (Valkey or Redis); @FILE for an address with a password.")  # fmt: skip
@click.option("--node", metavar="NAME", help="This node's name in the fleet. Default: a random one.")
@click.option(
    "--fleet-key",
    "--shared-key",
    "shared_key",
    type=FILE,
    help="File with the secret that seals what the nodes tell one another.",
)
@click.option("--kafka-config", type=FILE, help="Lines OPTION=VALUE for librdkafka, such as security.protocol=SASL_SSL.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Say the summary at the end (stderr) as JSON; decisions are JSON anyway.")  # fmt: skip
def command(sources: tuple[str, ...], **given: Any) -> int:
    """Decide about every exchange that SOURCE tells of, and print the decisions that are not `allow` as JSON lines.

    SOURCE is a file of JSON lines, followed through rotation; redis://HOST/0?stream=NAME[&group=][&consumer=][&field=];
    kafka://HOST:PORT[,HOST:PORT]/TOPIC[?group=]; or @FILE, whose first line is one of these (for addresses with passwords).
    """
    options = Options(**given)
    if len(set(sources)) != len(sources):
        raise UsageError("got the same source twice; name it once")
    take_short_turns()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: _stop(stop, number, frame))
    with ExitStack() as stack:
        kept = _kept(options, stack)
        guard = Guard(kept.state, kept.books)
        opened: list[Source] = []
        for text in sources:
            source = _source(told(text), options, kept.positions)
            stack.callback(source.close)
            opened.append(source)
        quarantine = Quarantine(options.quarantine)
        stack.callback(quarantine.close)
        follower = Follower(
            guard,
            opened,
            quarantine,
            tell=_printer(options.everything),
            say=lambda sentence: click.echo(f"revenuer: {sentence}", err=True),
            mappers={}
            if options.log_format == "native"
            else {s.name: _mapper(options.log_format) for s in opened},
            books=kept.books,
            checkpoint=Checkpoint(options.state) if options.state is not None else None,
            fleet=_fleet(guard, options, stack),
            memory=kept.memory,
        )
        counts = follower.run(stop, once=options.once)
        _sum_up(counts, quarantine, options.as_json)
    return 1 if counts.findings else 0


def _kept(options: Options, stack: ExitStack) -> Kept:
    """Return what an earlier run left behind."""
    state = GuardState(policy_of(options.policy))
    # The journal first: its lock keeps a second process out.
    books = open_journal(options.journal) if options.journal is not None else None
    if books is not None:
        stack.callback(books.close)
    memory = MemoryFile(options.memory, state) if options.memory is not None else None
    if memory is not None:
        memory.load()
        if memory.fault is not None:
            click.echo(f"revenuer: {memory.fault}", err=True)
    if books is None:
        positions = Checkpoint(options.state).load() if options.state is not None else {}
        return Kept(state=state, books=None, positions=positions, memory=memory)
    saved = list(books.load())
    state.restore(saved)
    positions = {one.key: one.value for one in saved if one.kind == POSITION_KIND and one.value is not None}
    return Kept(state=state, books=books, positions=positions, memory=memory)


def _stop(stop: threading.Event, _: int, __: FrameType | None) -> None:
    """Let the lines in hand be finished; a second signal ends at once."""
    if stop.is_set():
        raise KeyboardInterrupt
    stop.set()


def _source(text: str, options: Options, positions: dict[str, bytes]) -> Source:
    scheme = text.partition("://")[0] if "://" in text else ""
    if scheme == "kafka":
        return _kafka(text, options)
    if scheme in SCHEMES:
        return _stream(text, options)
    if scheme:
        raise UsageError(
            f"got a source that begins with {scheme}://, expected a file, redis://, rediss://, unix:// or kafka://"
        )
    path = Path(text).absolute()
    if options.once and not path.exists():
        raise InputError(f"{path} is not there; name a file, or leave --once away to wait for it")
    return TailedFile(
        path,
        start=options.begin,
        saved=positions.get(str(path)),
        grace_s=0.0 if options.once else 1.0,
        complete=options.once and not options.keeps,
    )


def _stream(text: str, options: Options) -> RedisStream:
    server, _, query = text.partition("?")
    given = dict(parse_qsl(query))
    if not given.get("stream"):
        raise UsageError("got a Redis address without a stream, expected redis://HOST/0?stream=NAME")
    others = urlencode({name: value for name, value in given.items() if name not in _OWN})
    return RedisStream(
        Link(f"{server}?{others}", _TIMEOUT_S, "revenuer-follow"),
        given["stream"],
        Backoff(0.1, 5.0, _rng()),
        group=given.get("group", "revenuer"),
        consumer=given.get("consumer", socket.gethostname() or "revenuer"),
        field=given.get("field", "json"),
        start=options.begin,
    )


def _kafka(text: str, options: Options) -> KafkaTopic:
    parts = urlsplit(text)
    topic = parts.path.strip("/")
    if not parts.netloc or not topic or "/" in topic:
        raise UsageError("got a Kafka address without servers or topic, expected kafka://HOST:PORT/TOPIC")
    given = dict(parse_qsl(parts.query))
    more = _options(options.kafka_config) if options.kafka_config is not None else {}
    return KafkaTopic(
        parts.netloc, topic, group=given.get("group", "revenuer"), start=options.begin, more=more
    )


def _options(path: Path) -> dict[str, str]:
    """Return the options in a file of lines OPTION=VALUE; # begins a comment."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}; check the path") from error
    options: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        name, equals, value = line.partition("=")
        if line.strip() and not line.lstrip().startswith("#"):
            if not equals:
                raise InputError(f"{path} line {number} is no OPTION=VALUE; mend it or put # before it")
            options[name.strip()] = value.strip()
    return options


def _fleet(guard: Guard, options: Options, stack: ExitStack) -> Fleet | None:
    if options.shared is None:
        return None
    fleet = Fleet(guard, fleet_options(options.shared, options.shared_key, options.node))
    fleet.start()
    stack.callback(fleet.close)
    return fleet


def _mapper(log_format: str) -> Mapper:
    """Return what turns a record of `log_format` into exchanges; `auto` goes by the first record that some format knows."""
    known = mappers(LogMapping())
    chosen = known.get(log_format)

    def rows(record: dict[str, Any]) -> Iterable[dict[str, Any]]:
        nonlocal chosen
        if chosen is None:
            chosen = next((one for one in known.values() if one.recognises(record)), None)
        if chosen is None:
            raise RowError("is of no known log format; name it with --format")
        return chosen.rows(record)

    return rows


def _printer(everything: bool) -> Any:
    encoder = msgspec.json.Encoder()

    def tell(decision: Decision) -> None:
        if everything or decision.action is not Action.ALLOW:
            sys.stdout.buffer.write(encoder.encode(decision) + b"\n")
            sys.stdout.buffer.flush()

    return tell


def _rng() -> np.random.Generator:
    return np.random.default_rng([ord(letter) for letter in socket.gethostname()])


def _sum_up(counts: Counts, quarantine: Quarantine, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({**asdict(counts), "quarantined_unwritten": quarantine.unwritten}), err=True)
        return
    lost = f", of which {quarantine.unwritten} could not be written down" if quarantine.unwritten else ""
    click.echo(
        f"revenuer: {counts.lines} lines, {counts.exchanges} exchanges, {counts.findings} findings,"
        f" {counts.quarantined} quarantined{lost}, {counts.repeated} repeated, {counts.others} of other kinds",
        err=True,
    )
