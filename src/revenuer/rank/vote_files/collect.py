"""Blocks of votes -> one table of arrays: good rows kept, bad rows set aside."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from revenuer.rank.vote_files.bad_rows import BadRows
from revenuer.rank.vote_files.block import PROMPT, TIMESTAMP, VOTER, WEIGHT, VoteBlock, Wanted, halves
from revenuer.rank.vote_files.code_book import CodeBook, Codes, as_strings
from revenuer.rank.vote_files.column_values import (
    NO_LABEL,
    OTHER_LABEL,
    UNKNOWN_TIME,
    Mask,
    micros_of,
    numbers_of,
    outcomes_of,
    text_of,
)
from revenuer.rank.votes import Votes
from revenuer.records import WINNERS, InputError

Fault = tuple[str, Mask]
Array = npt.NDArray[np.generic]

NO_SUCH_LABEL = f"winner is not one of {', '.join(WINNERS)}"
SAME_MODEL = "model_a and model_b are the same"
BAD_WEIGHT = "weight is not a finite number above 0"
BAD_TIME = "timestamp is not an ISO 8601 time or an epoch number"
_PLAIN = ("a", "b", "outcome")


def missing(name: str) -> str:
    """Return the reason of a row without its model or winner."""
    return f"{name} is missing"


class Collector:
    """Takes blocks and gives back `Votes`; holds some 9 bytes a vote, and 4 to 8 for each further column."""

    def __init__(self, wanted: Wanted, bad: BadRows) -> None:
        self._wanted = wanted
        self._bad = bad
        self._models, self._voters, self._prompts = CodeBook(), CodeBook(), CodeBook(names=False)
        self._parts: dict[str, list[Array]] = {name: [] for name in _PLAIN}
        self._sizes: list[int] = []
        self._seen: dict[str, None] = {}

    def take(self, block: VoteBlock) -> None:
        """Add the good rows of `block`."""
        self._seen.update(dict.fromkeys(block.columns))
        if not block.rows:
            return
        arrays, faults = self._plain(block)
        for more in (self._weight(block), self._time(block), self._style(block)):
            arrays.update(more[0])
            faults += more[1]
        good = self._set_aside(block, faults)
        arrays.update(self._ids(block, good))
        self._append(arrays, good)

    def votes(self, source: str) -> Votes:
        """Return all that was taken. Raises InputError where a required column never came, or no good vote."""
        if self._seen:
            self._wanted.check(source, tuple(self._seen))
        if not sum(self._sizes):
            raise InputError(_nothing_left(source, self._bad))
        models, place = self._model_places()
        with_voters = "voter" in self._parts
        a, b = (self._joined(name, np.int32, 0, place) for name in ("a", "b"))
        weight = self._optional("weight", np.float64, 1.0)
        return Votes(
            models=models,
            a=a,
            b=b,
            outcome=self._joined("outcome", np.int8, 0),
            voter=self._optional("voter", np.int32, -1),
            voters=self._voters.texts() if with_voters else None,
            prompt=self._optional("prompt", np.int32, -1),
            time_us=self._optional("time_us", np.int64, UNKNOWN_TIME),
            weight=None if weight is None or (weight == 1).all() else weight,
            style={stem: self._joined(f"style {stem}", np.float64, np.nan) for stem in self._wanted.style},
            source=source,
            quarantined=self._bad.total,
            reasons=self._bad.reasons,
            quarantine=self._bad.kept,
        )

    def _plain(self, block: VoteBlock) -> tuple[dict[str, Array], list[Fault]]:
        a, b = self._model(block, "model_a"), self._model(block, "model_b")
        if "winner" in block.columns:
            outcome = outcomes_of(block.columns["winner"], "winner", self._bad.file)
        else:
            outcome = np.full(block.rows, NO_LABEL, np.int8)
        faults = [
            (missing("model_a"), a < 0),
            (missing("model_b"), b < 0),
            (missing("winner"), outcome == NO_LABEL),
            (NO_SUCH_LABEL, outcome == OTHER_LABEL),
            (SAME_MODEL, a == b),
        ]
        return {"a": a, "b": b, "outcome": outcome}, faults

    def _model(self, block: VoteBlock, name: str) -> Codes:
        if name not in block.columns:
            return np.full(block.rows, -1, np.int32)
        text = text_of(block.columns[name], name, self._bad.file)
        if not pa.types.is_dictionary(text.type):
            text = text.cast(pa.large_binary()).dictionary_encode()
        # Names are mended before they get a code, or two codes could end as one name.
        mended = as_strings(text.dictionary)
        return self._models.codes(pa.DictionaryArray.from_arrays(text.indices, mended))

    def _weight(self, block: VoteBlock) -> tuple[dict[str, Array], list[Fault]]:
        # A column that is there and empty (ours may be) says nothing; single gaps between weights are faults.
        if WEIGHT not in block.columns or block.columns[WEIGHT].null_count == block.rows:
            return {}, []
        weight, _ = numbers_of(block.columns[WEIGHT], WEIGHT, self._bad.file)
        return {"weight": weight}, [(BAD_WEIGHT, ~(np.isfinite(weight) & (weight > 0)))]

    def _time(self, block: VoteBlock) -> tuple[dict[str, Array], list[Fault]]:
        name = _first_of(TIMESTAMP, block) if self._wanted.ids else None
        if name is None:
            return {}, []
        micros, unreadable = micros_of(block.columns[name], name, self._bad.file)
        return {"time_us": micros}, [(BAD_TIME, unreadable)]

    def _style(self, block: VoteBlock) -> tuple[dict[str, Array], list[Fault]]:
        arrays: dict[str, Array] = {}
        faults: list[Fault] = []
        for stem in self._wanted.style:
            names = (stem,) if stem in block.columns else halves(stem)
            if not set(names) <= set(block.columns):
                continue
            read = [numbers_of(block.columns[name], name, self._bad.file) for name in names]
            faults += [(f"{name} is not a number", bad) for name, (_, bad) in zip(names, read, strict=True)]
            numbers = [values for values, _ in read]
            arrays[f"style {stem}"] = _finite(numbers[0]) if len(numbers) == 1 else relative(*numbers)
        return arrays, faults

    def _ids(self, block: VoteBlock, good: Mask | None) -> dict[str, Array]:
        """Return the codes of the good rows only, so that nobody is counted a voter for a bad row."""
        found: dict[str, Array] = {}
        for key, names, book in (("voter", VOTER, self._voters), ("prompt", PROMPT, self._prompts)):
            name = _first_of(names, block) if self._wanted.ids else None
            if name is not None:
                text = text_of(block.columns[name], name, self._bad.file)
                found[key] = book.codes(text if good is None else text.filter(pa.array(good)))
        return found

    def _set_aside(self, block: VoteBlock, faults: Sequence[Fault]) -> Mask | None:
        """Quarantine each row for its first fault; return which rows are good, None where all are."""
        good = np.ones(block.rows, bool)
        for reason, mask in faults:
            found = np.flatnonzero(mask & good)
            good[found] = False
            for position, row in enumerate(found):
                if self._bad.full:
                    self._bad.count(reason, len(found) - position)
                    break
                line, excerpt = block.locate(int(row))
                self._bad.add(line, reason, excerpt)
        return None if good.all() else good

    def _append(self, arrays: dict[str, Array], good: Mask | None) -> None:
        size = 0
        for name, values in arrays.items():
            whole = good is None or name in ("voter", "prompt")
            kept = values if whole else values[good]
            self._parts.setdefault(name, [np.zeros(0, values.dtype)] * len(self._sizes)).append(kept)
            size = len(kept)
        self._sizes.append(size)
        for name, parts in self._parts.items():
            if name not in arrays:
                parts.append(np.zeros(0, np.int8))

    def _model_places(self) -> tuple[tuple[str, ...], Codes]:
        """Return the models of good votes by name, and the place of each code among them."""
        used = np.zeros(self._models.size, bool)
        for name in ("a", "b"):
            for part in self._parts[name]:
                used[part] = True
        names = self._models.texts().to_pylist()
        order = sorted(np.flatnonzero(used), key=lambda code: names[code])
        place = np.full(len(names), -1, np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        return tuple(names[code] for code in order), place

    def _optional(self, name: str, kind: type[np.generic], unknown: float) -> Array | None:
        return self._joined(name, kind, unknown) if name in self._parts else None

    def _joined(self, name: str, kind: type[np.generic], unknown: float, place: Codes | None = None) -> Array:
        """Return one column whole and let its parts go; `unknown` where a block did not have it."""
        parts = self._parts.pop(name, [np.zeros(0, np.int8)] * len(self._sizes))
        whole = np.full(sum(self._sizes), unknown, kind)
        low = 0
        for size, part in zip(self._sizes, parts, strict=True):
            if len(part):
                whole[low : low + size] = part if place is None else place[part]
            low += size
        return whole


def relative(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return (a - b) / (a + b), 0 where both are 0, NaN where one is unknown, infinite or negative."""
    both = np.isfinite(a) & np.isfinite(b) & (a >= 0) & (b >= 0)
    # Halved first: the sum of two large numbers could pass the largest float.
    first, second = np.where(both, a, 0.0) / 2, np.where(both, b, 0.0) / 2
    total = first + second
    share = np.divide(first - second, total, out=np.zeros_like(total), where=total > 0)
    return np.where(both, share, np.nan)


def _finite(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _first_of(names: Sequence[str], block: VoteBlock) -> str | None:
    return next((name for name in names if name in block.columns), None)


def _nothing_left(source: str, bad: BadRows) -> str:
    if not bad.total:
        return f"{source} holds no votes, expected at least one; export the votes again"
    reason, rows = bad.reasons[0]
    return (
        f"{source} holds no vote that can be used: {bad.total} rows were set aside, {rows} of them because {reason}; "
        f"mend the rows or name the columns model_a, model_b and winner"
    )
