"""How often a partner may ask: one bound over all worker processes."""

import mmap
import struct
import zlib

_CELL = struct.Struct("d")
_CELLS = 1 << 16


class RateLimits:
    """The generic cell rate algorithm, one number a partner, in memory that is shared with processes forked later.

    Two workers that ask in the same microsecond may count one request instead of two: a bound on load, not a ledger. Partners whose names fall
    into the same of 65,536 cells share it.
    """

    def __init__(self) -> None:
        self._cells = mmap.mmap(-1, _CELLS * _CELL.size)

    def wait_s(self, partner: str, per_minute: float, burst: int, now_s: float) -> float:
        """Count a request and return 0.0, or how many seconds too early it came; then it is not counted. `now_s`: a monotonic clock that all
        processes share."""
        place = zlib.crc32(partner.encode()) % _CELLS * _CELL.size
        every = 60.0 / per_minute
        due = max(_CELL.unpack_from(self._cells, place)[0], now_s)
        early = due - now_s - every * (burst - 1)
        # A clock that began anew (another boot) never reaches back here: the memory is the server's own.
        if early > 1e-9:
            return float(early)
        _CELL.pack_into(self._cells, place, due + every)
        return 0.0
