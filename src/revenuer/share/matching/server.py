"""The server's part: a partner's set, and answers to what the partner asks, within the budget, entered in the ledger before they leave."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from revenuer.records import InputError, UsageError
from revenuer.share.books import open_books
from revenuer.share.house import House
from revenuer.share.ledger import LEDGER_TABLES, Departure, Ledger
from revenuer.share.matching.fault import StaleSet
from revenuer.share.matching.match_key import key_id_of, read_match_key
from revenuer.share.matching.messages import BudgetReply, Reply, read_question, split
from revenuer.share.matching.meter import METER_TABLES, Meter
from revenuer.share.matching.ristretto import checked_element
from revenuer.share.matching.statement import STATEMENT_FILE, SetStatement, read_statement
from revenuer.share.matching.voprf import OprfKey, blind_evaluate

MATCH_FOLDER = "match"
MATCH_TABLES = (*METER_TABLES, *LEDGER_TABLES)
SET_ID, ANSWER_ID, QUESTION_ID = "match-set", "match-answer", "match-question"
"""What the ledger calls matching traffic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchServer:
    """One partner's set as it stands on disk. `raw_statement`: the signed statement as published."""

    partner: str
    key: OprfKey
    statement: SetStatement
    raw_statement: bytes
    table: Path
    books: Path

    def answer(self, raw: bytes, now: datetime) -> bytes:
        """Return the reply to a question, charged and entered before it is returned.

        Raises MatchFault for what is no question (nothing is charged), StaleSet for one about another revision, BudgetSpent.
        """
        question = read_question(raw)
        if (question.key_id, question.revision) != (self.statement.key_id, self.statement.revision):
            raise StaleSet(
                f"the question is about revision {question.revision}, the set is at {self.statement.revision}; download it anew and ask again"
            )
        blinded = [checked_element(one, "a blinded element") for one in split(question.blinded)]
        budget = Meter(self.books).charge(self.partner, len(blinded), self.statement.budget_per_day, now)
        evaluated, proof = blind_evaluate(self.key, blinded)
        reply = Reply(
            key_id=self.statement.key_id,
            revision=self.statement.revision,
            evaluated=b"".join(evaluated),
            proof=proof,
            left=budget.left,
        )
        content = msgspec.json.encode(reply)
        purpose = f"{len(blinded)} blinded elements evaluated for private matching"
        self._enter(ANSWER_ID, hashlib.sha256(content).hexdigest(), purpose, now)
        return content

    def enter_table(self, now: datetime) -> None:
        """Enter in the ledger that the partner downloads the set."""
        self._enter(
            SET_ID, self.statement.sha256, f"set of {self.statement.rows} sealed rows downloaded", now
        )

    def budget(self, now: datetime) -> BudgetReply:
        """Return how the partner's day stands."""
        found = Meter(self.books).left(self.partner, self.statement.budget_per_day, now)
        return BudgetReply(day=found.day, budget=found.budget, spent=found.spent, left=found.left)

    def _enter(self, name: str, sha256: str, purpose: str, now: datetime) -> None:
        departure = Departure(
            time=now,
            partner=self.partner,
            channel="match",
            object_id=name,
            modified=f"{self.statement.key_id}:{self.statement.revision}",
            sha256=sha256,
            marking=self.statement.marking,
            policy_sha256="",
            purpose=purpose,
        )
        with open_books(self.books, MATCH_TABLES) as books:
            Ledger(books).append(departure)


def set_folder(house: House, partner: str) -> Path:
    """Return where the set for a partner lies."""
    return house.folder / MATCH_FOLDER / partner


def open_server(house: House, partner: str) -> MatchServer:
    """Return the server of a partner's set as it stands now. Raises UsageError where there is none for them."""
    folder = set_folder(house, partner)
    try:
        raw = (folder / STATEMENT_FILE).read_bytes()
    except FileNotFoundError as error:
        raise UsageError(
            f"there is no set for {partner}; make one with `revenuer share match-set build`"
        ) from error
    except OSError as error:
        raise InputError(f"cannot read the set for {partner}: {error.strerror}") from error
    statement = read_statement(raw)
    key = read_match_key(house.keys, partner)
    if key_id_of(key.public).hex() != statement.key_id:
        raise InputError(
            f"the set for {partner} is under an older key; build it anew with `revenuer share match-set build`"
        )
    return MatchServer(
        partner=partner,
        key=key,
        statement=statement,
        raw_statement=raw,
        table=folder / f"set-{statement.revision}.bin",
        books=house.books,
    )
