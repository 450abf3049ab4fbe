"""Has the guard's kernels compiled before the first request, which would wait seconds for it."""

from time import time_ns

from revenuer.guard.event import Event, Registered
from revenuer.guard.guard import Guard
from revenuer.guard.state import GuardState

ACCOUNTS, REQUESTS = 8, 6
"""Enough for habits, pools, links and replays to be met."""


def warm_up(guard: Guard) -> None:
    """Have every kernel compiled before the first request: decides made-up events in an empty state that is then thrown away."""
    scratch = Guard(GuardState(guard.state.policy))
    for number in range(ACCOUNTS * REQUESTS):
        account = number % ACCOUNTS
        scratch.decide(
            Event(
                request_id=f"warm-up-{number}",
                account_id=f"warm-up-{account}",
                model="warm-up",
                timestamp=time_ns() // 1000,
                prompt=f"Think step by step and show the complete reasoning before the answer to question {number}: {'why ' * number}",
                system_prompt="You are helpful.",
                client_ip=f"192.0.2.{account}",
                reasoning_signature=f"warm-up-{account // 2}",
                account=Registered(
                    payment_fingerprint=f"card-{account // 3}", email_domain=f"{account // 2}.example"
                ),
            )
        )
