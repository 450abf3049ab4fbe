"""The books: suspects, pools and operators, and who is looked up by what."""

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from revenuer.detect.campaign_index import CampaignIndex
from revenuer.guard.assessment import Assessment
from revenuer.guard.ledger import NO_INDEX, Ledger
from revenuer.guard.span_table import FIRST_SLOTS, SpanTable
from revenuer.guard.suspicion.suspect import MAX_VALUES, Operator, Pool, Suspect
from revenuer.guard.suspicion.weighing import Place, Queue

MAX_HABITS = 300_000
"""Spans of which it is remembered who has them as a habit; when full, those that are no pool's go, oldest first."""
MAX_POOLS = 20_000
"""Pools watched at once; when full, those with the least evidence go."""
MAX_SUSPECTS = 50_000
"""Suspects kept beside the members of contained operators, and at most one for every second account that the ledger has room for."""
REMARKED_AT = 1.15
"""What an operator is recognised by is gone through anew when it has grown by this factor: as the ledger grows, more values link."""
NAME_DIGITS = 8
MERGE_FREELY = 4
LEAST_CAP = 20
CAP_SHARE = 0.003
"""An identity value that more accounts hold than max(20, 0.3 %) links nobody: offices, carriers, VPN exits, public mail."""
LEAST_CLAIM_CAP = 200
CLAIM_CAP_SHARE = 0.02
"""A claim that more accounts fit than max(200, 2 %) names a carrier or a public template."""


