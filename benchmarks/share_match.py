"""How fast is private matching, how much goes over the wire, and how does it compare with openmined.psi?

    python benchmarks/share_match.py --items 1000000 --queries 1000

Two processes over loopback HTTP. Set-up: a set of --items is built from nothing, then with one in a hundred replaced. Then a partner downloads it,
and asks about --queries values of which a tenth are in it: once with all of them new, once again. The peer (`pip install openmined_psi`, or the
extra `peers-share`) does the same in this process, over its own messages; where it is absent, that is said.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from revenuer.share.books import open_books
from revenuer.share.durable_file import replace_file
from revenuer.share.house import House, new_house, open_house
from revenuer.share.matching import (
    CLIENT_TABLES,
    HttpPeer,
    MatchClient,
    PreparedItem,
    house_match_app,
    open_client,
    publish_set,
)
from revenuer.share.signing import KEYS_FILE, first_key, own_keys_bytes, read_jwk_set, read_own_keys

PORT = 18_439
PARTNER = "b"
FALSE_POSITIVES = 1e-9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--out", type=Path, help="where to write the figures as JSON")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        serve(options.serve)
        return
    figures: dict[str, Any] = {
        "items": options.items,
        "queries": options.queries,
        "machine": platform.machine(),
    }
    with tempfile.TemporaryDirectory(prefix="share-match-") as place:
        figures["revenuer"] = ours(Path(place), options.items, options.queries)
    figures["openmined.psi"] = theirs(options.items, options.queries)
    print(json.dumps(figures, indent=2))
    if options.out is not None:
        options.out.write_text(json.dumps(figures, indent=2) + "\n")


def ours(place: Path, items: int, queries: int) -> dict[str, Any]:
    a, b = made_house(place / "a", PARTNER), made_house(place / "b", "a")
    figures = set_up(a, items, queries)
    with served(a), open_client(None) as http, open_books(b.books, CLIENT_TABLES) as books:
        counted = Counted(HttpPeer(f"http://127.0.0.1:{PORT}", http))
        keys = read_jwk_set(read_own_keys(a.keys).jwk_set())
        client = MatchClient(
            partner="a",
            peer=counted,
            keys=keys,
            folder=place / "theirs",
            books=books,
            clock=lambda: datetime.now(UTC),
        )
        seconds, opened = timed(client.open_set)
        figures |= {"download_s": seconds, "set_bytes": opened.downloaded}
        values = asked(items, queries)
        seconds, matches = timed(lambda: client.open_set().match(values))
        assert len(matches) == queries // 10, len(matches)
        figures |= {"match_s": seconds, "sent_bytes": counted.sent, "got_bytes": counted.got}
        seconds, again = timed(lambda: client.open_set().match(values))
        assert again == matches
        figures["match_again_s"] = seconds
    return figures


def set_up(house: House, items: int, queries: int) -> dict[str, Any]:
    def publish(first: int) -> tuple[float, Any]:
        offered = (
            PreparedItem(kind="user_agent", value=f"item {i}", campaign=campaign(i), confidence=50)
            for i in range(first, first + items)
        )
        started = time.process_time()
        built, _ = publish_set(
            house, PARTNER, offered, budget_per_day=queries, marking="TLP:AMBER", now=datetime.now(UTC)
        )
        return time.process_time() - started, built

    cpu_s, built = publish(0)
    replaced = max(1, items // 100)
    again_s, again = publish(replaced)
    assert (built.evaluated, again.evaluated) == (items, replaced)
    return {
        "set_up_cpu_s": cpu_s,
        "set_up_us_an_item": 1e6 * cpu_s / items,
        "one_percent_replaced_cpu_s": again_s,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def theirs(items: int, queries: int) -> dict[str, Any]:
    """The same with openmined.psi: sizes of its messages, and seconds of each step."""
    try:
        import private_set_intersection.python as psi
    except ImportError as error:
        return {"absent": f"{error}; install openmined_psi to compare"}
    held = [f"user_agent\x1fitem {i}" for i in range(items // 100, items + items // 100)]
    values = ["\x1f".join(value) for value in asked(items, queries)]
    server, client = psi.server.CreateWithNewKey(True), psi.client.CreateWithNewKey(True)
    figures: dict[str, Any] = {"version": psi.__version__}
    for name in ("GCS", "RAW"):
        started = time.process_time()
        setup = server.CreateSetupMessage(FALSE_POSITIVES, queries, held, getattr(psi.DataStructure, name))
        cpu_s = time.process_time() - started
        sent = client.CreateRequest(values)
        wall_s, response = timed(lambda sent=sent: server.ProcessRequest(sent))
        request_s, _ = timed(lambda: client.CreateRequest(values))
        look_s, found = timed(lambda setup=setup, response=response: client.GetIntersection(setup, response))
        figures[name] = {
            "set_up_cpu_s": cpu_s,
            "set_bytes": setup.ByteSize(),
            "match_s": request_s + wall_s + look_s,
            "sent_bytes": sent.ByteSize(),
            "got_bytes": response.ByteSize(),
            "found": len(found),
        }
    return figures


def asked(items: int, queries: int) -> list[tuple[str, str]]:
    """A tenth are in the set as it stands after the second build."""
    inside = [("user_agent", f"item {items - 1 - i}") for i in range(queries // 10)]
    return inside + [("user_agent", f"none {i}") for i in range(queries - len(inside))]


def campaign(number: int) -> str:
    return f"campaign--{uuid.UUID(int=number % 1000, version=4)}"


def made_house(folder: Path, partner: str) -> House:
    (folder / "keys").mkdir(parents=True)
    (folder / "house.toml").write_text(new_house(folder.name) + f'[partners.{partner}]\nname = "{partner}"\n')
    house = open_house(folder)
    replace_file(house.keys / KEYS_FILE, own_keys_bytes(first_key(datetime.now(UTC))))
    return house


class Counted:
    """A peer, and the bytes of questions and replies."""

    def __init__(self, peer: HttpPeer) -> None:
        self._peer, self.sent, self.got = peer, 0, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._peer, name)

    def evaluate(self, question: bytes) -> bytes:
        reply = self._peer.evaluate(question)
        self.sent, self.got = self.sent + len(question), self.got + len(reply)
        return reply


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def serve(folder: Path) -> None:
    uvicorn.run(house_match_app(open_house(folder), lambda _: PARTNER), port=PORT, log_level="error")


@contextmanager
def served(house: House) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, __file__, "--serve", str(house.folder)], env=dict(os.environ))
    try:
        for _ in range(600):
            try:
                httpx.get(f"http://127.0.0.1:{PORT}/v1/budget")
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
