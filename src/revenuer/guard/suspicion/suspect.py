"""An account that something is known against; a pool of accounts that share a habit; and an operator, taken for one owner of many."""

import msgspec

from revenuer.guard.suspicion.weighing import Place

MAX_SPANS = 160
"""Spans kept of a suspect: those that it shares with other accounts, from prompts that are themselves suspect."""

MAX_VALUES = 256
"""Identity values kept of a suspect: one that changes its address with every request holds no more."""


class Suspect(msgspec.Struct, kw_only=True):
    """What is known against one account. All hashes are the ledger's.

    `organization`: hash, 0 = none; accounts of one organisation are siblings by declaration and say nothing of each other. `values`: the
    identity values it holds. `spans`: by intent, of its positive prompts, shared with others. `intents`: bits of the intents (order of detect.intent.INTENTS) whose
    e-process passed the mark. `declared`: says what it does and was verified. `relays`: sent a reasoning signature in the first turn of a conversation.
    `operator`: the one it is counted to. `replayed`: by operator, foreign signatures that it sent. `lent`: accounts that sent signatures which
    it received. `heard`: by operator, prompts in which it used a word of the operator's vocabulary that it had not used before.
    `sent`: watched spans that it sent. `instructed`: operators whose
    instruction it sent. `indexed`: by campaign of the index, evidence (log10) by the story it tells.
    """

    account_id: str
    organization: int = 0
    since: int = 0
    values: set[int] = msgspec.field(default_factory=set)
    spans: dict[int, set[int]] = msgspec.field(default_factory=dict)
    intents: int = 0
    declared: bool = False
    relays: bool = False
    operator: str | None = None
    replayed: dict[str, int] = msgspec.field(default_factory=dict)
    lent: set[str] = msgspec.field(default_factory=set)
    heard: dict[str, int] = msgspec.field(default_factory=dict)
    sent: set[int] = msgspec.field(default_factory=set)
    instructed: set[str] = msgspec.field(default_factory=set)
    indexed: dict[str, dict[str, float]] = msgspec.field(default_factory=dict)

    def asks(self, intent: int) -> bool:
        """Return whether the account is elevated in `intent`."""
        return intent >= 0 and bool(self.intents >> intent & 1)


class Operator(msgspec.Struct, kw_only=True):
    """A pool of accounts taken for one operator's.

    `place`: the how-manieth that was ever suspected: evidence is discounted by it. `claimed`: peers' campaigns of which its
    founders hold values. `sources`: evidence (log10 of an e-value, discounted)
    that it is one operator that harvests, by kind; `reasons` says it in words. `members`: accounts counted to it. `values`: what they hold ->
    how many of them. `trials`: value -> members with the intent `asks` that it linked. `heavy`: spans that mark it -> members that sent them; `vocabulary`: its words. `elevated`: by intent, members that
    are; `relays`: members that do. `contained`: when the evidence first sufficed (0 = not yet). `answered`: requests of members that were answered since `began`.
    `marked`: members it had when all that it is recognised by was last made known. `replaces`: the operator that it took over from. Times in microseconds.
    """

    name: str
    place: Place
    began: int
    claimed: frozenset[str] = frozenset()
    sources: dict[str, float] = msgspec.field(default_factory=dict)
    reasons: dict[str, str] = msgspec.field(default_factory=dict)
    members: set[str] = msgspec.field(default_factory=set)
    values: dict[int, int] = msgspec.field(default_factory=dict)
    trials: dict[int, int] = msgspec.field(default_factory=dict)
    asks: int = -1
    heavy: dict[int, int] = msgspec.field(default_factory=dict)
    vocabulary: set[int] = msgspec.field(default_factory=set)
    elevated: dict[int, int] = msgspec.field(default_factory=dict)
    relays: int = 0
    requests: int = 0
    answered: int = 0
    last: int = 0
    contained: int = 0
    marked: int = 0
    replaces: str | None = None

    @property
    def main_intent(self) -> int:
        """The intent that most members are elevated in, -1 where none is."""
        return max(self.elevated, key=lambda i: (self.elevated[i], -i), default=-1)

    @property
    def log10_e(self) -> float:
        """The evidence of the best source."""
        return max(self.sources.values(), default=0.0)


class Pool(msgspec.Struct, kw_only=True):
    """Accounts that have one rare span as their habit, in the order they were seen. `log10_e` is the e-process of "they share identity more
    often than strangers do". `values`: identity values that they hold -> how many of them. `matched`: those that share one. `sent`:
    prompts with the span since it is watched, `texts`: the distinct ones among them (hashes)."""

    span: int
    place: Place
    claimed: frozenset[str] = frozenset()
    accounts: list[str] = msgspec.field(default_factory=list)
    organizations: set[int] = msgspec.field(default_factory=set)
    values: dict[int, int] = msgspec.field(default_factory=dict)
    matched: set[str] = msgspec.field(default_factory=set)
    log10_e: float = 0.0
    sent: int = 0
    texts: set[int] = msgspec.field(default_factory=set)
