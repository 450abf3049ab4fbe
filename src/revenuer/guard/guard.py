"""The guard as the fronts use it: the core with its books kept (journal, metrics, notes to other nodes)."""

from collections.abc import Callable
from typing import Protocol

from revenuer.detect.campaign_index import CampaignIndex
from revenuer.guard.audit import index_fact, policy_fact
from revenuer.guard.core import decide, hear, learn, lift, use_index
from revenuer.guard.event import Aftermath, Event
from revenuer.guard.policy import Policy
from revenuer.guard.saved import Saved
from revenuer.guard.shared_seed import SharedSeeds
from revenuer.guard.state import GuardState
from revenuer.records import Decision


class Journal(Protocol):
    """Where decisions and durable facts go. Neither call may wait for a disk; `sync` may."""

    def record(self, decision: Decision) -> None: ...

    def store(self, saved: list[Saved]) -> None: ...


class Guard:
    """One node's guard. Not thread-safe: one thread (or event loop) owns it and calls it."""

    def __init__(
        self, state: GuardState, journal: Journal | None = None, seeds: SharedSeeds | None = None
    ) -> None:
        """`seeds`: under one secret for all nodes that shall answer alike; without, one of this guard's own."""
        self.state = state
        self.journal = journal
        self.seeds = seeds if seeds is not None else SharedSeeds()
        self.on_decision: list[Callable[[Decision], None]] = []
        self._announced = [policy_fact(state.policy), index_fact(None)]
        self._flushed = False

    def decide(self, event: Event) -> Decision:
        """Return the decision on `event`, already in the books."""
        self.state, decision = decide(event, self.state)
        if decision.limits is not None:
            decision = self.seeds.seeded(decision, event)
        if self.journal is not None:
            self.journal.record(decision)
        for told in self.on_decision:
            told(decision)
        return decision

    def learn(self, aftermath: Aftermath) -> None:
        """Take in how a request went."""
        self.state = learn(aftermath, self.state)

    def hear(self, note: bytes) -> None:
        """Take in a note from the shared order of all nodes."""
        self.state = hear(note, self.state)

    def lift(self, account_id: str, owner: str, why: str, now: int) -> None:
        """Grant an appeal. Raises KeyError where nothing stands against the account."""
        self.state = lift(account_id, owner, why, now, self.state)

    def use_index(self, index: CampaignIndex | None, owner: str = "guard") -> None:
        """Put another campaign index in force, by the wish of `owner`."""
        self.state = use_index(index, self.state)
        self._announce(index_fact(index, owner))

    def set_policy(self, policy: Policy, owner: str = "guard") -> None:
        """Put `policy` in force from the next decision on, by the wish of `owner`."""
        self.state.policy = policy
        self._announce(policy_fact(policy, owner))

    def flush(self) -> None:
        """Hand the journal what changed in the state; called at least once a second by whoever owns the guard."""
        if self.journal is not None:
            saved = [*self._announced, *self.state.take_saved()]
            self._announced.clear()
            self._flushed = True
            if saved:
                self.journal.store(saved)

    def _announce(self, fact: Saved) -> None:
        """Keep what came into force for the journal. What is replaced before the first flush was never in force."""
        if not self._flushed:
            self._announced = [one for one in self._announced if one.kind != fact.kind]
        self._announced.append(fact)
