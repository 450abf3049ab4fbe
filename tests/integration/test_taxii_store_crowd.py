"""Many writers and readers at one store: dates are in the order of commits, so whoever reads on by date misses nothing."""

import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from builders.postgres_server import PostgresServer
from builders.taxii import indicator
from revenuer.share.taxii.filters import Filter
from revenuer.share.taxii.intake import IntakeLimits, offer
from revenuer.share.taxii.postgres_store import PostgresStore
from revenuer.share.taxii.select import select_page
from revenuer.share.taxii.sqlite_store import SqliteStore
from revenuer.share.taxii.stored import FOREVER, Post, Query, Store, StoreFault

WRITERS, POSTS, SIZE = 4, 25, 5
Open = Callable[[], Store]


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest) -> Iterator[Open]:
    """Open one more store on the same database, as another process would."""
    stores: list[Store] = []
    folder = Path(tempfile.mkdtemp(prefix="revenuer-taxii-"))
    address = request.getfixturevalue("postgres").database() if request.param == "postgresql" else ""

    def one() -> Store:
        stores.append(PostgresStore(address) if address else SqliteStore(folder / "store"))
        return stores[-1]

    yield one
    for store in stores:
        store.close()
    shutil.rmtree(folder)


def post(store: Store, numbers: range, *, day: int = 1, now: int | None = None) -> None:
    objects = [
        offer(indicator(n, modified=f"2026-01-{day:02d}T00:00:00.000Z"), IntakeLimits()) for n in numbers
    ]
    at = time.time_ns() // 1000 if now is None else now
    store.post(
        Post(
            collection="c",
            objects=objects,
            partner="p",
            now=at,
            status_id=str(uuid.uuid4()),
            tell=lambda _: b"",
        )
    )


def write(store: Store, start: int) -> None:
    for turn in range(POSTS):
        # Clocks of several machines differ, and step back.
        now = time.time_ns() // 1000 + (start // 1000) * 50_000 - turn * 1000
        post(store, range(start + turn * SIZE, start + (turn + 1) * SIZE), now=now)


def read_on(store: Store, seen: list[str], done: threading.Event) -> None:
    after = -FOREVER
    while True:
        over = done.is_set()
        page = store.page(Query(collection="c", after=after, limit=7))
        seen += [row.id for row in page.rows]
        if page.rows:
            after = page.rows[-1].added
        elif over:
            return


def test_who_reads_on_by_date_misses_nothing(opened: Open) -> None:
    stores = [opened() for _ in range(WRITERS + 2)]
    done = threading.Event()
    seen: list[list[str]] = [[], []]
    readers = [threading.Thread(target=read_on, args=(stores[n], seen[n], done)) for n in range(2)]
    writers = [threading.Thread(target=write, args=(stores[2 + n], n * 1000)) for n in range(WRITERS)]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join(120)
    done.set()
    for thread in readers:
        thread.join(120)
    everything = {str(indicator(n * 1000 + k)["id"]) for n in range(WRITERS) for k in range(POSTS * SIZE)}
    for one in seen:
        assert len(one) == len(set(one))
        assert set(one) == everything
    dates = [row.added for row in stores[0].page(Query(collection="c", limit=10_000)).rows]
    assert dates == sorted(set(dates))


def test_the_same_object_from_many_at_once_is_there_once(opened: Open) -> None:
    stores = [opened() for _ in range(6)]
    threads = [threading.Thread(target=post, args=(store, range(20))) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(stores[0].page(Query(collection="c", limit=100, default_versions=("all",))).rows) == 20


def test_secrets_are_the_stores_own(opened: Open) -> None:
    first, second = opened(), opened()
    assert first.secret() == second.secret()
    assert len(first.secret()) == 32


def test_statuses_are_forgotten(opened: Open) -> None:
    store = opened()
    for name, now in (("old", 1), ("new", 100)):
        store.post(
            Post(collection="c", objects=[], partner="p", now=now, status_id=name, tell=lambda _: b"x")
        )
    assert store.forget_statuses(50) == 1
    assert store.status("old") is None
    assert store.status("new") is not None


def test_a_database_that_was_cut_off_is_used_again(postgres: PostgresServer) -> None:
    store = PostgresStore(postgres.database())
    post(store, range(10))
    postgres.stop("immediate")
    try:
        with pytest.raises(StoreFault):
            post(store, range(10, 20))
        with pytest.raises(StoreFault) as caught:
            store.page(Query(collection="c"))
        assert "revenuer-pg" not in str(caught.value), "an address may hold a password"
    finally:
        postgres.start()
    found = store.page(Query(collection="c", limit=100))
    assert len(found.rows) == 10
    post(store, range(10, 20))
    store.close()


@pytest.mark.parametrize(
    ("filter", "index"),
    [
        (Filter(), "object_page"),
        (Filter(types=("indicator",)), "object_type"),
        (Filter(types=("indicator", "tool")), "object_type"),
        (Filter(ids=("a", "b")), "object_version"),
        (Filter(versions=("all",)), "object_page"),
    ],
)
def test_sqlite_reads_pages_along_an_index(tmp_path: Path, filter: Filter, index: str) -> None:
    store = SqliteStore(tmp_path / "store")
    statement = select_page(Query(collection="c", filter=filter), 1, 5)
    assert statement is not None
    with store._reading() as session:
        plan = " ".join(
            str(row[3]) for row in session.rows(f"EXPLAIN QUERY PLAN {statement.sql}", statement.parameters)
        )
    store.close()
    assert f"INDEX {index}" in plan
    assert "SCAN object" not in plan