class Books:
    """Everything that is suspected at one moment. Only the functions of `revenuer.guard.suspicion` change it.

    `holders`: identity value -> suspects that hold it. `habits`: span -> accounts that have it as a habit (a list until it is a pool's).
    `marked_values`, `marked_spans`: values and spans by which members of contained operators are recognised. `watched`: spans that the kernel
    reports. `declared`: accounts that say what they do and were verified; they belong to no operator. `renamed`: operators that were
    merged into others. `learnt`, `compared`: operator -> members when its
    vocabulary was learnt, or compared with others'. `claimed`: account -> claims of the index that it fits, `claimants`: claim -> accounts that do (not
    kept over a restart: accounts are looked up again). `operator_queue`, `pool_queue`: who was suspected before whom. `judged`: of accounts under a measure, when they were judged last and how. `changed`: names of what was changed, for whoever stores
    it. With `sharing`, what other nodes must hear is kept: `news` (suspects), `habits_told` and `crossed` signatures.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.watched = SpanTable()
        self.suspects: dict[str, Suspect] = {}
        self.operators: dict[str, Operator] = {}
        self.holders: dict[int, list[str]] = {}
        self.habits: dict[int, list[str]] = {}
        self.pools: dict[int, Pool] = {}
        self.marked_values: dict[int, str] = {}
        self.marked_spans: dict[int, set[str]] = {}
        self.declared: set[str] = set()
        self.renamed: dict[str, str] = {}
        self.index: CampaignIndex | None = None
        self.elevated: dict[int, int] = {}
        self.learnt: dict[str, int] = {}
        self.compared: dict[str, int] = {}
        self.relays = 0
        self.contained = 0
        self.operator_queue = Queue()
        self.pool_queue = Queue()
        self.claimed: dict[str, frozenset[str]] = {}
        self.claimants: dict[str, int] = {}
        self.indexes_seen = 0
        self.judged: dict[str, tuple[int, Assessment]] = {}
        self.changed: set[tuple[str, str]] = set()
        self.news: set[str] = set()
        self.habits_told: list[tuple[str, int]] = []
        self.crossed: list[tuple[str, str]] = []
        self.sharing = False

    def cap(self) -> float:
        """Return how many accounts may hold a value that still links."""
        return max(LEAST_CAP, CAP_SHARE * len(self.ledger))

    def links(self, value: int) -> bool:
        """Return whether so few hold `value` that sharing it says something."""
        return self.ledger.values.holders(value) <= self.cap()

    def claim(self, account_id: str, claim: str) -> None:
        """Take in that an account holds a value of a peer's claim. That is no suspicion: it matters when its account founds an operator or a
        pool. A claim that very many accounts fit says nothing, and is heard no more."""
        known = self.claimed.get(account_id, frozenset())
        count = self.claimants.get(claim, 0)
        if claim in known or count >= max(LEAST_CLAIM_CAP, CLAIM_CAP_SHARE * len(self.ledger)):
            return
        self.claimants[claim] = count + 1
        self.claimed[account_id] = known | {claim}

    def claims_of(self, accounts: Iterable[str]) -> frozenset[str]:
        """Return the claims that all of `accounts` fit."""
        found = [self.claimed.get(name, frozenset()) for name in accounts]
        return frozenset.intersection(*found) if found else frozenset()

    def suspect(self, account_id: str, now: int) -> Suspect:
        """Return the suspect of that name, a new one if it was none; its account must be in the ledger."""
        known = self.suspects.get(account_id)
        if known is not None:
            return known
        row = self.ledger.rows[account_id]
        found = Suspect(
            account_id=account_id,
            organization=self.ledger.organization(row),
            since=now,
            values=self.ledger.values_of(row),
            relays=self.ledger.relays(row),
            declared=account_id in self.declared,
        )
        self.add_suspect(found)
        self.ledger.mark(row)
        return found

    def add_suspect(self, suspect: Suspect) -> None:
        self.suspects[suspect.account_id] = suspect
        for value in suspect.values:
            self.holders.setdefault(value, []).append(suspect.account_id)
        self.changed.add(("suspect", suspect.account_id))

    def declare(self, account_id: str, declared: bool) -> None:
        """Take in whether an account says what it does and was verified; who does belongs to no operator from now on."""
        if declared == (account_id in self.declared):
            return
        (self.declared.add if declared else self.declared.discard)(account_id)
        suspect = self.suspects.get(account_id)
        if suspect is not None:
            suspect.declared = declared
            if declared:
                self.leave(suspect)

    def returns(self, suspect: Suspect, row: int) -> None:
        """Give a suspect's account, of which the ledger knew nothing (any more), back what is known of it."""
        self.ledger.mark(row)
        suspect.organization = self.ledger.organization(row)
        if suspect.relays:
            self.ledger.accounts["relays"][row] = 1
        for value in sorted(self.ledger.facts_of(row)):
            self.gains_value(suspect, value)

    def make_room(self, account_id: str) -> None:
        """Forget the oldest suspects, when there are too many, but for that account and the members of contained operators."""
        if len(self.suspects) <= min(MAX_SUSPECTS, max(self.ledger.max_accounts // 2, 1)):
            return
        free = [
            one for one in self.suspects.values() if one.account_id != account_id and not self.belongs(one)
        ]
        for suspect in free[: max(len(free) // 4, 1)]:
            self._forget(suspect)

    def belongs(self, suspect: Suspect) -> bool:
        """Return whether the suspect is counted to a contained operator."""
        operator = self.operator_of(suspect)
        return operator is not None and operator.contained > 0

    def _forget(self, suspect: Suspect) -> None:
        self.leave(suspect)
        for value in suspect.values:
            self.holders[value].remove(suspect.account_id)
            if not self.holders[value]:
                del self.holders[value]
        for intent in range(suspect.intents.bit_length()):
            if suspect.asks(intent):
                self.elevated[intent] -= 1
        del self.suspects[suspect.account_id]
        self.judged.pop(suspect.account_id, None)
        self.ledger.unmark(suspect.account_id)
        self.changed.add(("suspect", suspect.account_id))

    def tell(self, suspect: Suspect) -> None:
        """Note that a suspect changed in what other nodes must hear."""
        self.changed.add(("suspect", suspect.account_id))
        if self.sharing:
            self.news.add(suspect.account_id)

    def gains_value(self, suspect: Suspect, value: int) -> None:
        """Note that a suspect holds one more identity value."""
        if value in suspect.values or len(suspect.values) >= MAX_VALUES:
            return
        suspect.values.add(value)
        self.holders.setdefault(value, []).append(suspect.account_id)
        operator = self.operator_of(suspect)
        if operator is not None:
            operator.values[value] = operator.values.get(value, 0) + 1
            self._mark_values(operator, (value,))
        self.tell(suspect)

    def begins_with_signature(self, row: int, suspect: Suspect | None) -> None:
        """Note that an account sent a reasoning signature in the first turn of a conversation, in which it can have received none."""
        self.ledger.accounts["relays"][row] = 1
        self.relays += 1
        if suspect is not None:
            suspect.relays = True
            self.tell(suspect)
            operator = self.operator_of(suspect)
            if operator is not None:
                operator.relays += 1

    def operator(self, name: str) -> Operator | None:
        """Return the operator of that name, or the one that it was merged into."""
        while name in self.renamed:
            name = self.renamed[name]
        return self.operators.get(name)

    def present_name(self, name: str) -> str:
        """Return the name that the operator of that name goes by now; the same where no operator is known by it."""
        operator = self.operator(name)
        return operator.name if operator is not None else name

    def operator_of(self, suspect: Suspect) -> Operator | None:
        return self.operator(suspect.operator) if suspect.operator is not None else None

    def new_operator(self, now: int, founders: Iterable[str]) -> Operator:
        """Return a new operator, named after what founded it, so that nodes that see the same found the same."""
        founded = list(founders)
        claims = self.claims_of(founded)
        place = self.operator_queue.take(bool(claims))
        found = Operator(name=self._free_name(founded), place=place, began=now, last=now, claimed=claims)
        self.operators[found.name] = found
        self.changed.add(("operator", found.name))
        return found

    def known_operator(self, name: str, now: int) -> Operator:
        """Return a new operator under the name that a scan gave it; having been looked for elsewhere, it costs no discount here."""
        found = self.operators[name] = Operator(name=name, place=Place(ordinal=1), began=now, last=now)
        self.changed.add(("operator", name))
        return found

    @property
    def index_table(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
        """The table that the kernel asks for indexed spans."""
        return (self.index.table_keys, self.index.table_rows) if self.index is not None else NO_INDEX

    def join(self, operator: Operator, suspect: Suspect) -> None:
        """Count a suspect that belongs to no operator yet to this one."""
        if suspect.operator is not None or suspect.declared:
            return
        suspect.operator = operator.name
        operator.members.add(suspect.account_id)
        for value in suspect.values:
            operator.values[value] = operator.values.get(value, 0) + 1
        for span in suspect.sent & operator.heavy.keys():
            operator.heavy[span] += 1
        _count_intents(operator, suspect, 1)
        self._mark_values(operator, suspect.values)
        self.changed |= {("operator", operator.name), ("suspect", suspect.account_id)}

    def mark_heavy(self, operator: Operator, spans: Iterable[int]) -> None:
        """Let `spans` mark the operator; counts those of its members that sent them."""
        for span in spans:
            if span not in operator.heavy:
                operator.marked = 0
                operator.heavy[span] = sum(span in self.suspects[name].sent for name in operator.members)

    def sends(self, suspect: Suspect, spans: Iterable[int]) -> None:
        """Note that a suspect sent watched spans."""
        new = set(spans).difference(suspect.sent)
        if not new:
            return
        suspect.sent.update(new)
        self.changed.add(("suspect", suspect.account_id))
        operator = self.operator_of(suspect)
        for span in new if operator is not None else ():
            if operator is not None and span in operator.heavy:
                operator.heavy[span] += 1

    def leave(self, suspect: Suspect) -> None:
        """Take a suspect out of its operator."""
        operator = self.operator_of(suspect)
        suspect.operator = None
        if operator is None:
            return
        operator.members.discard(suspect.account_id)
        for value in suspect.values:
            if operator.values.get(value, 0) > 1:
                operator.values[value] -= 1
            else:
                operator.values.pop(value, None)
        for span in suspect.sent & operator.heavy.keys():
            operator.heavy[span] -= 1
        _count_intents(operator, suspect, -1)
        if not operator.members and not operator.contained:
            del self.operators[operator.name]
            self.learnt.pop(operator.name, None)
        self.changed |= {("operator", operator.name), ("suspect", suspect.account_id)}

    def merge(self, into: Operator, other: Operator) -> Operator:
        """Make one operator of two and return it."""
        if into is other:
            return into
        self.renamed[other.name] = into.name
        del self.operators[other.name]
        for name in sorted(other.members):
            member = self.suspects[name]
            member.operator = None
            self.join(into, member)
        for kind, log10_e in other.sources.items():
            if log10_e > into.sources.get(kind, 0.0):
                into.sources[kind] = log10_e
                into.reasons[kind] = other.reasons[kind]
        if into.asks < 0:
            into.asks, into.trials = other.asks, dict(other.trials)
        elif into.asks == other.asks:
            for value, linked in other.trials.items():
                into.trials[value] = into.trials.get(value, 0) + linked
        self.mark_heavy(into, other.heavy)
        into.vocabulary |= other.vocabulary if into.main_intent == other.main_intent else set()
        self._remark(other, into)
        into.replaces = into.replaces or (other.replaces if other.replaces != into.name else None)
        into.began = min(into.began, other.began)
        into.last = max(into.last, other.last)
        into.requests += other.requests
        into.answered += other.answered
        if into.contained and other.contained:
            self.contained -= 1
        elif into.contained or other.contained:
            into.marked = 0
        into.contained = min((t for t in (into.contained, other.contained) if t), default=0)
        self.changed |= {("operator", into.name), ("operator", other.name)}
        return into

    def join_all(self, accounts: Iterable[Suspect], now: int, *, merge: bool) -> Operator:
        """Return the one operator of these suspects, the largest of those they belong to, or a new one. With `merge` all of theirs become
        one; without, only those of fewer than MERGE_FREELY members: one shared proxy must not make one of two campaigns."""
        suspects = list(accounts)
        theirs = {o.name: o for o in map(self.operator_of, suspects) if o is not None}
        if theirs:
            into = max(theirs.values(), key=lambda o: (len(o.members), -o.place.ordinal))
            for other in theirs.values():
                if other is not into and (merge or len(other.members) < MERGE_FREELY):
                    self.merge(into, other)
        else:
            into = self.new_operator(now, (suspect.account_id for suspect in suspects))
        for suspect in suspects:
            self.join(into, suspect)
        return into

    def mark(self, operator: Operator) -> None:
        """Make known by what the accounts of a contained operator are recognised."""
        if operator.marked and len(operator.members) < REMARKED_AT * operator.marked:
            return
        operator.marked = max(len(operator.members), 1)
        self._mark_values(operator, operator.values)
        for span in operator.heavy:
            self.marked_spans.setdefault(span, set()).add(operator.name)
        self.watch(operator.heavy)

    def _mark_values(self, operator: Operator, values: Iterable[int]) -> None:
        if operator.contained:
            for value in values:
                if self.links(value):
                    self.marked_values[value] = operator.name

    def _remark(self, other: Operator, into: Operator) -> None:
        """Let the spans that marked `other` mark the operator that it is merged into, as far as they are its own."""
        for span in {*other.heavy, *other.vocabulary}:
            if other.name in self.marked_spans.get(span, ()):
                self.unmark(span, other.name)
                if span in into.heavy or span in into.vocabulary:
                    self.marked_spans.setdefault(span, set()).add(into.name)

    def _free_name(self, founders: Iterable[str]) -> str:
        """Return G- and a keyed hash of the founders (account ids in any order): 8 hex digits, more where that name is taken."""
        key = np.array(self.ledger.key, "<u8").tobytes()
        digest = hashlib.blake2b(
            "\n".join(sorted(founders)).encode("utf-8", "surrogatepass"), key=key
        ).hexdigest()
        names = (f"G-{digest[:digits]}" for digits in range(NAME_DIGITS, len(digest)))
        return next(name for name in names if name not in self.operators and name not in self.renamed)

    def watch(self, spans: Iterable[int]) -> None:
        """Let the kernel report these spans from now on."""
        for span in spans:
            self.watched.add(span)
        if self.watched.used > 2 * (len(self.pools) + len(self.marked_spans)) + FIRST_SLOTS:
            self.rebuild_watch()

    def rebuild_watch(self) -> None:
        """Let the kernel report only what still belongs to a pool or an operator."""
        live = set(self.pools) | set(self.marked_spans)
        self.watched.keep(np.fromiter(live, np.uint64, len(live)))

    def unmark(self, span: int, name: str) -> None:
        """Let `span` no longer stand for the operator of that name."""
        names = self.marked_spans.get(span)
        if names is not None:
            names.discard(name)
            if not names:
                del self.marked_spans[span]


def _count_intents(operator: Operator, suspect: Suspect, by: int) -> None:
    operator.relays += by * suspect.relays
    for intent in range(suspect.intents.bit_length()):
        if suspect.asks(intent):
            operator.elevated[intent] = operator.elevated.get(intent, 0) + by
