"""The ledger: what is kept of every account, in flat arrays; and how common spans and identity values are among all accounts."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from revenuer.detect.addresses import one_address
from revenuer.detect.fingerprints import KIND_BITS, SYSTEM
from revenuer.detect.intent import BACKGROUND_RATE, INTENTS, THRESHOLDS, load_model
from revenuer.detect.keyed_hash import UNKEYED
from revenuer.detect.tokens import MAX_TOKENS
from revenuer.guard.event import Event
from revenuer.guard.ledger_kernel import (
    ACCOUNT_ROW,
    ADDRESSES,
    EMITTED,
    HEAD,
    HEAVY_COUNT,
    MAX_HITS,
    OUT_SIZE,
    hash_bytes,
    observe,
)
from revenuer.guard.value_table import ValueTable
from revenuer.records import InputError

BET_SHARE = 0.1
"""Share of positive prompts that the intents' e-processes bet on. A bet loses 0.1 nats on a prompt that is not positive."""
LEAST_RATE = 0.004
"""Share of positive prompts that an innocent account is granted at least, in each intent: a little over the worst BACKGROUND_RATE."""
REACH_CELLS = 1 << 22
SAMPLED = 64
"""Accounts compared when one must give way, as caches do that keep no order."""

KIND_OF_VALUE = {
    "payment_fingerprint": 1,
    "signup_ip": 2,
    "ip": 2,
    "email_domain": 3,
    "organization": 4,
    "signup_window": 5,
    "system_prompt": 6,
    "account": 7,
}
"""Addresses at sign-up and in use are of one kind: an account that is created and used behind one proxy shows one fact."""

_FACTS = ("payment_fingerprint", "signup_ip", "email_domain")
_FACT_OF_KIND = {1: 0, 3: 2, 5: 3}
KNOWN_ADDRESSES = 1 << 17
KNOWN_SYSTEMS = 1 << 12
KNOWN_LENGTH = 1 << 14
"""Addresses and system prompts (of up to KNOWN_LENGTH characters) whose hashes are kept at hand."""
SIGNUP_WINDOW_US = 6 * 3600 * 1_000_000
"""Sign-ups within six hours count as of one night's work."""
NO_INDEX = (np.zeros(1, np.uint64), np.full(1, -1, np.int32))
NO_TEXT = np.zeros(0, np.uint8)
SENT = int(~EMITTED)
"""Bits of a span's count that count; the other one says that the habit was reported."""


