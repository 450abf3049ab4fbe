"""What the state forgets, and that it says so to whoever stores it."""

import pytest

from revenuer.guard import Event, GuardState, Policy, Standing, decide
from revenuer.guard import receipts as receipts_module
from revenuer.guard.standing import lifted
from revenuer.records import Action

DAY = 86400 * 1_000_000


def standing(account: str) -> Standing:
    return Standing(
        account_id=account,
        action=Action.DENY,
        operator="G-1",
        since=DAY,
        until=2 * DAY,
        log10_e=5.0,
        reason="x",
    )


def request(day: int) -> Event:
    return Event(request_id=f"r{day}", account_id="somebody", model="m", timestamp=day * DAY, prompt="hello")


def test_a_measure_that_ran_out_long_ago_is_forgotten_unless_it_was_appealed() -> None:
    state = GuardState(Policy())
    state, _ = decide(request(1), state)
    state.put_standing(standing("old"))
    state.put_standing(lifted(standing("appealed"), "owner", "why", DAY + 1))
    state.take_saved()
    state, _ = decide(request(40), state)
    assert set(state.standing) == {"appealed"}
    assert ("standing", "old", None) in state.take_saved()


def test_the_oldest_receipt_gives_way_on_disk_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts_module, "MAX_RECEIPTS", 2)
    state = GuardState(Policy())
    for number in range(3):
        state.claim(f"s{number}", "account", 0, issued=True)
    saved = {(one.kind, one.key): one.value for one in state.take_saved()}
    assert saved["received", "s0"] is None
    assert saved["received", "s2"] is not None
    assert state.received.get("s0") is None
