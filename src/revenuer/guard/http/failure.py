"""What is answered when the guard cannot decide: the named failure mode of the policy."""

from enum import StrEnum
from typing import NamedTuple

from revenuer.guard.event import Event
from revenuer.guard.policy import Policy
from revenuer.records import Action, Decision

RETRY_S = 1
"""Seconds after which a client that was refused for want of a decision may try again."""


class Failure(StrEnum):
    """Why there is no decision. `shed`: too many requests in work. `deadline`: it would have come too late. `internal`: the guard broke.
    `unidentified`: the front did not say whose request it is."""

    SHED = "shed"
    DEADLINE = "deadline"
    INTERNAL = "internal"
    UNIDENTIFIED = "unidentified"


class FailureMode(NamedTuple):
    """`allows`: whether requests go on without a decision. `deadline_s`: after which an answer is too late."""

    allows: bool
    deadline_s: float


def failure_mode(policy: Policy) -> FailureMode:
    """Return what the policy says of failures: `on_failure` ("allow" or "deny") and `deadline_ms`."""
    return FailureMode(policy.on_failure == "allow", policy.deadline_ms / 1000)


def undecided(event: Event, failure: Failure, mode: FailureMode) -> Decision:
    """Return the answer in place of a decision. It accuses nobody: its reason names the failure."""
    action = Action.ALLOW if mode.allows else Action.DENY
    return Decision(
        request_id=event.request_id,
        timestamp=event.timestamp,
        account_id=event.account_id,
        action=action,
        would=action,
        reason=f"not decided ({failure.value}); the policy says to {action.value} then",
        retry_after_s=None if mode.allows else RETRY_S,
    )
