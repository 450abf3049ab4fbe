"""The ledger as a file: what is counted of every account, how common spans and identity values are. Too much for the journal.

The facts that a measure rests on are in the journal, a second old at most. This file is older, and holds what makes common things look
common after a restart: without it strangers who share an office's address look rare for a while.
"""

from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from revenuer.detect.keyed_hash import key_id
from revenuer.guard.journal.snapshot import Snapshot, read_snapshot, write_snapshot
from revenuer.guard.ledger import Ledger, bytes_of
from revenuer.guard.ledger_kernel import ACCOUNT_ROW, EMITTED
from revenuer.guard.state import GuardState
from revenuer.guard.value_table import ValueTable
from revenuer.records import InputError

MEMORY_VERSION = 1
KIND = "guard memory"
ROWS_AT_ONCE = 2048
"""Accounts copied in one step: about a megabyte."""
CELLS_AT_ONCE = 1 << 17

_UINT8, _UINT32, _UINT64 = np.dtype(np.uint8), np.dtype(np.uint32), np.dtype(np.uint64)
_FORMS = {
    "accounts": (ACCOUNT_ROW, 1), "names": (_UINT8, 1), "name_lengths": (_UINT32, 1), "reach": (np.dtype(np.uint16), 2),
    "pairs": (_UINT64, 1), "value_keys": (_UINT64, 1), "value_counts": (_UINT32, 1),
}  # fmt: skip
"""Arrays of the file: type and number of dimensions."""


class MemoryCopy:
    """A copy of a ledger, taken in short steps between which the ledger may change; then written by whatever thread.

    To make one takes a moment, and any thread may. Each account is copied in one step with its name. What is common is copied after the accounts, and who was counted for a value before
    the counts, so that what an account of the copy has shown is never counted too low.
    """

    def __init__(self, state: GuardState) -> None:
        self._state = state
        self._ledger = ledger = state.ledger
        # Asked once: the ledger goes on growing while another thread is here.
        size = len(ledger.names)
        self._accounts = np.empty(size, ACCOUNT_ROW)
        # The system hands out pages when they are first written, ten milliseconds at once: here, where another thread may wait for it.
        bytes_of(self._accounts).fill(0)
        self._lengths = np.empty(size, np.uint32)
        self._names: list[str] = []
        self._reach = np.full_like(ledger.reach, 0)
        self._pairs = np.full_like(ledger.values.pairs, 0)
        self._paired = 0
        self._rows = self._cells = self._words = self._slots = 0
        self._source: npt.NDArray[np.uint64] | None = None
        self._keys: list[npt.NDArray[np.uint64]] = []
        self._counts: list[npt.NDArray[np.uint32]] = []

    def step(self) -> bool:
        """Copy a little (well under a millisecond or two); return whether there is more. Called by the thread that owns the ledger."""
        if self._rows < len(self._accounts):
            self._copy_accounts()
        elif self._cells < self._reach.shape[1]:
            part = slice(self._cells, self._cells + CELLS_AT_ONCE)
            self._reach[:, part] = self._ledger.reach[:, part]
            self._cells = part.stop
        elif self._words < len(self._pairs):
            part = slice(self._words, self._words + CELLS_AT_ONCE)
            self._pairs[part] = self._ledger.values.pairs[part]
            self._paired = self._ledger.values.paired
            self._words = part.stop
        else:
            return self._copy_values()
        return True

    def finish(self) -> Self:
        """Copy all that is left at once: where nobody waits for an answer."""
        while self.step():
            pass
        return self

    def write(self, path: Path) -> None:
        """Write what was copied, after `step` returned False. Raises ResourceError; a file that was there is then untouched."""
        arrays: dict[str, npt.NDArray[Any]] = {
            "accounts": self._accounts,
            "names": np.frombuffer("".join(self._names).encode("utf-8", "surrogatepass"), np.uint8),
            "name_lengths": self._lengths,
            "reach": self._reach,
            "pairs": self._pairs,
            "value_keys": np.concatenate(self._keys),
            "value_counts": np.concatenate(self._counts),
        }
        meta = {
            "kind": KIND,
            "memory_version": MEMORY_VERSION,
            "key": key_id(self._ledger.key),
            "evicted": self._ledger.evicted,
            "hand": self._ledger.hand,
            "paired": self._paired,
            "fades": self._state.fades,
        }
        write_snapshot(path, arrays, meta)

    def _copy_accounts(self) -> None:
        low, high = self._rows, min(self._rows + ROWS_AT_ONCE, len(self._accounts))
        bytes_of(self._accounts)[low:high] = bytes_of(self._ledger.accounts)[low:high]
        names = self._ledger.names[low:high]
        self._lengths[low:high] = [len(name) for name in names]
        self._names.append("".join(names))
        self._rows = high

    def _copy_values(self) -> bool:
        values = self._ledger.values
        if self._source is not values.keys:
            # The table has moved to a larger one meanwhile: from the beginning.
            self._source, self._slots = values.keys, 0
            self._keys, self._counts = [], []
        part = slice(self._slots, self._slots + CELLS_AT_ONCE)
        held = values.keys[part] != 0
        self._keys.append(values.keys[part][held])
        self._counts.append(values.counts[part][held])
        self._slots = part.stop
        return self._slots < len(values.keys)


