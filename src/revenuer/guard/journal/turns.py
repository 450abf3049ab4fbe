"""How the journal's thread gets its turn beside a busy core."""

import sys

TURN_S = 0.001


def take_short_turns() -> None:
    """Have the interpreter change threads every millisecond. The journal's thread waits for it after each statement: at 5 ms each, the
    default, facts would come late to the disk. To be called by a program that owns its process."""
    sys.setswitchinterval(TURN_S)
