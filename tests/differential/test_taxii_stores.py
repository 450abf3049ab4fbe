"""SQLite and PostgreSQL give the answers of a model in plain Python, whatever is asked in whatever order."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from builders.postgres_server import PostgresServer
from builders.taxii import address, indicator
from builders.taxii_model import ModelStore
from revenuer.share.taxii.filters import Filter
from revenuer.share.taxii.intake import IntakeLimits, Offered, offer
from revenuer.share.taxii.postgres_store import PostgresStore
from revenuer.share.taxii.reconstruct import digest_of, reconstruct
from revenuer.share.taxii.sqlite_store import SqliteStore
from revenuer.share.taxii.stored import FOREVER, Page, Post, Query, Served, Store

DAYS = [f"2026-01-0{day}T00:00:00.000Z" for day in range(1, 6)]
COLLECTIONS = ["first", "second"]
T0 = 1_780_000_000_000_000


def offered(number: int, day: int, name: str, kind: str) -> Offered:
    if kind == "address":
        return offer(address(number, defanged=name == "changed"), IntakeLimits())
    if kind == "wrong":
        return offer(indicator(number, modified="2025-01-01T00:00:00.000Z"), IntakeLimits())
    return offer(indicator(number, modified=DAYS[day], name=name), IntakeLimits())


OFFERS = st.builds(
    offered,
    st.integers(0, 3),
    st.integers(0, 4),
    st.sampled_from(["same", "same", "changed"]),
    st.sampled_from(["indicator", "indicator", "indicator", "address", "wrong"]),
)
IDS = st.sampled_from([str(indicator(n)["id"]) for n in range(4)] + [str(address(n)["id"]) for n in range(2)])
MOMENTS = st.sampled_from([1_767_225_600_000_000 + day * 86_400_000_000 for day in range(5)])
VERSIONS = st.lists(st.sampled_from(["first", "last", "all"]) | MOMENTS, max_size=2, unique=True).map(tuple)
FILTERS = st.builds(
    Filter,
    added_after=st.none() | st.integers(T0 - 5, T0 + 60),
    ids=st.lists(IDS, max_size=2, unique=True).map(tuple),
    types=st.lists(st.sampled_from(["indicator", "ipv4-addr", "tool"]), max_size=3, unique=True).map(tuple),
    versions=VERSIONS,
    spec_versions=st.sampled_from([(), (), (), ("2.1",), ("2.0",), ("2.0", "2.1")]),
)


class StoreMachine(RuleBasedStateMachine):
    """A store beside the model. The clock stands still, steps ahead and steps back."""

    make: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.store, self.close = self.make()
        self.model = ModelStore()
        self.now = T0
        self.statuses = 0
        self.snapshots: list[int] = []
        self.served: list[tuple[Served, Page]] = []

    @rule(step=st.integers(-20, 20))
    def pass_time(self, step: int) -> None:
        self.now += step

    @rule(collection=st.sampled_from(COLLECTIONS), objects=st.lists(OFFERS, min_size=1, max_size=4))
    def post(self, collection: str, objects: list[Offered]) -> None:
        told: list[Any] = []
        self.statuses += 1
        name = str(self.statuses)
        body = self.store.post(
            Post(
                collection=collection,
                objects=objects,
                partner="p",
                now=self.now,
                status_id=name,
                tell=lambda taken: told.extend(taken) or b"told",  # type: ignore[func-returns-value]
            )
        )
        expected = self.model.post(collection, objects, self.now)
        assert body == b"told"
        assert self.store.status(name).body == b"told"
        found = [(one.id, one.fault is None, one.note is None) for one in told]
        assert found == [(one.id, one.fault is None, one.note is None) for one in expected]
        assert [one.version for one in told if one.fault is None] == [
            one.version for one in expected if one.fault is None
        ]

    @rule(collection=st.sampled_from(COLLECTIONS), object_id=IDS, versions=VERSIONS)
    def delete(self, collection: str, object_id: str, versions: tuple[str | int, ...]) -> None:
        chosen = Filter(versions=versions)
        found = self.store.delete(collection, object_id, chosen, "p", self.now)
        assert found == self.model.delete(collection, object_id, chosen, self.now)

    @rule(
        collection=st.sampled_from(COLLECTIONS),
        filter=FILTERS,
        limit=st.integers(1, 4),
        after=st.just(-FOREVER) | st.integers(T0, T0 + 60),
        old=st.integers(0, 3),
        bodies=st.booleans(),
        most_bytes=st.sampled_from([1, 600, 1 << 20]),
    )
    def read(
        self, collection: str, filter: Filter, limit: int, after: int, old: int, bodies: bool, most_bytes: int
    ) -> None:
        snapshot = self.snapshots[old % len(self.snapshots)] if self.snapshots and old else None
        query = Query(
            collection=collection,
            filter=filter,
            limit=limit,
            after=after,
            snapshot=snapshot,
            with_bodies=bodies,
            most_bytes=most_bytes,
        )
        page = self.store.page(query)
        assert page == self.model.page(query)
        self.snapshots.append(page.snapshot)
        if page.rows:
            self._record(query, page)

    def _record(self, query: Query, page: Page) -> None:
        served = Served(
            at=self.now,
            partner="p",
            credential="c",
            collection=query.collection,
            resource="objects",
            object_id="",
            filter=query.filter.text(),
            snapshot=page.snapshot,
            tick=page.tick,
            first_added=page.rows[0].added,
            last_added=page.rows[-1].added,
            count=len(page.rows),
            digest=digest_of(row.sha256 for row in page.rows),
        )
        self.store.record([served])
        self.served.append((served, page))

    @invariant()
    def what_was_served_can_be_told(self) -> None:
        for served, page in self.served[-3:]:
            told = reconstruct(self.store, served)
            assert told.exact
            assert [(row.added, row.id, row.version, row.sha256) for row in told.versions] == [
                (row.added, row.id, row.version, bytes(row.sha256)) for row in page.rows
            ]

    def teardown(self) -> None:
        recorded = [one for _, one in self.store.served(0, 10_000)]
        assert recorded == [served for served, _ in self.served]
        self.close()


STEPS = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_sqlite_answers_as_the_model() -> None:
    def make() -> tuple[Store, Any]:
        folder = Path(tempfile.mkdtemp(prefix="revenuer-taxii-"))
        store = SqliteStore(folder / "store")

        def close() -> None:
            store.close()
            shutil.rmtree(folder)

        return store, close

    class Machine(StoreMachine):
        pass

    Machine.make = staticmethod(make)
    run_state_machine_as_test(Machine, settings=STEPS)


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


def test_postgresql_answers_as_the_model(postgres: PostgresServer) -> None:
    store = PostgresStore(postgres.database())

    def make() -> tuple[Store, Any]:
        with store._writing() as session:
            for table in ("object", "removed", "status", "served", "collection"):
                session.run(f"TRUNCATE {table}")
            session.run("UPDATE clock SET last = 0")
        return store, lambda: None

    class Machine(StoreMachine):
        pass

    Machine.make = staticmethod(make)
    run_state_machine_as_test(Machine, settings=settings(STEPS, max_examples=40))
    store.close()
