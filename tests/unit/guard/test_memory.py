"""The ledger's file: what comes back, what is refused, and what may change while it is copied."""

from pathlib import Path

import numpy as np
import pytest

from revenuer.detect.keyed_hash import Key, derive_key
from revenuer.guard import Event, Guard, GuardState, Policy, Registered
from revenuer.guard.journal.snapshot import read_snapshot, write_snapshot
from revenuer.guard.ledger import Ledger, bytes_of
from revenuer.guard.ledger_kernel import EMITTED
from revenuer.guard.memory import MemoryCopy, load_memory
from revenuer.records import InputError

NOW = 1_780_000_000_000_000


def event(number: int, account: str) -> Event:
    return Event(
        request_id=f"r{number}",
        account_id=account,
        model="m",
        timestamp=NOW + number * 1_000_000,
        client_ip=f"192.0.2.{number % 50}",
        prompt=f"Explain step by step how the committee of town {number} votes on its budget in a year of drought.",
        account=Registered(payment_fingerprint=f"card-{number % 7}", email_domain="example.org"),
    )


def seen(accounts: int = 40, requests: int = 200, ledger: Ledger | None = None) -> GuardState:
    """Return a state after some requests."""
    guard = Guard(GuardState(Policy(), ledger))
    for number in range(requests):
        guard.decide(event(number, f"konto-ä-{number % accounts}"))
    return guard.state


def empty(ledger: Ledger | None = None) -> GuardState:
    return GuardState(Policy(), ledger)


def same(one: Ledger, other: Ledger) -> bool:
    return (
        one.names == other.names
        and one.rows == other.rows
        and np.array_equal(rows_of(one), rows_of(other))
        and np.array_equal(one.reach, other.reach)
        and held(one) == held(other)
        and np.array_equal(one.values.pairs, other.values.pairs)
        and (one.evicted, one.hand, one.values.used, one.values.paired)
        == (other.evicted, other.hand, other.values.used, other.values.paired)
    )


def rows_of(ledger: Ledger) -> np.ndarray:
    """Return the accounts in use, as if no habit had been told."""
    rows = ledger.accounts[: len(ledger.names)].copy()
    rows["counts"] &= ~EMITTED
    return bytes_of(rows)


def held(ledger: Ledger) -> dict[int, int]:
    pairs = zip(ledger.values.keys.tolist(), ledger.values.counts.tolist(), strict=True)
    return {value: count for value, count in pairs if value}


def test_everything_comes_back(tmp_path: Path) -> None:
    state, again = seen(), empty()
    MemoryCopy(state).finish().write(tmp_path / "memory")
    load_memory(tmp_path / "memory", again)
    assert same(state.ledger, again.ledger)
    assert len(again.ledger) == 40


def test_a_restored_ledger_goes_on_as_the_old_one(tmp_path: Path) -> None:
    state, again = seen(), empty()
    MemoryCopy(state).finish().write(tmp_path / "memory")
    load_memory(tmp_path / "memory", again)
    for guard in (Guard(state), Guard(again)):
        for number in range(200, 300):
            guard.decide(event(number, f"konto-ä-{number % 60}"))
    assert same(state.ledger, again.ledger)


def test_an_empty_ledger_and_one_that_forgot_come_back(tmp_path: Path) -> None:
    for state in (empty(), seen(accounts=40, ledger=Ledger(max_accounts=16))):
        again = empty(Ledger(max_accounts=16))
        MemoryCopy(state).finish().write(tmp_path / "memory")
        load_memory(tmp_path / "memory", again)
        assert same(state.ledger, again.ledger)


def test_an_account_that_moves_while_it_is_copied_is_there_once(tmp_path: Path) -> None:
    state = seen(accounts=16, ledger=Ledger(max_accounts=16))
    copy = MemoryCopy(state)
    # As if one were forgotten after its row was copied, and came back in a row that was not: both rows bear its name.
    state.ledger.names[9] = state.ledger.names[3]
    while copy.step():
        pass
    copy.write(tmp_path / "memory")
    again = empty()
    load_memory(tmp_path / "memory", again)
    ledger = again.ledger
    assert len(ledger.names) == len(set(ledger.names)) == len(ledger) == 15
    row = ledger.rows["konto-ä-3"]
    assert rows_of(ledger)[row].tobytes() == rows_of(state.ledger)[9].tobytes()