class Ledger:
    """Arrays over accounts. `max_accounts` bounds them; who was away longest and is not kept by `flags` gives way. `hand`: where the
    search for the next one goes on."""

    def __init__(self, key: tuple[np.uint64, np.uint64] = UNKEYED, max_accounts: int = 1 << 20) -> None:
        self.key = key
        self.max_accounts = max_accounts
        self.rows: dict[str, int] = {}
        self.names: list[str] = []
        # Address space for all; a page becomes memory when its first account comes. To grow by copying would hold up answers.
        self.accounts: npt.NDArray[np.void] = np.zeros(max_accounts, ACCOUNT_ROW)
        self._spans, self._counts = self.accounts["spans"], self.accounts["counts"]
        self.reach = np.zeros((2, REACH_CELLS), np.uint16)
        self.values = ValueTable()
        self.evicted = 0
        self.hand = 0
        self._addresses: dict[str, int] = {}
        self._systems: dict[str, int] = {}
        model = load_model()
        self._weights, self._bias = model.weights, model.bias
        self._bets = _bets()
        self._tokens = np.zeros((3, MAX_TOKENS), np.uint64)
        self._places = np.zeros((2, MAX_TOKENS), np.int64)
        self._kinds = np.zeros(MAX_TOKENS, np.uint8)
        self.out = np.zeros(OUT_SIZE, np.uint64)

    def row_of(self, account_id: str, now: int) -> int:
        """Return the account's row, a new one if it was never seen (or has been forgotten since)."""
        row = self.rows.get(account_id)
        if row is None:
            row = self._new_row(account_id, now)
        return row

    def observe(
        self,
        row: int,
        now: int,
        address: int,
        system: int,
        prompt: bytes,
        watched: npt.NDArray[np.uint64],
        index: tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]] = NO_INDEX,
    ) -> int:
        """Count one request and its prompt; return the kernel's flags. `out` then holds the details until the next call."""
        data = np.frombuffer(prompt, np.uint8) if prompt else NO_TEXT
        flags: int = observe(
            data, row, now, np.uint64(address), np.uint64(system), self.accounts, self.reach, watched, index[0], index[1], self._weights, self._bias, self._bets,
            self.key[0], self.key[1], self._tokens, self._places, self._kinds, self.out,
        )  # fmt: skip
        return flags

    def reported(self, which: int) -> list[int]:
        """Return the spans that the last prompt reported: 0 heavy, 1 watched, 2 indexed."""
        count = int(self.out[3 + which])
        low = HEAD + which * MAX_HITS
        spans: list[int] = self.out[low : low + count].tolist()
        return spans

    def spans(self) -> npt.NDArray[np.uint64]:
        """Return all spans of the last prompt (a view)."""
        low = HEAD + 3 * MAX_HITS
        return self.out[low : low + int(self.out[2])]

    def reach_of(self, span: int) -> int:
        """Return about how many accounts ever sent `span`; never too few until counts are halved."""
        # The kernel's `reach_of` in Python's numbers: to call into compiled code for two cells takes six times as long.
        last = self.reach.shape[1] - 1
        return min(self.reach.item(0, span & last), self.reach.item(1, span >> 29 & last))

    def register(self, row: int, event: Event) -> None:
        """Keep what is registered of the account: at its first request, or when it is first told."""
        organization, account = event.organization_id, event.account
        if account is not None:
            organization = organization or account.organization_id
            given = (account.payment_fingerprint, account.signup_ip, account.email_domain)
            for i, (kind, value) in enumerate(zip(_FACTS, given, strict=True)):
                if value:
                    text = one_address(value) if kind == "signup_ip" else value
                    self.accounts["facts"][row, i] = self.hashed(kind, text)
            if account.created_at is not None:
                night = str(account.created_at // SIGNUP_WINDOW_US)
                self.accounts["facts"][row, 3] = self.hashed("signup_window", night)
        if organization:
            self.accounts["organization"][row] = self.hashed("organization", organization)

    def told(self, row: int, organization: int, values: Mapping[int, int]) -> None:
        """Keep what another node knows of an account that was not seen here."""
        if organization:
            self.accounts["organization"][row] = organization
        for value, holders in values.items():
            self.values.at_least(value, holders)
            kind = value & 7
            if kind in _FACT_OF_KIND:
                self.accounts["facts"][row, _FACT_OF_KIND[kind]] = value
            elif value not in self.accounts["addresses"][row]:
                at = int(self.accounts["next_address"][row])
                self.accounts["addresses"][row, at] = value
                self.accounts["next_address"][row] = (at + 1) % ADDRESSES

    def organization(self, row: int) -> int:
        """Return the hash of the account's organization, 0 = none known."""
        return int(self.accounts["organization"][row])

    def facts_of(self, row: int) -> set[int]:
        """Return the identity values that the account registered with."""
        return {value for value in self.accounts["facts"][row].tolist() if value}

    def values_of(self, row: int) -> set[int]:
        """Return the identity values that the account registered with or came from lately."""
        return self.facts_of(row) | {value for value in self.accounts["addresses"][row].tolist() if value}

    def newest_address(self, row: int) -> int:
        """Return the address that the account came from last for the first time."""
        return int(self.accounts["addresses"][row, int(self.accounts["next_address"][row]) - 1])

    def count_holder(self, row: int, value: int) -> None:
        """Count the account among the holders of `value`: once, however often it leaves the value and comes back to it."""
        self.values.add(value, self.hashed("account", self.names[row]))

    def intents_of(self, row: int) -> list[float]:
        """Return the intents' e-processes of the account, in nats."""
        values: list[float] = self.accounts["log_e"][row].tolist()
        return values

    def relays(self, row: int) -> bool:
        """Return whether the account began a conversation with a reasoning signature."""
        return bool(self.accounts["relays"][row])

    def bets(self, account_id: str) -> bytes:
        """Return the account's intents' e-processes and the counts behind them, as bytes."""
        held = self.accounts[self.rows[account_id]]
        return bytes(held["log_e"].tobytes() + held["hits"].tobytes() + held["prompts"].tobytes())

    def restore_bets(self, account_id: str, saved: bytes) -> None:
        """Take back what `bets` gave, where the account is not known better already. Raises InputError where the bytes are not such."""
        n = len(INTENTS)
        if len(saved) != 4 * n + 2 * n + 4:
            raise InputError(
                f"the saved e-processes of an account have {len(saved)} bytes, expected {6 * n + 4}: the journal is of another version"
            )
        held = self.accounts[self.row_of(account_id, 0)]
        prompts = np.frombuffer(saved[6 * n :], np.uint32)[0]
        if held["prompts"] >= prompts:
            return
        held["log_e"] = np.frombuffer(saved[: 4 * n], np.float32)
        held["hits"] = np.frombuffer(saved[4 * n : 6 * n], np.uint16)
        held["prompts"] = prompts

    def take_back(
        self,
        names: list[str],
        rows: npt.NDArray[np.uint8],
        reach: npt.NDArray[np.uint16],
        evicted: int,
        hand: int,
    ) -> None:
        """Take accounts (their rows as `bytes_of` gives them), how common spans are, and `hand` from an earlier run, before anything
        was seen."""
        self.names = names
        self.rows = {name: row for row, name in enumerate(names)}
        bytes_of(self.accounts)[: len(names)] = rows
        self.reach = reach
        self.evicted, self.hand = evicted, hand

    def mark(self, row: int) -> None:
        """Keep the account from being forgotten, and have `observe` report it."""
        self.accounts["flags"][row] |= 1

    def unmark(self, account_id: str) -> None:
        """Let the account be forgotten like any other."""
        row = self.rows.get(account_id)
        if row is not None:
            self.accounts["flags"][row] = 0

    def repeats(self, row: int, span: int) -> bool:
        """Return whether `span` is a habit of the account: it sent it in HEAVY_COUNT prompts or more."""
        spans: list[int] = self._spans[row].tolist()
        if span not in spans:
            return False
        counts: list[int] = self._counts[row].tolist()
        return any(
            held == span and count & SENT >= HEAVY_COUNT for held, count in zip(spans, counts, strict=True)
        )

    def address(self, client_ip: str) -> int:
        """Return the hash of an address as it came with a request."""
        known = self._addresses.get(client_ip)
        if known is None:
            if len(self._addresses) >= KNOWN_ADDRESSES:
                self._addresses.clear()
            known = self._addresses[client_ip] = self.hashed("ip", one_address(client_ip))
        return known

    def system(self, system_prompt: str) -> int:
        """Return the span that stands for a whole system prompt."""
        known = self._systems.get(system_prompt)
        if known is None:
            if len(self._systems) >= KNOWN_SYSTEMS:
                self._systems.clear()
            whole = self.hashed("system_prompt", system_prompt)
            known = (whole & ~((1 << KIND_BITS) - 1)) | SYSTEM
            if len(system_prompt) <= KNOWN_LENGTH:
                self._systems[system_prompt] = known
        return known

    def hashed(self, kind: str, value: str) -> int:
        """Return the keyed hash of a value of a kind of KIND_OF_VALUE."""
        data = np.frombuffer(value.encode("utf-8", "surrogatepass") or b"\0", np.uint8)
        return int(hash_bytes(data, np.uint64(KIND_OF_VALUE[kind]), self.key[0], self.key[1]))

    def __len__(self) -> int:
        return len(self.rows)

    def _new_row(self, account_id: str, now: int) -> int:
        if len(self.names) < self.max_accounts:
            row = len(self.names)
            self.names.append(account_id)
        else:
            row = self._longest_away()
            del self.rows[self.names[row]]
            self.names[row] = account_id
            self.evicted += 1
        self.rows[account_id] = row
        self.accounts[row] = np.zeros((), ACCOUNT_ROW)
        self.accounts[row]["first"] = now
        return row

    def _longest_away(self) -> int:
        """Return the row, of the next SAMPLED that nobody suspects, whose account was away longest: about the oldest of all.

        When all are suspects one of them gives way: what is known against it stays in the books, and a gateway must not stop over it.
        """
        for _ in range(0, self.max_accounts, SAMPLED):
            rows = np.arange(self.hand, self.hand + SAMPLED) % self.max_accounts
            self.hand = int(rows[-1]) + 1
            free = rows[self.accounts["flags"][rows] == 0]
            if len(free):
                return int(free[np.argmin(self.accounts["last"][free])])
        return int(rows[np.argmin(self.accounts["last"][rows])])

    def halve_reach(self) -> None:
        """Let the counts of spans fade, so that what was common a long time ago does not stay so."""
        self.reach >>= 1


def bytes_of(accounts: npt.NDArray[np.void]) -> npt.NDArray[np.uint8]:
    """Return the rows as bytes (a view): numpy copies records field by field, seventy times slower."""
    return accounts.view(np.uint8).reshape(len(accounts), accounts.itemsize)


def _bets() -> npt.NDArray[np.float32]:
    """Return (3, intents): nats for a positive prompt, nats for another one, and the score from which a prompt is positive."""
    rate = np.array([max(2 * BACKGROUND_RATE[name], LEAST_RATE) for name in INTENTS])
    return np.array(
        [
            np.log(BET_SHARE / rate),
            np.log((1 - BET_SHARE) / (1 - rate)),
            [THRESHOLDS[name] for name in INTENTS],
        ],
        np.float32,
    )
