"""What the guard knows at one moment: everything that a decision may depend on besides the event itself."""

from collections.abc import Iterable

import msgspec

from revenuer.guard.ledger import Ledger
from revenuer.guard.policy import Policy
from revenuer.guard.saved import Saved
from revenuer.guard.standing import Meter, Standing
from revenuer.guard.suspicion import Books


class GuardState:
    """The whole state of one node. Only the functions of `core` change it; nothing here reads a clock or opens a file."""

    def __init__(self, policy: Policy, ledger: Ledger | None = None) -> None:
        self.policy = policy
        self.ledger = ledger or Ledger()
        self.books = Books(self.ledger)
        self.now = 0
        self.meter = Meter()
        self.standing: dict[str, Standing] = {}
        self.received: dict[str, str] = {}
        self._dirty: dict[tuple[str, str], bytes | None] = {}
        self._notes: list[bytes] = []

    def take_saved(self) -> list[Saved]:
        """Return what changed since the last call and must be stored, oldest first."""
        changed = [Saved(kind, key, value) for (kind, key), value in self._dirty.items()]
        self._dirty.clear()
        return changed

    def restore(self, saved: Iterable[Saved]) -> None:
        """Take back what `take_saved` handed out, in a state that has seen no event yet."""
        for kind, key, value in saved:
            if kind == "standing" and value is not None:
                self.standing[key] = msgspec.msgpack.decode(value, type=Standing)

    def take_notes(self) -> list[bytes]:
        """Return what other nodes need to hear, oldest first: small messages for `core.hear`, to be delivered in one order to all."""
        notes, self._notes = self._notes, []
        return notes

    def put_standing(self, standing: Standing) -> None:
        self.standing[standing.account_id] = standing
        self._dirty["standing", standing.account_id] = msgspec.msgpack.encode(standing)
