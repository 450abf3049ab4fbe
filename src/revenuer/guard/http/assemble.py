"""Puts the service together from what it was told at the start, and runs it."""

import gc
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from revenuer.detect.keyed_hash import UNKEYED, Key
from revenuer.guard.fleet import Fleet, FleetOptions
from revenuer.guard.guard import Guard
from revenuer.guard.http.admin import Admin
from revenuer.guard.http.books import Books
from revenuer.guard.http.bounds import Bounds
from revenuer.guard.http.clock import wall_clock
from revenuer.guard.http.company import Company
from revenuer.guard.http.desk import Desk
from revenuer.guard.http.gate import Gate
from revenuer.guard.http.index_file import IndexFile
from revenuer.guard.http.keys import read_keys
from revenuer.guard.http.metrics import Metrics
from revenuer.guard.http.server import Chores, Tls, listen, raise_file_limit, serve, tell
from revenuer.guard.http.service import Service
from revenuer.guard.http.tracing import Tracing
from revenuer.guard.http.watched import Watched
from revenuer.guard.index_watch import IndexWatch
from revenuer.guard.journal import SqliteJournal
from revenuer.guard.ledger import Ledger
from revenuer.guard.memory_file import MemoryFile
from revenuer.guard.policy import load_policy
from revenuer.guard.shared_seed import SharedSeeds, read_secret
from revenuer.guard.state import GuardState
from revenuer.guard.trusted_proxies import TrustedProxies
from revenuer.guard.warm_up import warm_up
from revenuer.records import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """How the service was started. `ready_fd`: is told the bound address as a line of JSON once decisions can be asked for."""

    host: str = "127.0.0.1"
    port: int = 8080
    policy: Path | None = None
    journal: Path | None = None
    memory: Path | None = None
    memory_minutes: float = 10.0
    fleet: FleetOptions | None = None
    max_accounts: int = 1 << 20
    index: Path | None = None
    index_key: Key = UNKEYED
    seed_key: Path | None = None
    api_keys: Path | None = None
    trusted_proxies: tuple[str, ...] = ()
    account_header: str | None = None
    tls: Tls | None = None
    admin_subjects: tuple[str, ...] = ()
    otlp: str | None = None
    otlp_share: float = 0.01
    ready_fd: int | None = None
    bounds: Bounds = field(default_factory=Bounds)

    def __post_init__(self) -> None:
        if self.admin_subjects and (self.tls is None or self.tls.client_ca is None):
            raise UsageError("--admin-subject needs --tls-client-ca, against which certificates are verified")


def run(options: ServeOptions) -> None:
    """Answer until SIGTERM or SIGINT. Raises RevenuerError where the service cannot be started as told."""
    state = GuardState(load_policy(options.policy), Ledger(options.index_key, options.max_accounts))
    seeds = SharedSeeds(None if options.seed_key is None else read_secret(options.seed_key))
    journal = SqliteJournal(options.journal) if options.journal is not None else None
    try:
        memory = MemoryFile(options.memory, state) if options.memory is not None else None
        if memory is not None:
            memory.load()
        if journal is not None:
            state.restore(journal.load())
        _run(Guard(state, journal, seeds), journal, memory, options)
        if memory is not None:
            memory.save()
    finally:
        if journal is not None:
            journal.close()


def _run(
    guard: Guard, journal: SqliteJournal | None, memory: MemoryFile | None, options: ServeOptions
) -> None:
    bounds = replace(options.bounds, connections=raise_file_limit(options.bounds.connections))
    books = Books(guard, journal)
    company = Company(Fleet(guard, options.fleet)) if options.fleet is not None else None
    metrics = Metrics(lambda: _gauges(guard, watched, admin.index, (books, memory, company)))
    gate = Gate(
        read_keys(options.api_keys) if options.api_keys else None,
        TrustedProxies(options.trusted_proxies),
        local=_is_local(options.host),
        subjects=options.admin_subjects,
    )
    admin = Admin(guard, gate, wall_clock)
    watched = _watched(options, admin, gate, metrics)
    for file in watched:
        file.load()
    if options.index is not None:
        admin.index = IndexFile(IndexWatch(options.index, options.index_key), guard, metrics)
        admin.index.load()
    tracing = Tracing(options.otlp, options.otlp_share) if options.otlp else None
    service = Service(
        Desk(guard, metrics, in_flight=bounds.in_flight, told=tracing.decided if tracing else None),
        gate,
        admin,
        bounds,
        wall_clock,
        account_header=options.account_header,
        parts=lambda: _faults(journal=books),
        weakened=lambda: _faults(memory=memory, fleet=company),
    )
    chores = Chores(
        guard=guard,
        watched=watched,
        index=admin.index,
        memory=memory,
        company=company,
        memory_s=60.0 * options.memory_minutes,
    )
    try:
        _listen_and_serve(service, bounds, metrics, chores, books, options)
    finally:
        if tracing is not None:
            tracing.close()


def _listen_and_serve(
    service: Service, bounds: Bounds, metrics: Metrics, chores: Chores, books: Books, options: ServeOptions
) -> None:
    warm_up(chores.guard)
    listener = listen(options.host, options.port)
    address = listener.getsockname()
    gc.collect()
    gc.freeze()
    serve(
        service,
        listener,
        bounds,
        metrics,
        chores,
        books,
        tls=options.tls,
        on_ready=lambda: _announce(address, options),
    )


def _watched(options: ServeOptions, admin: Admin, gate: Gate, metrics: Metrics) -> tuple[Watched, ...]:
    def take_keys(path: Path) -> None:
        gate.keys = read_keys(path)

    files = []
    if options.policy is not None:
        files.append(Watched("policy", options.policy, admin.take_policy, metrics))
    if options.api_keys is not None:
        files.append(Watched("keys", options.api_keys, take_keys, metrics))
    return tuple(files)


def _faults(**parts: Books | MemoryFile | Company | None) -> dict[str, str]:
    return {name: part.fault for name, part in parts.items() if part is not None and part.fault is not None}


def _gauges(
    guard: Guard,
    watched: tuple[Watched, ...],
    index: IndexFile | None,
    parts: tuple[Books | MemoryFile | Company | None, ...],
) -> dict[str, tuple[str, Mapping[str, float] | float]]:
    now = wall_clock()
    standing: dict[str, float] = {}
    for one in guard.state.standing.values():
        if one.in_force(now):
            standing[one.action.value] = standing.get(one.action.value, 0.0) + 1
    gauges: dict[str, tuple[str, Mapping[str, float] | float]] = {
        "measures": ("Measures in force, by action.", standing),
        "accounts": ("Accounts that the guard remembers.", float(len(guard.state.ledger.rows))),
        "accounts_forgotten": ("Accounts that gave way to others.", float(guard.state.ledger.evicted)),
        "notes_unread": ("Notes of other nodes that could not be understood.", float(guard.state.unread)),
    }
    for part in parts:
        if part is not None:
            gauges |= part.gauges()
    for file in watched:
        age = max(0.0, now / 1e6 - file.taken_at)
        gauges[f"{file.name}_age_seconds"] = (f"Seconds since the {file.name} file was taken.", age)
    if index is not None:
        gauges["index_age_seconds"] = (
            "Seconds since the campaign index was taken.",
            max(0.0, now / 1e6 - index.taken_at),
        )
    return gauges


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _announce(address: tuple[Any, ...], options: ServeOptions) -> None:
    where = {"host": address[0], "port": address[1], "tls": options.tls is not None}
    logging.getLogger("revenuer.guard").info("listening", extra=where)
    if options.ready_fd is not None:
        tell(options.ready_fd, address)
