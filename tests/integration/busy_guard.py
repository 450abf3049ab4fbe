"""A guard at full speed with a journal, for tests that kill it: `python busy_guard.py JOURNAL ROUND`.

Prints `ready`, then a line for each measure with the moment at which it was taken (`measure ACCOUNT MONOTONIC`) and for each flush
(`flush EVENTS LAG`), and after a polite signal `closed EVENTS`, when everything is on disk.
"""

import signal
import sys
import time
from pathlib import Path
from types import FrameType

from revenuer.guard import Event, Guard, GuardState, Policy, Saved
from revenuer.guard.journal import SqliteJournal
from revenuer.records import Action

FLUSH_EVERY_S = 0.1
SIGNATURE = "block"


class Stop:
    """Set by SIGTERM."""

    asked = False

    def __call__(self, _: int, __: FrameType | None) -> None:
        self.asked = True


def event(number: int, account: str, signature: str | None = None) -> Event:
    return Event(
        request_id=f"r{number}",
        account_id=account,
        model="m",
        timestamp=time.time_ns() // 1000,
        reasoning_signature=signature,
    )


def main(path: Path, name: str) -> None:
    stop = Stop()
    signal.signal(signal.SIGTERM, stop)
    journal = SqliteJournal(path)
    state = GuardState(Policy(shadow=False))
    state.restore(journal.load())
    guard = Guard(state, journal)
    guard.decide(event(0, "owner", SIGNATURE))
    print("ready", flush=True)
    number, thief, flush_at = 1, "owner", time.monotonic()
    while not stop.asked:
        if number % 300 == 0:
            thief = f"thief-{name}-{number}"
            decision = guard.decide(event(number, thief, SIGNATURE))
            assert decision.action is Action.DENY
            print("measure", thief, time.monotonic(), flush=True)
        elif number % 20 == 0:
            guard.decide(event(number, thief, SIGNATURE))
        else:
            guard.decide(event(number, f"customer-{number % 1000}"))
        number += 1
        if time.monotonic() >= flush_at:
            flush_at = time.monotonic() + FLUSH_EVERY_S
            guard.flush()
            journal.store([Saved("account", "progress", repr((name, number, flush_at)).encode())])
            print("flush", number, journal.status().lag_s, flush=True)
    guard.flush()
    journal.close()
    print("closed", number, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