def test_what_changes_between_two_steps_is_in_the_copy_or_not_but_never_half(tmp_path: Path) -> None:
    state = seen()
    guard, copy, number = Guard(state), MemoryCopy(state), 200
    while copy.step():
        for _ in range(400):
            # New addresses make the table of values move while it is copied.
            state.ledger.values.add(number << 3 | 2, number)
            number += 1
        guard.decide(event(number, f"later-{number}"))
    copy.write(tmp_path / "memory")
    again = empty()
    load_memory(tmp_path / "memory", again)
    assert again.ledger.names == state.ledger.names[:40]
    kept, now = held(again.ledger), held(state.ledger)
    assert kept
    assert all(count <= now[value] for value, count in kept.items())


class Growing(list[str]):
    """A ledger's names, to which the guard's own thread adds one whenever another thread asks how many there are."""

    def __len__(self) -> int:
        size = super().__len__()
        self.append(f"came-{size}")
        return size


def test_a_ledger_that_grows_while_the_copy_is_begun_gives_a_file_that_fits_itself(tmp_path: Path) -> None:
    state = seen()
    state.ledger.names = Growing(state.ledger.names)
    MemoryCopy(state).finish().write(tmp_path / "memory")
    load_memory(tmp_path / "memory", empty())


@pytest.mark.parametrize("key", [derive_key(b"another secret of ours")])
def test_another_key_is_refused(tmp_path: Path, key: Key) -> None:
    MemoryCopy(seen()).finish().write(tmp_path / "memory")
    state = empty(Ledger(key))
    with pytest.raises(InputError, match="another key"):
        load_memory(tmp_path / "memory", state)
    assert len(state.ledger) == 0


def test_more_accounts_than_fit_are_refused(tmp_path: Path) -> None:
    MemoryCopy(seen()).finish().write(tmp_path / "memory")
    with pytest.raises(InputError, match="40 accounts"):
        load_memory(tmp_path / "memory", empty(Ledger(max_accounts=10)))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"meta": {"kind": "else"}}, "none of a guard's memory"),
        ({"meta": {"memory_version": 99}}, "version 99"),
        ({"accounts": np.zeros(40, [("first", np.int64)])}, "another form"),
        ({"name_lengths": np.zeros(3, np.uint32)}, "contradicts"),
        ({"name_lengths": np.full(40, 5000, np.uint32)}, "contradicts"),
        ({"reach": np.zeros((2, 16), np.uint16)}, "contradicts"),
        ({"names": np.full(4, 0xFF, np.uint8)}, "no text"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_whole(
    tmp_path: Path, changed: dict[str, object], why: str
) -> None:
    MemoryCopy(seen()).finish().write(tmp_path / "memory")
    given = read_snapshot(tmp_path / "memory")
    meta = changed.pop("meta", {})
    assert isinstance(meta, dict)
    write_snapshot(tmp_path / "memory", given.arrays | changed, given.meta | meta)  # type: ignore[arg-type]
    state = empty()
    with pytest.raises(InputError, match=why):
        load_memory(tmp_path / "memory", state)
    assert same(state.ledger, Ledger())


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    MemoryCopy(seen()).finish().write(tmp_path / "memory")
    content = bytearray((tmp_path / "memory").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "memory").write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        load_memory(tmp_path / "memory", empty())


def test_saved_bets_do_not_undo_what_the_memory_knows_better() -> None:
    ledger = Ledger()
    row = ledger.row_of("a", 1)
    ledger.accounts["prompts"][row], ledger.accounts["log_e"][row] = 5, 3.0
    early = ledger.bets("a")
    ledger.accounts["prompts"][row], ledger.accounts["log_e"][row] = 50, 1.0
    ledger.restore_bets("a", early)
    assert ledger.intents_of(row) == [1.0] * 4
    fresh = Ledger()
    fresh.restore_bets("a", early)
    assert fresh.intents_of(fresh.rows["a"]) == [3.0] * 4
