"""Runs the core over a past log, on the log's own clock."""

from collections.abc import Callable
from pathlib import Path

from revenuer.detect.keyed_hash import UNKEYED, Key
from revenuer.engine import Engine
from revenuer.guard.event import Aftermath, Event, Registered
from revenuer.guard.guard import Guard
from revenuer.guard.ledger import Ledger
from revenuer.guard.policy import Policy
from revenuer.guard.replay.decision_file import DecisionFile
from revenuer.guard.replay.events import log_batches, steps
from revenuer.guard.replay.patrol import Patrol
from revenuer.guard.state import GuardState
from revenuer.records import UNANSWERED, Action, Decision

BLOCKED_STATUS = {Action.THROTTLE: 429, Action.CHALLENGE: 401, Action.DENY: 403}
"""What a gateway answers instead (RFC 9110, 15.5; RFC 6585, 4)."""


def replay(
    engine: Engine,
    registered: dict[str, Registered],
    policy: Policy,
    decisions: Path,
    on_progress: Callable[[int], None] = lambda _: None,
    *,
    key: Key = UNKEYED,
    patrol: Patrol | None = None,
) -> GuardState:
    """Decide every request of the engine's table `given` in order of time, write `decisions`, and return the state at the end.

    The core learns how a request went after it decided on it, and of one that the decision leaves unanswered, that it was not
    answered: what was not served was not harvested. `on_progress` is told the requests done since it was last called. `key`: what the guard hashes under.
    With `patrol`, the log is scanned from time to time as the guard goes, and what a scan found is in force once it would have been done.
    """
    guard = Guard(GuardState(policy, Ledger(key)))
    with DecisionFile(decisions) as written:
        for batch in log_batches(engine):
            for event, status, finish_reason, output_tokens in steps(batch, registered):
                if patrol is not None and event.timestamp >= patrol.wake:
                    for index in patrol.until(event.timestamp):
                        guard.use_index(index)
                decision = guard.decide(event)
                written.add(decision)
                guard.learn(aftermath(event, decision, status, finish_reason, output_tokens))
            # Nobody stores or shares these in a replay; left in place they would grow with the log.
            guard.state.take_saved()
            guard.state.take_notes()
            on_progress(batch.num_rows)
    return guard.state


def aftermath(
    event: Event, decision: Decision, status: int, finish_reason: str | None, output_tokens: int
) -> Aftermath:
    """Return how a request went: as the log says, unless the decision left it unanswered."""
    if decision.action in UNANSWERED:
        status, finish_reason, output_tokens = BLOCKED_STATUS[decision.action], "error", 0
    return Aftermath(
        request_id=event.request_id,
        account_id=event.account_id,
        timestamp=event.timestamp,
        status=status,
        finish_reason=finish_reason,
        output_tokens=output_tokens,
    )
