"""Two houses that match privately: A offers, B asks, each with its own folder, books and keys."""

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from revenuer.share.durable_file import replace_file
from revenuer.share.house import House, new_house, open_house
from revenuer.share.matching import MatchServer, PreparedItem, open_server, publish_set
from revenuer.share.matching.fault import MatchFault
from revenuer.share.signing import KEYS_FILE, first_key, own_keys_bytes, read_own_keys

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def campaign(number: int) -> str:
    """The STIX id of an invented campaign."""
    return f"campaign--{uuid.uuid5(uuid.NAMESPACE_OID, str(number))}"


def item(kind: str, value: str, number: int = 1, confidence: int = 85) -> PreparedItem:
    return PreparedItem(kind=kind, value=value, campaign=campaign(number), confidence=confidence)


ITEMS = [
    item("ip", "192.0.2.7"),
    item("email_domain", "burner.example", 2, 50),
    item("span", "reason step by step about #"),
    item("ip", "192.0.2.7", 2, 15),
]


def make_house(folder: Path, name: str, partner: str, more: str = "") -> House:
    """A house with one partner, a signing key since NOON, and an empty folder of keys before that."""
    folder.mkdir(parents=True)
    (folder / "keys").mkdir(mode=0o700)
    (folder / "house.toml").write_text(
        new_house(name) + f'\n[partners.{partner}]\nname = "{partner}"\n{more}', encoding="utf-8"
    )
    house = open_house(folder)
    replace_file(house.keys / KEYS_FILE, own_keys_bytes(first_key(NOON)))
    return house


def offer(
    house: House, items: Sequence[PreparedItem] = ITEMS, budget: int = 100, **options: object
) -> MatchServer:
    """Publish a set for the partner `b` and return its server."""
    now = options.pop("now", NOON)
    publish_set(house, "b", items, budget_per_day=budget, marking="TLP:AMBER", now=now, **options)  # type: ignore[arg-type]
    return open_server(house, "b")


def pin(server: House, client: House) -> None:
    """Give the client the server's JWK set."""
    (client.folder / "a.jwks").write_bytes(read_own_keys(server.keys).jwk_set())


class NearPeer:
    """A server in the same process, through the same bytes as over HTTP; `spoil` may change each reply on its way."""

    def __init__(self, house: House, clock: Callable[[], datetime] = lambda: NOON) -> None:
        self.house, self.clock = house, clock
        self.spoil: Callable[[bytes], bytes] = lambda reply: reply
        self.spoil_statement: Callable[[bytes], bytes] = lambda statement: statement
        self.spoil_table: Callable[[bytes], bytes] = lambda table: table
        self.asked: list[bytes] = []

    def statement(self) -> bytes:
        return self.spoil_statement(open_server(self.house, "b").raw_statement)

    def table(self, revision: int, size: int, into: Path) -> None:
        content = self.spoil_table(open_server(self.house, "b").table.read_bytes())
        if len(content) != size:
            raise MatchFault("another size")
        into.write_bytes(content)

    def budget(self) -> bytes:
        return msgspec.json.encode(open_server(self.house, "b").budget(self.clock()))

    def evaluate(self, question: bytes) -> bytes:
        self.asked.append(question)
        return self.spoil(open_server(self.house, "b").answer(question, self.clock()))


def replaced(raw: bytes, **members: object) -> bytes:
    """JSON with some members replaced."""
    return msgspec.json.encode({**msgspec.json.decode(raw), **members})
