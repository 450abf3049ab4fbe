"""A guard at full speed with a journal, for tests that stop it: `python busy_guard.py JOURNAL`.

For each line NAME on its input it forks a guard, says `forked PID`, and when that has ended `ended CODE` (minus the signal that ended it).
The guard writes to the file JOURNAL.NAME: `ready`, then a line for each measure with the moment at which it was taken (`measure ACCOUNT
MONOTONIC`) and for each flush (`flush EVENTS LAG`), and after a polite signal `closed EVENTS`, when everything is on disk.
"""

import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from revenuer.guard import Event, Guard, GuardState, Policy, Saved
from revenuer.guard.journal import SqliteJournal
from revenuer.guard.journal.turns import take_short_turns
from revenuer.guard.policy import Caps
from revenuer.guard.warm_up import warm_up
from revenuer.records import Action

FLUSH_EVERY_S = 0.1
SIGNATURE = "block"
POLICY = Policy(shadow=False, caps=Caps(max_restricted_per_hour=10**9, max_denied_per_hour=10**9))


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


def run(path: Path, name: str) -> None:
    """Decide until SIGTERM."""
    take_short_turns()
    stop = Stop()
    signal.signal(signal.SIGTERM, stop)
    with open(f"{path}.{name}", "w", buffering=1) as told:
        journal = SqliteJournal(path)
        state = GuardState(POLICY)
        state.restore(journal.load())
        guard = Guard(state, journal)
        signature = f"{SIGNATURE}-{name}"
        guard.decide(event(0, "owner", signature))
        told.write("ready\n")
        number, thief, flush_at = 1, "owner", time.monotonic()
        while not stop.asked:
            if number % 300 == 0:
                thief = f"thief-{name}-{number}"
                decision = guard.decide(event(number, thief, signature))
                assert decision.action is Action.DENY, decision
                told.write(f"measure {thief} {time.monotonic()}\n")
            elif number % 20 == 0:
                guard.decide(event(number, thief, signature))
            else:
                guard.decide(event(number, f"customer-{number % 1000}"))
            number += 1
            if time.monotonic() >= flush_at:
                flush_at = time.monotonic() + FLUSH_EVERY_S
                guard.flush()
                journal.store([Saved("account", "progress", repr((name, flush_at)).encode())])
                told.write(f"flush {number} {journal.status().lag_s}\n")
        guard.flush()
        journal.close()
        told.write(f"closed {number}\n")


def main(path: Path) -> None:
    warm_up(Guard(GuardState(POLICY)))
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(path, line.strip())
            os._exit(0)
        print("forked", child, flush=True)
        _, status = os.waitpid(child, 0)
        print("ended", os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
