"""One JSON array, read piece by piece -> the bytes of each of its entries."""

from collections.abc import Iterable, Iterator

import numpy as np

from revenuer.records import InputError

MAX_ENTRY_BYTES = 64 << 20
_STRUCTURE = np.zeros(256, bool)
_STRUCTURE[list(b'"{}[],')] = True
_QUOTE, _BACKSLASH, _COMMA = b'"\\,'
_STEP = np.zeros(256, np.int8)
_STEP[list(b"{[")] = 1
_STEP[list(b"}]")] = -1


def json_entries(chunks: Iterable[bytes], file: str) -> Iterator[bytes]:
    """Yield the entries of the JSON array that `chunks` hold, without the blanks around them; what follows the array is one more.

    An entry's own JSON is not checked; the last is given as it is where the array does not end. Raises InputError for an entry
    of more than MAX_ENTRY_BYTES.
    """
    pending, begun = b"", False
    parts = iter(chunks)
    for chunk in parts:
        pending += chunk
        if not begun:
            pending = pending.lstrip()
            begun, pending = pending.startswith(b"["), pending[1:]
        cuts, ended = _cuts(pending)
        for low, high in zip([0, *(cut + 1 for cut in cuts)], cuts, strict=False):
            if entry := pending[low:high].strip():
                yield entry
        pending = pending[cuts[-1] + 1 :] if cuts else pending
        if ended:
            pending += b"".join(parts)
            break
        if len(pending) > MAX_ENTRY_BYTES:
            raise InputError(
                f"{file} has an entry of more than {MAX_ENTRY_BYTES >> 20} MiB, expected one object a vote; write one object a line"
            )
    if entry := pending.strip():
        yield entry


def _cuts(text: bytes) -> tuple[list[int], bool]:
    """Return the places in `text`, which begins between two entries, of the commas between entries and of the array's end; and
    whether it ends here."""
    data = np.frombuffer(text, np.uint8)
    places = np.flatnonzero(_STRUCTURE[data])
    signs = data[places]
    quote = signs == _QUOTE
    quote[quote] = ~_escaped(data, places[quote])
    outside = np.cumsum(quote) % 2 == 0
    depth = np.cumsum(np.where(outside, _STEP[signs], 0))
    over = np.flatnonzero(depth < 0)
    last = int(over[0]) if len(over) else len(places)
    cut = (signs == _COMMA) & outside & (depth == 0)
    cut[last:] = False
    found: list[int] = places[cut].tolist()
    return ([*found, int(places[last])], True) if len(over) else (found, False)


def _escaped(data: np.ndarray, quotes: np.ndarray) -> np.ndarray:
    """Tell which of `quotes` an odd number of backslashes stands before."""
    backslashes = np.flatnonzero(data == _BACKSLASH)
    if not len(backslashes):
        return np.zeros(len(quotes), bool)
    begins = np.flatnonzero(np.diff(backslashes, prepend=-2) != 1)
    lengths = np.diff(begins, append=len(backslashes))
    after = backslashes[begins] + lengths
    escaped: np.ndarray = np.isin(quotes, after[lengths % 2 == 1], assume_unique=True)
    return escaped