def load_memory(path: Path, state: GuardState) -> None:
    """Take back what `MemoryCopy` wrote, in a state that has seen no event and restored no fact yet.

    Raises InputError where the file is damaged, of another version, made under another key, or too large for this ledger; the state is
    then as it was.
    """
    ledger = state.ledger
    snapshot = read_snapshot(path)
    names = _checked(path, snapshot, ledger)
    arrays, meta = snapshot.arrays, snapshot.meta
    # Who has which habit is known to the journal only in part: each is told once more, which changes nothing where it is known.
    arrays["accounts"]["counts"] &= ~EMITTED
    last = {name: row for row, name in enumerate(names)}
    accounts = bytes_of(arrays["accounts"])
    if len(last) < len(names):
        # One that was forgotten and came back during the copying is there twice: the later row counts.
        accounts = accounts[list(last.values())]
    ledger.take_back(list(last), accounts, arrays["reach"], meta["evicted"], meta["hand"])
    ledger.values = ValueTable.of(
        arrays["value_keys"], arrays["value_counts"], arrays["pairs"], meta["paired"]
    )
    state.fades = meta["fades"]


def _checked(path: Path, snapshot: Snapshot, ledger: Ledger) -> list[str]:
    """Return the names of the accounts in a file that fits the ledger."""
    meta, arrays = snapshot.meta, snapshot.arrays
    if meta.get("kind") != KIND:
        raise InputError(f"{path} is a snapshot, but none of a guard's memory; name another file")
    if meta.get("memory_version") != MEMORY_VERSION or set(arrays) != set(_FORMS):
        raise InputError(
            f"{path} is a guard's memory of version {meta.get('memory_version')}, this program knows {MEMORY_VERSION}; delete the file"
        )
    if meta.get("key") != key_id(ledger.key):
        raise InputError(
            f"{path} is hashed with another key than this guard's; start it with that --key-file, or delete the file"
        )
    for name, (form, dimensions) in _FORMS.items():
        if arrays[name].dtype != form or arrays[name].ndim != dimensions:
            raise InputError(
                f"{path} keeps {name} in another form than this version; delete the file to start without it"
            )
    return _names(path, arrays, ledger)


def _names(path: Path, arrays: dict[str, npt.NDArray[Any]], ledger: Ledger) -> list[str]:
    try:
        text = arrays["names"].tobytes().decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} holds names that are no text; delete the file to start without it"
        ) from error
    lengths = arrays["name_lengths"]
    ends = np.cumsum(lengths, dtype=np.int64)
    fits = (
        len(lengths) == len(arrays["accounts"])
        and (int(ends[-1]) if len(ends) else 0) == len(text)
        and arrays["reach"].shape == ledger.reach.shape
        and arrays["pairs"].shape == ledger.values.pairs.shape
        and len(arrays["value_keys"]) == len(arrays["value_counts"])
    )
    if not fits:
        raise InputError(f"{path} contradicts itself in its lengths; delete the file to start without it")
    if len(lengths) > ledger.max_accounts:
        raise InputError(
            f"{path} remembers {len(lengths)} accounts, this guard at most {ledger.max_accounts}; give it more --max-accounts, or delete the file"
        )
    return [text[end - length : end] for end, length in zip(ends.tolist(), lengths.tolist(), strict=True)]
