"""How many tokens' log-probabilities a restricted account gets: windows, clocks, measures taken anew, other nodes."""

from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from builders.guarded import HOUR, NOON, SECOND, event, evidence, who
from revenuer.guard.event import Event
from revenuer.guard.logprob_budget import most_tokens, within_budget
from revenuer.guard.policy import Policy, Rule, rule
from revenuer.guard.standing import Meter, Standing, as_charged
from revenuer.guard.state import GuardState
from revenuer.records import Action, Decision, Limits

LIMITS = Limits(
    logprobs=True, max_n=2, max_tokens=100, logprob_budget=250, logprob_window_s=3600, reasoning="full"
)
RULE = Rule(name="less", action=Action.RESTRICT, log10_e=3.0, hold_s=1800, limits=LIMITS)
LIVE = Policy(shadow=False, rules=(RULE,))


def asking(at: int = NOON, **more: Any) -> Event:
    return msgspec.structs.replace(event(at=at), **{"logprobs": True, **more})


def decided(asked: Event, before: Standing | None, policy: Policy = LIVE) -> tuple[Decision, Standing]:
    decision, after = rule(asked, who("card"), evidence(3.5), before, Meter(), policy)
    assert after is not None
    return decision, after


def granted(decision: Decision) -> bool:
    assert decision.limits is not None
    return decision.limits.logprobs


def test_what_may_be_answered_is_charged_until_the_budget_is_spent() -> None:
    first, standing = decided(asking(max_tokens=60), None)
    assert granted(first)
    assert (standing.logprobs_since, standing.logprobs_given) == (NOON, 60)
    second, standing = decided(asking(NOON + 1), standing)
    assert granted(second)
    assert standing.logprobs_given == 160
    third, same = decided(asking(NOON + 2), standing)
    assert not granted(third)
    assert same is standing
    smaller, standing = decided(asking(NOON + 3, max_tokens=90), standing)
    assert granted(smaller)
    assert standing.logprobs_given == 250


def test_answers_beyond_the_limits_are_not_charged_and_several_are() -> None:
    assert most_tokens(LIMITS, asking(n=9, max_tokens=5000)) == 200
    assert most_tokens(LIMITS, asking(n=1, max_tokens=0)) == 1
    assert most_tokens(Limits(logprobs=True), asking()) is None


def test_a_request_that_names_no_logprobs_gets_none_and_is_not_charged() -> None:
    decision, standing = decided(event(), None)
    assert not granted(decision)
    assert standing.logprobs_given == 0


def test_a_window_that_is_over_begins_again() -> None:
    _, standing = decided(asking(n=2), None)
    late, standing = decided(asking(NOON + HOUR, n=2), standing)
    assert granted(late)
    assert (standing.logprobs_since, standing.logprobs_given) == (NOON + HOUR, 200)


def test_a_measure_that_is_taken_anew_goes_on_in_the_same_window() -> None:
    _, standing = decided(asking(n=2), None)
    again, renewed = decided(asking(standing.until + 1, n=2), standing)
    assert renewed.since == standing.until + 1
    assert (renewed.logprobs_since, renewed.logprobs_given) == (NOON, 200)
    assert not granted(again)


def test_a_clock_that_jumps_back_gives_nothing_out_twice() -> None:
    _, standing = decided(asking(n=2), None)
    for back in (SECOND, HOUR, 100 * HOUR):
        early, same = decided(asking(NOON - back, n=2), standing)
        assert not granted(early)
        assert (same.logprobs_since, same.logprobs_given) == (NOON, 200)


def test_a_clock_that_jumps_ahead_gives_one_budget_more_and_then_waits() -> None:
    _, standing = decided(asking(n=2), None)
    far, standing = within_budget(LIMITS, standing, asking(NOON + 1000 * HOUR, n=2))
    assert far.logprobs
    back, standing = within_budget(LIMITS, standing, asking(NOON + HOUR, n=2))
    assert not back.logprobs


def test_in_shadow_mode_nobody_is_charged() -> None:
    shadow = Policy(shadow=True, rules=(RULE,))
    decision, standing = decided(asking(), None, shadow)
    assert decision.limits is None
    assert standing.logprobs_given == 0


def test_without_a_budget_log_probabilities_cost_nothing() -> None:
    free = msgspec.structs.replace(LIMITS, logprob_budget=None)
    standing = decided(asking(), None)[1]
    assert within_budget(free, standing, asking()) == (free, standing)


def test_nodes_that_charge_apart_remember_the_larger_charge() -> None:
    _, standing = decided(asking(max_tokens=10), None)
    here = msgspec.structs.replace(standing, logprobs_given=70)
    there = msgspec.structs.replace(standing, logprobs_given=40)
    for first, second in ((here, there), (there, here)):
        state = GuardState(LIVE)
        state.hear_standing(first)
        state.hear_standing(second)
        assert state.standing["a"].logprobs_given == 70


def test_what_was_given_outlives_a_restart() -> None:
    _, standing = decided(asking(n=2), None)
    state = GuardState(LIVE)
    state.put_standing(standing)
    anew = GuardState(LIVE)
    anew.restore(state.take_saved())
    assert anew.standing["a"] == standing
    assert not granted(decided(asking(NOON + SECOND, n=2), anew.standing["a"])[0])


CHARGES = st.tuples(st.integers(0, 5), st.integers(0, 300))


@given(CHARGES, CHARGES, CHARGES)
def test_charges_agree_in_whatever_order_they_are_heard(
    one: tuple[int, int], two: tuple[int, int], three: tuple[int, int]
) -> None:
    base = decided(asking(), None)[1]
    told = [
        msgspec.structs.replace(base, logprobs_since=since, logprobs_given=given)
        for since, given in (one, two, three)
    ]
    forth = as_charged(told[2], as_charged(told[1], told[0]))
    back = as_charged(told[0], as_charged(told[1], told[2]))
    assert forth == back == as_charged(forth, told[1])


@given(
    st.lists(st.tuples(st.integers(0, 7200), st.integers(1, 150), st.integers(1, 3)), max_size=40),
    st.integers(1, 400),
)
def test_no_window_gives_more_than_its_budget(requests: list[tuple[int, int, int]], budget: int) -> None:
    limits = msgspec.structs.replace(LIMITS, logprob_budget=budget)
    standing = decided(event(), None)[1]
    given_in: dict[int, int] = {}
    for second, max_tokens, n in requests:
        asked = asking(NOON + second * SECOND, max_tokens=max_tokens, n=n)
        within, standing = within_budget(limits, standing, asked)
        if within.logprobs:
            charge = most_tokens(limits, asked)
            assert charge is not None
            window = standing.logprobs_since
            given_in[window] = given_in.get(window, 0) + charge
    assert all(total <= budget for total in given_in.values())
    windows = sorted(given_in)
    assert all(b - a >= 3600 * SECOND for a, b in pairwise(windows))
