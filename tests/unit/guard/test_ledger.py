"""The ledger: rows, what is registered, eviction that forgets nothing it must keep and mixes nobody up."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.guarded import NOON, event
from builders.live import ASKS
from builders.signal_cases import INSTRUCTION
from revenuer.guard.event import Registered
from revenuer.guard.ledger import Ledger
from revenuer.guard.ledger_kernel import ACCOUNT_ROW, EMITTED, FIRST, SUSPECT, reach_of

NOTHING_WATCHED = np.zeros(1, np.uint64)


def seen(ledger: Ledger, name: str, prompt: str = "", address: int = 0, now: int = NOON) -> int:
    row = ledger.row_of(name, now)
    flags = ledger.observe(row, now, address, 0, prompt.encode(), NOTHING_WATCHED)
    if flags & FIRST:
        of = event(name)
        of.account = Registered(payment_fingerprint=f"card-{name}", email_domain=f"{name}.example")
        ledger.register(row, of)
    return flags


def test_an_account_of_nobody_has_no_values() -> None:
    ledger = Ledger(max_accounts=8)
    row = ledger.row_of("", NOON)
    ledger.register(row, event(""))
    assert ledger.values_of(row) == set()
    assert ledger.organization(row) == 0


def test_a_value_of_one_kind_is_none_of_another() -> None:
    ledger = Ledger(max_accounts=8)
    assert ledger.hashed("ip", "x") != ledger.hashed("email_domain", "x")
    assert ledger.hashed("ip", "x") == ledger.hashed("signup_ip", "x")
    assert all(ledger.hashed(kind, "") & 7 for kind in ("ip", "organization", "signup_window"))
    assert ledger.hashed("organization", "\ud800") != 0


@pytest.mark.parametrize(
    ("given", "short"),
    [
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("192.0.2.7", "192.0.2.7"),
        ("no:address", "no:address"),
        ("", ""),
    ],
)
def test_an_address_is_known_in_every_spelling(given: str, short: str) -> None:
    ledger = Ledger(max_accounts=8)
    assert ledger.address(given) == ledger.hashed("ip", short)


def test_a_clock_that_jumps_back_takes_nothing_back() -> None:
    ledger = Ledger(max_accounts=8)
    seen(ledger, "a", now=NOON)
    seen(ledger, "a", now=NOON - 10**12)
    assert ledger.accounts["last"][ledger.rows["a"]] == NOON


def test_a_new_account_gets_a_clean_row() -> None:
    """Nothing of the account that gave way shows in the one that took its row: facts, habits, memory, evidence."""
    ledger = Ledger(max_accounts=2)
    for i in range(6):
        seen(ledger, "old", f"{INSTRUCTION} {ASKS['cot']}", address=11 + i)
    old = ledger.rows["old"]
    ledger.accounts["relays"][old] = 1
    seen(ledger, "other", now=NOON + 1)
    row = ledger.row_of("new", NOON + 2)
    assert row == old
    assert "old" not in ledger.rows
    expected = np.zeros((), ACCOUNT_ROW)
    expected["first"] = NOON + 2
    assert ledger.accounts[row] == expected
    assert ledger.names[row] == "new"
    assert ledger.evicted == 1


names = st.sampled_from([f"n{i}" for i in range(30)])


@given(st.lists(st.tuples(names, st.booleans()), max_size=120))
@settings(max_examples=50, deadline=None)
def test_eviction_forgets_no_suspect_and_mixes_nobody_up(requests: list[tuple[str, bool]]) -> None:
    """Up to seven of eight accounts are suspects; each that is in the ledger has its own card and its own count of requests."""
    ledger = Ledger(max_accounts=8)
    suspects: set[str] = set()
    counts: dict[str, int] = {}
    for now, (name, suspect) in enumerate(requests):
        flags = seen(ledger, name, "hello there my friend", now=NOON + now)
        counts[name] = 1 if flags & FIRST else counts[name] + 1
        assert bool(flags & SUSPECT) == (name in suspects)
        if suspect and len(suspects) < 7:
            ledger.mark(ledger.rows[name])
            suspects.add(name)
        assert suspects <= ledger.rows.keys()
        assert len(ledger) <= 8
        for known, row in ledger.rows.items():
            assert ledger.names[row] == known
            assert ledger.accounts["requests"][row] == counts[known]
            assert ledger.accounts["facts"][row, 0] == ledger.hashed("payment_fingerprint", f"card-{known}")


def test_of_many_the_one_away_longest_gives_way() -> None:
    ledger = Ledger(max_accounts=64)
    for i in range(64):
        seen(ledger, f"a{i}", now=NOON + (i * 7) % 64)
    seen(ledger, "new", now=NOON + 100)
    assert "a0" not in ledger.rows


def test_a_ledger_full_of_suspects_still_takes_a_new_account() -> None:
    """A gateway must not stop because an attacker made every account of the ledger a suspect."""
    ledger = Ledger(max_accounts=8)
    for i in range(8):
        seen(ledger, f"s{i}", now=NOON + i)
        ledger.mark(ledger.rows[f"s{i}"])
    assert not seen(ledger, "new", now=NOON + 9) & SUSPECT
    assert "s0" not in ledger.rows
    assert len(ledger) == 8


def test_roaming_over_the_same_addresses_makes_nobody_many() -> None:
    """One account on eight proxies, of which it keeps six in mind: each has one holder, however often it comes round."""
    ledger = Ledger(max_accounts=64)
    values = [ledger.address(f"192.0.2.{i}") for i in range(8)]
    for turn in range(40):
        seen(ledger, "a", address=values[turn % 8])
        ledger.count_holder(ledger.rows["a"], ledger.newest_address(ledger.rows["a"]))
    assert [ledger.values.holders(value) for value in values] == [1] * 8


def test_a_habit_is_one_of_the_account_alone() -> None:
    ledger = Ledger(max_accounts=8)
    for i in range(4):
        seen(ledger, "a", f"{INSTRUCTION} {i} and {i * 17} {'x' * i}")
        seen(ledger, "b", "something else every time " + "abcdef"[i] * 9)
    habits = [span for span in ledger.accounts["spans"][ledger.rows["a"]].tolist() if span]
    assert any(ledger.repeats(ledger.rows["a"], span) for span in habits)
    assert not any(ledger.repeats(ledger.rows["b"], span) for span in habits)


def test_counts_of_spans_fade() -> None:
    ledger = Ledger(max_accounts=64)
    for i in range(10):
        seen(ledger, f"a{i}", INSTRUCTION)
    span = int(ledger.spans()[0])
    assert ledger.reach_of(span) == 10
    ledger.halve_reach()
    assert ledger.reach_of(span) == 5


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=50), st.integers(0, 2**64 - 1))
def test_how_common_a_span_is_agrees_with_the_kernel(common: list[int], span: int) -> None:
    ledger = Ledger(max_accounts=8)
    last = ledger.reach.shape[1] - 1
    for one in common:
        ledger.reach[0, one & last] += 1
        ledger.reach[1, one >> 29 & last] += 1
    for one in (*common, span):
        assert ledger.reach_of(one) == reach_of(ledger.reach, np.uint64(one))
    assert ledger.reach_of(common[0]) >= 1


def test_a_span_is_repeated_where_any_of_its_places_was_counted_often() -> None:
    ledger = Ledger(max_accounts=8)
    row = ledger.row_of("a", NOON)
    ledger.accounts["spans"][row, :4] = (7, 9, 7, 11)
    ledger.accounts["counts"][row, :4] = (0, 2, 4, EMITTED | np.uint16(3))
    assert [ledger.repeats(row, span) for span in (7, 8, 9, 11)] == [True, False, False, True]
