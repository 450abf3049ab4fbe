"""What the guard knows at one moment: everything that a decision may depend on besides the event itself."""

from collections.abc import Iterable

import msgspec

from revenuer.guard.ledger import Ledger
from revenuer.guard.notes import Note, Placed, Received, write_note
from revenuer.guard.policy import Policy
from revenuer.guard.receipts import Receipt, Receipts
from revenuer.guard.saved import Saved
from revenuer.guard.standing import Meter, Standing, as_charged
from revenuer.guard.suspicion import Books
from revenuer.guard.suspicion.hearsay import news_of
from revenuer.guard.suspicion.keeping import KINDS, changes, take_back

FORGET_US = 30 * 86400 * 1_000_000
"""A measure that ran out so long ago is of no account any more; one that was appealed stays."""
FADE_US = 14 * 86400 * 1_000_000
"""What was common a fortnight ago is half as common now."""


class GuardState:
    """The whole state of one node. Only the functions of `core` change it; nothing here reads a clock or opens a file.

    `sharing`: notes for other nodes are kept for `take_notes`. `unsure`: this node does not hear all the others now, so that being
    the first to see something here proves nothing. Both are set by the fleet, and off where there is none. `position`: how far the
    shared order was applied, opaque, saved with the facts that follow from it. `unread`: notes that could not be understood.
    `betting`: accounts whose e-processes gained since they were saved. `fades`: when the counts of spans are halved next.
    """

    def __init__(self, policy: Policy, ledger: Ledger | None = None) -> None:
        self.policy = policy
        self.ledger = ledger if ledger is not None else Ledger()  # an empty one is false
        self.books = Books(self.ledger)
        self.now = 0
        self.fades = 0
        self.meter = Meter()
        self.standing: dict[str, Standing] = {}
        self.received = Receipts()
        self.unsure = False
        self.position: bytes | None = None
        self.unread = 0
        self._dirty: dict[tuple[str, str], bytes | None] = {}
        self._meter = b""
        self.betting: set[str] = set()
        self._notes: list[bytes] = []

    @property
    def sharing(self) -> bool:
        """Whether notes for other nodes are kept."""
        return self.books.sharing

    @sharing.setter
    def sharing(self, on: bool) -> None:
        self.books.sharing = on

    def fade(self) -> None:
        """Halve the counts of spans, once in FADE_US."""
        if self.fades:
            self.ledger.halve_reach()
            self.books.rebuild_watch()
            self._forget_measures()
        self.fades = self.now + FADE_US

    def _forget_measures(self) -> None:
        """Forget measures that ran out long ago and that no appeal has touched."""
        for account_id, standing in list(self.standing.items()):
            if standing.until < self.now - FORGET_US and not standing.spent():
                del self.standing[account_id]
                self._dirty["standing", account_id] = None

    def take_saved(self) -> list[Saved]:
        """Return what changed since the last call and must be stored, oldest first."""
        changed = [Saved(kind, key, value) for (kind, key), value in self._dirty.items()]
        self._dirty.clear()
        changed.extend(changes(self.books))
        changed.extend(self._bets())
        meter = msgspec.msgpack.encode(self.meter)
        if meter != self._meter:
            self._meter = meter
            changed.append(Saved("meter", "", meter))
        return changed

    def restore(self, saved: Iterable[Saved]) -> None:
        """Take back what `take_saved` handed out, in a state that has seen no event yet."""
        for kind, key, value in saved:
            if value is None:
                continue
            if kind == "standing":
                self.standing[key] = msgspec.msgpack.decode(value, type=Standing)
            elif kind == "received":
                self.received.restore(key, msgspec.msgpack.decode(value, type=Receipt))
            elif kind == "fleet" and key == "position":
                self.position = value
            elif kind == "meter":
                self.meter, self._meter = msgspec.msgpack.decode(value, type=Meter), value
            elif kind == "bets":
                self.ledger.restore_bets(key, value)
            elif kind in KINDS:
                take_back(self.books, kind, key, value)
        for account_id in self.standing:
            self.ledger.mark(self.ledger.row_of(account_id, self.now))

    def take_notes(self) -> list[bytes]:
        """Return what other nodes need to hear, oldest first: small messages for `core.hear`, to be delivered in one order to all."""
        notes, self._notes = self._notes, []
        if self.sharing:
            notes.extend(write_note(note) for note in news_of(self.books))
        return notes

    def restated(self) -> list[bytes]:
        """Return notes that say again what must not get lost: every measure, and every receipt that the order has not settled.

        Hearing one twice changes nothing.
        """
        measures: list[Note] = [Placed(standing) for standing in self.standing.values()]
        return [write_note(note) for note in measures] + [
            write_note(Received(signature, one.account_id, one.issued, one.doubtful, one.organization))
            for signature, one in self.received.unsettled()
        ]

    def put_position(self, position: bytes) -> None:
        """Keep how far the shared order was applied, to be saved together with what followed from it."""
        self.position = position
        self._dirty["fleet", "position"] = position

    def put_standing(self, standing: Standing) -> None:
        """Put a measure or its lifting in force here and tell the other nodes; one that is overruled already changes nothing."""
        if self.hear_standing(standing):
            self._tell(Placed(standing))

    def hear_standing(self, standing: Standing) -> bool:
        """Put a measure or its lifting in force without telling anybody. Return False where what stands already overrules it."""
        known = self.standing.get(standing.account_id)
        if known is not None and _rank(standing) < _rank(known):
            return False
        standing = standing if known is None else as_charged(standing, known)
        self.standing[standing.account_id] = standing
        self._dirty["standing", standing.account_id] = msgspec.msgpack.encode(standing)
        return True

    def claim(self, signature: str, account_id: str, organization: int, *, issued: bool) -> None:
        """Take in that an account was seen with a reasoning block: `issued` in an answer to it, else in its request."""
        news = self.received.claim(signature, account_id, organization, issued=issued, doubtful=self.unsure)
        if news is not None:
            self._keep_receipt(signature)
            self._tell(Received(signature, account_id, news.issued, news.doubtful, organization))

    def hear_received(self, note: Received) -> None:
        """Take in what the shared order says of a reasoning block."""
        told = Receipt(
            account_id=note.account_id,
            issued=note.issued,
            doubtful=note.doubtful,
            organization=note.organization,
        )
        if self.received.settle(note.signature, told) is not None:
            self._keep_receipt(note.signature)

    def _bets(self) -> list[Saved]:
        """Return the intents' e-processes of the accounts whose prompts were positive since the last call."""
        names, self.betting = sorted(self.betting), set()
        return [Saved("bets", name, self.ledger.bets(name)) for name in names if name in self.ledger.rows]

    def _keep_receipt(self, signature: str) -> None:
        self._dirty["received", signature] = msgspec.msgpack.encode(self.received.get(signature))
        for gone in self.received.forgotten:
            self._dirty["received", gone] = None
        self.received.forgotten.clear()

    def _tell(self, note: Note) -> None:
        if self.sharing:
            self._notes.append(write_note(note))


def _rank(standing: Standing) -> tuple[int, bool]:
    """Return what a measure is ranked by: the later one stands, and a lifting overrules every measure that began before it or with
    it. Nodes that hear the same notes, in whatever order, so agree; between equals the shared order's last stands."""
    lifted = standing.lifted_by is not None
    return (standing.until if lifted else standing.since, lifted)
