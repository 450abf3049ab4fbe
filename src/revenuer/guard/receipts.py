"""Which account received which reasoning block: what this node saw itself, and what the order of all nodes has settled."""

from collections.abc import ItemsView

import msgspec

MAX_RECEIPTS = 1_000_000
"""Blocks remembered; beyond that the oldest go, and their replays can no longer be told."""


class Receipt(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Who holds a reasoning block.

    `issued`: its answer was seen going to the account; without it the account was merely the first to send the block back. `settled`:
    the shared order has said so; before that it is this node's own view. `doubtful`: two accounts were first on two nodes at once, or
    this node could not hear the others when it saw the block: who was first is then not known, and nobody is accused for it.
    `organization`: hash of the account's, 0 = none known.
    """

    account_id: str
    issued: bool = False
    settled: bool = False
    doubtful: bool = False
    organization: int = 0


class Receipts:
    """The receipts of one node. What is issued outranks what is merely first; among equals the shared order's first stays.

    After the same notes in the same order, with its own among them, every node holds the same.
    """

    def __init__(self) -> None:
        self._known: dict[str, Receipt] = {}
        self.forgotten: list[str] = []

    def __len__(self) -> int:
        return len(self._known)

    def get(self, signature: str) -> Receipt | None:
        return self._known.get(signature)

    def replayed(self, signature: str, account_id: str) -> bool:
        """Return whether another account than `account_id` surely holds the block."""
        known = self._known.get(signature)
        return known is not None and known.account_id != account_id and not known.doubtful

    def claim(
        self, signature: str, account_id: str, organization: int, *, issued: bool, doubtful: bool
    ) -> Receipt | None:
        """Take in what this node saw; return the receipt where it is news to the other nodes."""
        known = self._known.get(signature)
        if known is None or (issued and not known.issued):
            return self._put(
                signature,
                Receipt(
                    account_id=account_id,
                    issued=issued,
                    doubtful=doubtful and not issued,
                    organization=organization,
                ),
            )
        if issued and known.account_id != account_id:
            if not known.doubtful:
                self._put(signature, _doubted(known))
            return Receipt(account_id=account_id, issued=True, organization=organization)
        return None

    def settle(self, signature: str, told: Receipt) -> Receipt | None:
        """Take in what the shared order says next of a block; return the receipt where it changed."""
        known = self._known.get(signature)
        after = _settled(_after(known, told))
        return self._put(signature, after) if after != known and not _pending(known, told) else None

    def restore(self, signature: str, receipt: Receipt) -> None:
        self._known[signature] = receipt

    def items(self) -> ItemsView[str, Receipt]:
        return self._known.items()

    def unsettled(self) -> list[tuple[str, Receipt]]:
        """Return what the shared order has not said yet, oldest first."""
        return [(signature, receipt) for signature, receipt in self._known.items() if not receipt.settled]

    def _put(self, signature: str, receipt: Receipt) -> Receipt:
        self._known[signature] = receipt
        if len(self._known) > MAX_RECEIPTS:
            oldest = next(iter(self._known))
            del self._known[oldest]
            self.forgotten.append(oldest)
        return receipt


def _pending(known: Receipt | None, told: Receipt) -> bool:
    """Return whether this node's own note, still on its way, will overrule `told`: until then its own view stands."""
    return known is not None and not known.settled and known.issued and not told.issued


def _after(known: Receipt | None, told: Receipt) -> Receipt:
    """Return what the order says after `told`. Where this node's own view differs and ranks the same, its note is still to come and
    will bring doubt: it is doubted at once, lest somebody be accused in between."""
    if known is None or (known.settled and told.issued > known.issued):
        return told
    if not known.settled:
        agreed = told.account_id == known.account_id or told.issued != known.issued
        return told if agreed else _doubted(told)
    if told.issued < known.issued or (told.account_id == known.account_id and not told.doubtful):
        return known
    return _doubted(known)


def _doubted(known: Receipt) -> Receipt:
    return msgspec.structs.replace(known, doubtful=True)


def _settled(known: Receipt) -> Receipt:
    return msgspec.structs.replace(known, settled=True)
