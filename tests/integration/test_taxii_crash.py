"""`kill -9` in the midst of posts: whatever was acknowledged is there, whole, and pages go on."""

import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from builders.postgres_server import PostgresServer
from builders.taxii import TAXII, indicator, make_house, serving, tokens

WRITERS = 3


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


class Writer(threading.Thread):
    """Posts until the server is gone; `taken` are the objects whose post was answered."""

    def __init__(self, url: str, token: str, start: int) -> None:
        super().__init__()
        self._url, self._auth, self._next = url, ("lab-b", token), start
        self.taken: list[str] = []
        self.offered: set[str] = set()
        self.served: list[str] = []

    def run(self) -> None:
        headers = {"content-type": TAXII, "accept": TAXII}
        with httpx.Client(auth=self._auth, headers=headers, timeout=20) as client:
            try:
                while True:
                    part = [indicator(self._next + n) for n in range(7)]
                    self._next += 7
                    self.offered |= {str(one["id"]) for one in part}
                    place = f"{self._url}/api/collections/both/objects/"
                    reply = client.post(place, json={"objects": part})
                    assert reply.json()["success_count"] == 7
                    self.taken += [str(one["id"]) for one in part]
                    page = client.get(place, params={"limit": "5"}).json()
                    self.served += [one["id"] for one in page["objects"]]
            except httpx.TransportError:
                return


def read_all(url: str, token: str) -> tuple[list[dict[str, Any]], list[str]]:
    objects: list[dict[str, Any]] = []
    dates: list[str] = []
    with httpx.Client(auth=("lab-b", token), headers={"accept": TAXII}, timeout=20) as client:
        for what, kept in (("objects", objects), ("manifest", dates)):
            query = {"limit": "50", "match[version]": "all"}
            while True:
                page = client.get(f"{url}/api/collections/both/{what}/", params=query).json()
                kept += [one if what == "objects" else one["date_added"] for one in page.get("objects", [])]
                if not page.get("more"):
                    break
                query["next"] = page["next"]
    return objects, dates


@pytest.mark.parametrize(
    ("kind", "seed"),
    [
        ("sqlite", 1),
        ("postgresql", 4),
        *(
            pytest.param(kind, seed, marks=pytest.mark.slow)
            for kind, seed in (("sqlite", 2), ("sqlite", 3), ("postgresql", 5))
        ),
    ],
)
def test_nothing_acknowledged_is_lost(
    kind: str, seed: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    rng = np.random.default_rng(seed)
    address = "sqlite:taxii.sqlite" if kind == "sqlite" else request.getfixturevalue("postgres").database()
    house = make_house(tmp_path / "house", store=address)
    token = tokens(house)["lab-b"]
    taken: set[str] = set()
    offered: set[str] = set()
    for life in range(3):
        with serving(house, "--workers", "2", log=tmp_path / "log") as (process, url):
            writers = [Writer(url, token, (life * WRITERS + n) * 1_000_000) for n in range(WRITERS)]
            for writer in writers:
                writer.start()
            time.sleep(float(rng.uniform(0.3, 1.2)))
            for pid in [*children(process.pid), process.pid]:
                kill(pid)
            for writer in writers:
                writer.join(60)
                taken |= set(writer.taken)
                offered |= writer.offered
    assert taken
    with serving(house, log=tmp_path / "log") as (_, url):
        objects, dates = read_all(url, token)
    names = [str(one["id"]) for one in objects]
    assert taken <= set(names) <= offered
    assert len(names) == len(set(names))
    assert len(names) % 7 == 0, "a post is there whole or not at all"
    assert dates == sorted(set(dates))
    assert len(dates) == len(names)


def children(pid: int) -> list[int]:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(one) for one in found.stdout.split()]


def kill(pid: int) -> None:
    import os

    os.kill(pid, signal.SIGKILL)


def test_workers_whose_parent_is_killed_end(tmp_path: Path) -> None:
    import os

    with serving(make_house(tmp_path / "house"), "--workers", "2", "--request-timeout", "1") as (process, _):
        workers = children(process.pid)
        kill(process.pid)
        until = time.monotonic() + 20
        while workers and time.monotonic() < until:
            workers = [one for one in workers if Path(f"/proc/{one}").exists() and b"Z" not in stat(one)]
            time.sleep(0.1)
        for one in workers:
            os.kill(one, signal.SIGKILL)
        assert workers == []


def stat(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except OSError:
        return b"Z"


def test_a_worker_that_is_killed_is_replaced(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house")
    token = tokens(house)["lab-b"]
    with serving(house, "--workers", "2", log=tmp_path / "log") as (process, url):
        first = set(children(process.pid))
        kill(min(first))
        until = time.monotonic() + 30
        while time.monotonic() < until and len(set(children(process.pid)) - {min(first)}) < 2:
            time.sleep(0.1)
        time.sleep(1)
        for _ in range(8):
            assert httpx.get(f"{url}/taxii2/", auth=("lab-b", token), timeout=10).status_code == 200
