"""Has the guard's kernels compiled before the first request, which would wait seconds for it."""

from time import time_ns

from revenuer.guard.event import Event
from revenuer.guard.guard import Guard
from revenuer.guard.state import GuardState


def warm_up(guard: Guard) -> None:
    """Have every kernel compiled before the first request: decides a made-up event in an empty state that is then thrown away."""
    scratch = Guard(GuardState(guard.state.policy))
    for number in range(3):
        scratch.decide(
            Event(
                request_id=f"warm-up-{number}",
                account_id=f"warm-up-{number % 2}",
                model="warm-up",
                timestamp=time_ns() // 1000,
                prompt="Explain how a bill becomes a law, step by step, and name each committee on its way. "
                * 4,
                system_prompt="You are helpful.",
                client_ip="192.0.2.1",
                reasoning_signature="warm-up",
            )
        )
