"""The client's part: get the partner's set, have our items evaluated blindly, and look up which of them the set has."""

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from revenuer.share.ledger import Departure, Ledger
from revenuer.share.matching.client_books import keep_values, known_values, note_set
from revenuer.share.matching.fault import MatchFault, StaleSet
from revenuer.share.matching.items import item_of
from revenuer.share.matching.messages import MOST_BATCH, BudgetReply, Question, read_budget, read_reply, split
from revenuer.share.matching.peer import MatchPeer
from revenuer.share.matching.rows import Payload, seed_of
from revenuer.share.matching.server import QUESTION_ID
from revenuer.share.matching.statement import SetStatement, family_cut, verified_statement
from revenuer.share.matching.table import SetTable, open_table
from revenuer.share.matching.voprf import blind, finalize
from revenuer.share.signing.key_ring import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A value of ours that the partner's set has: which of their campaigns it belongs to, and how sure they are (0 to 100)."""

    kind: str
    value: str
    campaign: str
    confidence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchClient:
    """A client of one partner. `keys`: the partner's signing keys. `folder`: where their set is kept between calls. `books`: opened with
    CLIENT_TABLES. `purpose`: for the ledger, which every question is entered in before it is sent."""

    partner: str
    peer: MatchPeer
    keys: KeyRing
    folder: Path
    books: sqlite3.Connection
    clock: Callable[[], datetime]
    purpose: str = "private matching"

    def open_set(self) -> "OpenedSet":
        """Return the partner's set as it stands, downloaded unless it is here already.

        Raises MatchFault where the statement is not signed by the partner's keys, or is older than one seen before, or the bytes are others.
        """
        statement = verified_statement(self.peer.statement(), self.keys, self.clock())
        note_set(self.books, self.partner, statement)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"set-{statement.sha256}.bin"
        fetched = not (path.exists() and _sha256(path) == statement.sha256)
        if fetched:
            self.peer.table(statement.revision, statement.size, path)
        if fetched and _sha256(path) != statement.sha256:
            path.unlink(missing_ok=True)
            raise MatchFault(
                "the set that came is not the one that the partner signed; conclude nothing from it, download it again"
            )
        for old in self.folder.glob("set-*.bin"):
            if old != path:
                old.unlink(missing_ok=True)
        table = open_table(path)
        if (table.key_id.hex(), table.revision) != (statement.key_id, statement.revision) or len(
            table.tags
        ) != statement.rows:
            raise MatchFault(
                "the set's header does not fit what the partner signed; conclude nothing from it"
            )
        return OpenedSet(
            client=self, statement=statement, table=table, downloaded=statement.size if fetched else 0
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSet:
    """A partner's set, checked. `downloaded`: bytes that opening it took."""

    client: MatchClient
    statement: SetStatement
    table: SetTable
    downloaded: int

    def cuts_families_as_we_do(self) -> bool:
        """Return whether bands made here can equal the partner's."""
        return self.statement.bands == family_cut()

    def budget(self) -> BudgetReply:
        """Return how our day stands, by the partner's word."""
        return read_budget(self.client.peer.budget())

    def unasked(self, values: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return those of our values, in their order, that were never asked about under this key: each spends one element."""
        items = {item_of(*value): value for value in reversed(values)}
        known = self._known(set(items))
        return [value for item, value in reversed(items.items()) if item not in known]

    def match(self, values: Sequence[tuple[str, str]]) -> list[Match]:
        """Return which of our values (kind, value) the set has, in their order.

        Raises MatchFault, and then nothing is concluded of any value, where one answer of the partner is not whole and proved.
        """
        items = {(kind, value): item_of(kind, value) for kind, value in values}
        seeds = self._known(set(items.values()))
        new = sorted(set(items.values()) - seeds.keys())
        for start in range(0, len(new), MOST_BATCH):
            seeds.update(self._asked(new[start : start + MOST_BATCH]))
        return [
            Match(kind=kind, value=value, campaign=payload.campaign, confidence=payload.confidence)
            for (kind, value), item in items.items()
            for payload in self._revealed(seeds[item])
        ]

    def _revealed(self, seed: bytes) -> list[Payload]:
        return self.table.reveals(seed)

    def _known(self, items: set[bytes]) -> dict[bytes, bytes]:
        return known_values(self.client.books, self.client.partner, self.statement.key_id, items)

    def _asked(self, items: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
        """Return the seeds of a batch of items, asked and proved, and keep them."""
        blinded = [blind(item) for item in items]
        question = Question(
            key_id=self.statement.key_id,
            revision=self.statement.revision,
            blinded=b"".join(one.element for one in blinded),
        )
        content = msgspec.json.encode(question)
        self._enter(content, len(items))
        reply = read_reply(self.client.peer.evaluate(content), len(items))
        if (reply.key_id, reply.revision) != (self.statement.key_id, self.statement.revision):
            raise StaleSet(
                "the answer is about another set than the one that was downloaded; download it anew and ask again"
            )
        outputs = finalize(
            blinded, split(reply.evaluated), reply.proof, bytes.fromhex(self.statement.public_key)
        )
        values = [(item, seed_of(output)) for item, output in zip(items, outputs, strict=True)]
        keep_values(self.client.books, self.client.partner, self.statement.key_id, values)
        return values

    def _enter(self, content: bytes, elements: int) -> None:
        departure = Departure(
            time=self.client.clock(),
            partner=self.client.partner,
            channel="match",
            object_id=QUESTION_ID,
            modified=f"{self.statement.key_id}:{self.statement.revision}",
            sha256=hashlib.sha256(content).hexdigest(),
            marking=self.statement.marking,
            policy_sha256="",
            purpose=f"{self.client.purpose}: {elements} blinded elements",
        )
        Ledger(self.client.books).append(departure)


def _sha256(path: Path) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
