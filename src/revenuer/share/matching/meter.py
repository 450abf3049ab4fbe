"""How much each partner has asked, and when: budgets that survive restarts, and a log of questions that holds no element of any."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from revenuer.share.books import open_books
from revenuer.share.matching.fault import BudgetSpent

METER_TABLES = (
    "CREATE TABLE IF NOT EXISTS match_spent (partner TEXT, day TEXT, elements INTEGER NOT NULL, PRIMARY KEY (partner, day)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS match_query (number INTEGER PRIMARY KEY, time TEXT NOT NULL, partner TEXT NOT NULL,"
    " elements INTEGER NOT NULL, outcome TEXT NOT NULL)",
    "CREATE TRIGGER IF NOT EXISTS match_spent_grows BEFORE UPDATE ON match_spent WHEN NEW.elements < OLD.elements"
    " BEGIN SELECT RAISE(ABORT, 'a budget is refunded for nothing'); END",
    "CREATE TRIGGER IF NOT EXISTS match_spent_kept BEFORE DELETE ON match_spent BEGIN SELECT RAISE(ABORT, 'a budget is refunded for nothing'); END",
    "CREATE TRIGGER IF NOT EXISTS match_query_kept BEFORE DELETE ON match_query BEGIN SELECT RAISE(ABORT, 'the log of questions only grows'); END",
)

CHARGED, REFUSED = "charged", "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A partner's day in UTC: what may be asked, what was, what is left, when the next day begins."""

    day: str
    budget: int
    spent: int
    until: datetime

    @property
    def left(self) -> int:
        return max(0, self.budget - self.spent)


class Meter:
    """Charges partners in the books at `path`. Opened for each charge, so that threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def left(self, partner: str, budget: int, now: datetime) -> Budget:
        """Return how a partner's day stands."""
        with open_books(self._path, METER_TABLES) as books:
            row = books.execute(
                "SELECT elements FROM match_spent WHERE partner = ? AND day = ?", (partner, _day(now))
            ).fetchone()
        return _budget(now, budget, 0 if row is None else row[0])

    def charge(self, partner: str, elements: int, budget: int, now: datetime) -> Budget:
        """Charge a question before it is answered, and log it; what is charged is never given back, whatever happens to the answer.

        Raises BudgetSpent, with nothing charged and the refusal logged, where the day's budget does not cover the whole question.
        """
        with open_books(self._path, METER_TABLES) as books:
            books.execute("BEGIN IMMEDIATE")
            with books:
                row = books.execute(
                    "SELECT elements FROM match_spent WHERE partner = ? AND day = ?", (partner, _day(now))
                ).fetchone()
                before = _budget(now, budget, 0 if row is None else row[0])
                covered = elements <= before.left
                if covered:
                    books.execute(
                        "INSERT INTO match_spent VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET elements = elements + excluded.elements",
                        (partner, _day(now), elements),
                    )
                books.execute(
                    "INSERT INTO match_query (time, partner, elements, outcome) VALUES (?, ?, ?, ?)",
                    (
                        now.astimezone(UTC).isoformat(timespec="milliseconds"),
                        partner,
                        elements,
                        CHARGED if covered else REFUSED,
                    ),
                )
        if not covered:
            raise BudgetSpent(
                f"asked about {elements} elements, {before.left} of {budget} are left on {before.day}; ask less, or from {before.until:%Y-%m-%d %H:%MZ} on"
            )
        return _budget(now, budget, before.spent + elements)


def _budget(now: datetime, budget: int, spent: int) -> Budget:
    start = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Budget(day=_day(now), budget=budget, spent=spent, until=start + timedelta(days=1))


def _day(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y-%m-%d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOn:
    """What a partner asked on one day (UTC): elements that were charged, questions, and questions refused for want of budget."""

    day: str
    elements: int
    questions: int
    refused: int


def queries(path: Path, partner: str) -> list[AskedOn]:
    """Return the days on which a partner asked, from the log in the books at `path`."""
    with open_books(path, METER_TABLES) as books:
        rows = books.execute(
            "SELECT substr(time, 1, 10) AS day, sum(CASE outcome WHEN ? THEN elements ELSE 0 END), count(*), sum(outcome = ?)"
            " FROM match_query WHERE partner = ? GROUP BY day ORDER BY day",
            (CHARGED, REFUSED, partner),
        ).fetchall()
    return [AskedOn(day=row[0], elements=row[1], questions=row[2], refused=row[3]) for row in rows]
