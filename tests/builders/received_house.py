"""A house that hears from a partner who attests its releases, and the objects that partner sends."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from builders.release_chains import HOUSE, NOON, Publisher
from revenuer.share.books import open_books
from revenuer.share.house import House, open_house
from revenuer.share.received import RECEIVED_TABLES, Settled, settle, take_in
from revenuer.share.signing import stix_time
from revenuer.share.stix import Tlp, marking_id

NAMESPACE = "5f1c6f5e-7f0b-4c3e-9d0a-0d3f6f0a9b11"
CAMPAIGN = "campaign--00000000-0000-4000-8000-000000000001"
NOW = NOON + timedelta(hours=1)


class Listener:
    """The house, its books, and the partner."""

    def __init__(self, folder: Path, *, keys: bool = True) -> None:
        self.partner = Publisher()
        (folder / "keys").mkdir(parents=True)
        pinned = 'keys = "keys/lab-a.jwks"\n' if keys else ""
        (folder / "house.toml").write_text(
            f'schema_version = 1\nname = "Lab B"\nnamespace = "{NAMESPACE}"\n[partners.lab-a]\nname = "Lab A"\n{pinned}[partners.lab-c]\nname = "Lab C"\n'
        )
        (folder / "keys" / "lab-a.jwks").write_bytes(self.partner.own.jwk_set())
        self.house: House = open_house(folder)

    @contextmanager
    def books(self) -> Iterator[sqlite3.Connection]:
        with open_books(self.house.books, RECEIVED_TABLES) as books, books:
            yield books

    def hears(self, *objects: dict[str, Any], attested: bool = True) -> Settled:
        """Take in what the partner sends, with the attestation of it."""
        now = self.partner.now
        sent = [*objects, self.partner.release(*objects)] if attested else list(objects)
        with self.books() as books:
            take_in(books, self.house, "lab-a", sent, int(now.timestamp() * 1e6))
            return settle(books, self.house, "lab-a", now + timedelta(minutes=1))


def _object(kind: str, number: int, version: datetime = NOON, **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--00000000-0000-4000-8000-{number:012d}",
        "created": stix_time(NOON),
        "modified": stix_time(version),
        "created_by_ref": HOUSE,
        "object_marking_refs": [marking_id(Tlp.AMBER)],
        **more,
    }


def campaign(**more: Any) -> dict[str, Any]:
    return _object("campaign", 1, name="a campaign", **more)


def indicator(number: int, pattern: str, *, days: int = 30, **more: Any) -> dict[str, Any]:
    return _object(
        "indicator", number, pattern=pattern, pattern_type="stix", valid_from=stix_time(NOON), valid_until=stix_time(NOON + timedelta(days=days)),
        confidence=85, **more,
    )  # fmt: skip


def indicates(number: int, source: str, target: str = CAMPAIGN, how: str = "indicates") -> dict[str, Any]:
    return _object("relationship", number, relationship_type=how, source_ref=source, target_ref=target)
