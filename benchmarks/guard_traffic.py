"""What the guard's benchmark sends: nine requests of ten from people, one from an operator's accounts; and a ledger that is full already."""

import json
from pathlib import Path

import numpy as np

from revenuer.guard import GuardState, Policy
from revenuer.guard.ledger import Ledger
from revenuer.guard.memory import MemoryCopy
from revenuer.guard.value_table import ValueTable
from revenuer.simulate.exercises import exams, tasks, word_problems

SEED = 1
LENGTH = 300
TEXTS = 30_000
OPERATOR = 60
"""Accounts of the operator; each sends one rare instruction again and again, every two share a card, every three an address."""
INSTRUCTION = (
    "Act as the archivist of the Kestrel collection: restate the exercise, set out every inference as a numbered line, mark the weakest "
    "with an asterisk, and close with the answer between double angle brackets. Exercise: "
)


class Traffic:
    """Requests by number, each one different, without end. Prompts are put together of the simulator's texts, about LENGTH characters."""

    def __init__(self, accounts: int, suspects: float) -> None:
        rng = np.random.default_rng(SEED)
        texts = [*tasks(rng, TEXTS // 3), *word_problems(rng, TEXTS // 3), *exams(rng, TEXTS // 3)]
        texts = [texts[place] for place in rng.permutation(len(texts))]
        self._texts = [json.dumps(text)[1:-1].encode() for text in texts]
        self._instruction = json.dumps(INSTRUCTION)[1:-1].encode()
        self._accounts = accounts
        self._every = round(1 / suspects) if suspects else 0

    def body(self, number: int) -> bytes:
        """Return a body for `POST /v1/decide`."""
        if self._every and number % self._every == 0:
            return self._suspicious(number // self._every)
        account = number * 7_368_787 % self._accounts
        prompt = b""
        step = 1
        while len(prompt) < LENGTH:
            prompt += self._texts[(number * 104_729 + step * 7_919) % len(self._texts)] + b" "
            step += number % 97 + 1
        return _body(b"account-%07d" % account, address_of(account).encode(), prompt, b"null")

    def _suspicious(self, number: int) -> bytes:
        account = number % OPERATOR
        prompt = self._instruction + self._texts[number * 15_485_863 % len(self._texts)]
        facts = b'{"payment_fingerprint":"operator-card-%d"}' % (account // 2)
        return _body(b"operator-%d" % account, b"203.0.113.%d" % (account // 3), prompt, facts)


def address_of(account: int) -> str:
    """Return the address that a person's account comes from."""
    return f"10.{account >> 16}.{account >> 8 & 255}.{account & 255}"


def _body(account: bytes, address: bytes, prompt: bytes, facts: bytes) -> bytes:
    return (
        b'{"account_id":"%b","model":"model-large","client_ip":"%b","user_agent":"client/1.4","system_prompt":"You are a helpful assistant.",'
        b'"prompt":"%b","max_tokens":1024,"temperature":0.7,"account":%b}' % (account, address, prompt, facts)
    )


def full_ledger(path: Path, accounts: int) -> None:
    """Write a memory file in which so many accounts have a history of some fifty prompts, and some three identity values each."""
    state = GuardState(Policy(), Ledger(max_accounts=max(accounts, 1 << 20)))
    ledger = state.ledger
    rng = np.random.default_rng(SEED)
    ledger.names = [f"account-{number:07d}" for number in range(accounts)]
    rows = ledger.accounts[:accounts]
    for name in ("bloom", "spans", "addresses", "facts"):
        rows[name] = rng.integers(1, 2**63, rows[name].shape, dtype=np.uint64)
    rows["addresses"][:, 0] = [ledger.hashed("ip", address_of(number)) for number in range(accounts)]
    rows["requests"] = rows["prompts"] = rng.integers(20, 80, accounts)
    rows["counts"] = 2
    rows["log_e"] = -3.0
    rows["fill"] = 100
    rows["first"] = rows["last"] = 1_700_000_000_000_000
    values = rng.integers(1, 2**63, 3 * accounts, dtype=np.uint64)
    ledger.values = ValueTable.of(values, rng.geometric(0.7, len(values)).astype(np.uint32))
    # Some three hundred spans of each account are in it.
    ledger.reach[:] = rng.poisson(accounts * 300 / ledger.reach.shape[1], ledger.reach.shape)
    MemoryCopy(state).finish().write(path)
