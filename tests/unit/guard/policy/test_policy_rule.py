"""What the policy makes of an assessment: each kind of measure, who is spared, and what an appeal is worth."""

from dataclasses import replace

import msgspec
import pytest

from builders.guarded import HOUR, NOON, SECOND, event, evidence, who
from revenuer.guard.policy import Budget, Caps, Entry, Policy, Roll, rule
from revenuer.guard.standing import Meter, Standing, lifted
from revenuer.records import RESTRICTIVE, Action, Limits

LIVE = Policy(shadow=False)
YEAR = 365 * 24 * HOUR


@pytest.mark.parametrize(
    ("log10_e", "verification", "action"),
    [
        (0.5, "none", Action.ALLOW),
        (1.0, "none", Action.OBSERVE),
        (2.9, "none", Action.OBSERVE),
        (3.0, "none", Action.THROTTLE),
        (3.5, "none", Action.CHALLENGE),
        (3.5, None, Action.CHALLENGE),
        (3.5, "card", Action.RESTRICT),
        (4.0, "card", Action.DENY),
        (3.5, "business", Action.THROTTLE),
        (5.9, "kyc", Action.THROTTLE),
        (6.0, "kyc", Action.DENY),
    ],
)
def test_the_default_grades_by_evidence_and_verification(
    log10_e: float, verification: str | None, action: Action
) -> None:
    decision, standing = rule(event(), who(verification), evidence(log10_e), None, Meter(), LIVE)
    assert decision.action is action
    assert (standing is not None) == (action in RESTRICTIVE)
    assert "40 accounts" in decision.reason


def test_shadow_says_what_it_would_have_done() -> None:
    decision, standing = rule(event(), who(), evidence(4.0), None, Meter(), Policy())
    assert (decision.action, decision.would) == (Action.OBSERVE, Action.DENY)
    assert standing is not None
    assert standing.shadow


@pytest.mark.parametrize("name", ["deny", "stop"])
def test_one_rule_or_action_may_act_while_the_rest_is_in_shadow(name: str) -> None:
    rules = tuple(replace(one, name="stop") if one.name == "deny" else one for one in Policy().rules)
    policy = Policy(rules=rules, enforce=frozenset({name}))
    assert rule(event(), who(), evidence(4.0), None, Meter(), policy)[0].action is Action.DENY
    assert rule(event(), who(), evidence(3.0), None, Meter(), policy)[0].action is Action.OBSERVE


def test_a_measure_taken_in_shadow_does_not_act_when_the_policy_goes_live() -> None:
    _, standing = rule(event(), who(), evidence(4.0), None, Meter(), Policy())
    decision, after = rule(event(at=NOON + 1), who(), evidence(2.0), standing, Meter(), LIVE)
    assert decision.action is Action.OBSERVE
    assert after is standing
    meter = Meter()
    decision, after = rule(event(at=NOON + 1), who(), evidence(4.0), standing, meter, LIVE)
    assert decision.action is Action.DENY
    assert meter.denied == 1


def test_a_measure_stands_for_its_time_and_then_the_evidence_of_that_moment_decides() -> None:
    _, standing = rule(event(), who(), evidence(4.0), None, Meter(), LIVE)
    assert standing is not None
    late = standing.until - 1
    decision, after = rule(event(at=late), who(), evidence(0.0, None), standing, Meter(), LIVE)
    assert decision.action is Action.DENY
    assert after is standing
    decision, after = rule(event(at=late + 1), who(), evidence(3.0), standing, Meter(), LIVE)
    assert decision.action is Action.THROTTLE
    decision, after = rule(event(at=late + 1), who(), evidence(0.0, None), standing, Meter(), LIVE)
    assert (decision.action, after) == (Action.ALLOW, standing)


def test_a_standing_measure_gives_way_to_a_more_severe_one_only() -> None:
    _, standing = rule(event(), who("card"), evidence(3.5), None, Meter(), LIVE)
    decision, same = rule(event(at=NOON + 1), who("card"), evidence(3.0), standing, Meter(), LIVE)
    assert (decision.action, same) == (Action.RESTRICT, standing)
    decision, denied = rule(event(at=NOON + 2), who("card"), evidence(4.0), standing, Meter(), LIVE)
    assert decision.action is Action.DENY
    assert denied is not None
    assert denied.rule == "deny"


def test_a_measure_that_overwhelming_evidence_brought_stands_for_its_time() -> None:
    _, standing = rule(event(), who("kyc"), evidence(6.0), None, Meter(), LIVE)
    decision, same = rule(event(at=NOON + 1), who("kyc"), evidence(5.0), standing, Meter(), LIVE)
    assert (decision.action, same) == (Action.DENY, standing)


def test_a_throttle_serves_a_client_that_waits_as_it_is_told() -> None:
    meter = Meter()
    decision, standing = rule(event(), who(), evidence(3.0), None, meter, LIVE)
    assert (decision.action, decision.retry_after_s) == (Action.THROTTLE, 60)
    impatient, standing = rule(event(at=NOON + 45 * SECOND), who(), evidence(3.0), standing, meter, LIVE)
    assert (impatient.action, impatient.retry_after_s) == (Action.THROTTLE, 15)
    served, standing = rule(event(at=NOON + 60 * SECOND), who(), evidence(3.0), standing, meter, LIVE)
    assert (served.action, served.retry_after_s) == (Action.OBSERVE, None)
    again, standing = rule(event(at=NOON + 61 * SECOND), who(), evidence(3.0), standing, meter, LIVE)
    assert (again.action, again.retry_after_s) == (Action.THROTTLE, 59)
    assert meter.restricted == 1


def test_a_clock_that_jumps_back_does_not_lengthen_the_wait() -> None:
    _, standing = rule(event(), who(), evidence(3.0), None, Meter(), LIVE)
    early, _ = rule(event(at=NOON - HOUR), who(), evidence(3.0), standing, Meter(), LIVE)
    assert (early.action, early.retry_after_s) == (Action.THROTTLE, 60)


def test_restrict_says_what_is_left() -> None:
    decision, _ = rule(event(), who("card"), evidence(3.5), None, Meter(), LIVE)
    assert decision.limits == Limits(logprobs=False, max_n=1, max_tokens=1024, reasoning="summary")


@pytest.mark.parametrize("use", ["licensed_distillation", "evaluation", "Red_Team "])
def test_a_declared_use_that_was_checked_is_never_above_observe(use: str) -> None:
    checked = rule(event(), who("business", declared_use=use), evidence(50.0), None, Meter(), LIVE)[0]
    assert checked.action is Action.OBSERVE
    assert "declared" in checked.reason
    bare = rule(event(), who("card", declared_use=use), evidence(50.0), None, Meter(), LIVE)[0]
    assert bare.action is Action.DENY


def test_the_event_knows_its_account_better_than_the_table() -> None:
    mine = event()
    mine.account = who("kyc", declared_use="evaluation")
    assert rule(mine, who("none"), evidence(9.0), None, Meter(), LIVE)[0].action is Action.OBSERVE


def test_the_allow_list_holds_until_it_runs_out_on_the_events_clock() -> None:
    entry = Entry(owner="o@example.com", why="bulk contract", expires=NOON + HOUR)
    policy = Policy(shadow=False, allowed=Roll(organizations={"org": entry}))
    held = rule(event(organization="org"), who(), evidence(9.0), None, Meter(), policy)[0]
    assert held.action is Action.OBSERVE
    assert "bulk contract (owner o@example.com)" in held.reason
    over = rule(event(at=NOON + HOUR, organization="org"), who(), evidence(9.0), None, Meter(), policy)[0]
    assert over.action is Action.DENY


def test_the_deny_list_needs_no_evidence_and_shadow_mode_holds_for_it() -> None:
    roll = Roll(accounts={"a": Entry(owner="legal", why="resold", expires=NOON + YEAR)})
    decision, standing = rule(
        event(), None, evidence(0, None), None, Meter(), Policy(shadow=False, denied=roll)
    )
    assert (decision.action, standing) == (Action.DENY, None)
    assert decision.reason == "on the deny list: resold (owner legal)"
    shadow = Policy(denied=roll)
    assert shadow.denies(event())
    assert not shadow.denies(event("b"))
    assert not shadow.denies(event(at=NOON + YEAR))
    decision, _ = rule(event(), None, evidence(0, None), None, Meter(), shadow)
    assert (decision.action, decision.would) == (Action.OBSERVE, Action.DENY)
    some = Policy(denied=roll, enforce=frozenset({"deny_list"}))
    assert rule(event(), None, evidence(0, None), None, Meter(), some)[0].action is Action.DENY


def test_an_accounts_own_entry_goes_before_its_organizations() -> None:
    entry = Entry(owner="o", why="w", expires=NOON + YEAR)
    policy = Policy(
        shadow=False, allowed=Roll(accounts={"a": entry}), denied=Roll(organizations={"org": entry})
    )
    assert not policy.denies(event(organization="org"))
    assert policy.denies(event("b", organization="org"))


def test_milder_measures_escalate_once_the_harvest_budget_is_spent() -> None:
    policy = Policy(shadow=False, budget=Budget(answered=2))
    for harvested, action in ((2, Action.CHALLENGE), (3, Action.DENY)):
        found = rule(event(), who(), evidence(3.5, harvested=harvested), None, Meter(), policy)[0]
        assert found.action is action
    weaker = rule(event(), who(), evidence(3.4, harvested=3), None, Meter(), policy)[0]
    assert weaker.action is Action.THROTTLE
    watched = rule(event(), who(), evidence(2.0, harvested=10_000), None, Meter(), policy)[0]
    assert watched.action is Action.OBSERVE
    checked = rule(event(), who("kyc"), evidence(3.5, harvested=3), None, Meter(), policy)[0]
    assert checked.action is Action.THROTTLE


def test_the_meter_counts_what_an_operator_had_answered() -> None:
    meter = Meter()
    for number in range(5):
        rule(event(f"a{number}"), who(), evidence(2.0), None, meter, LIVE)
    rule(event("b"), who(), evidence(4.0), None, meter, LIVE)
    rule(event("c"), who(), evidence(0.5), None, meter, LIVE)
    assert meter.harvested == {"op": 5}


def test_beyond_the_cap_on_denials_the_next_milder_measure_is_taken() -> None:
    policy = Policy(shadow=False, caps=Caps(max_denied_per_hour=1))
    meter = Meter()
    taken = [
        rule(event(name), who("card"), evidence(4.0), None, meter, policy)[0] for name in ("a", "b", "c")
    ]
    assert [one.action for one in taken] == [Action.DENY, Action.RESTRICT, Action.RESTRICT]
    assert "1 new denials without a human are used up" in taken[1].reason
    assert (meter.denied, meter.restricted, meter.capped) == (1, 3, 0)


def test_beyond_the_cap_on_all_measures_a_request_is_observed_and_counted() -> None:
    policy = Policy(shadow=False, caps=Caps(max_restricted_per_hour=2))
    meter = Meter()
    taken = [rule(event(name), who(), evidence(4.0), None, meter, policy) for name in ("a", "b", "c")]
    assert [decision.action for decision, _ in taken] == [Action.DENY, Action.DENY, Action.OBSERVE]
    assert "only observed, as this hour's 2 new measures" in taken[2][0].reason
    assert taken[2][1] is None
    assert meter.capped == 1
    held, _ = rule(event("a", NOON + 1), who(), evidence(4.0), taken[0][1], meter, policy)
    assert held.action is Action.DENY
    assert (
        rule(event("c", NOON - HOUR), who(), evidence(4.0), None, meter, policy)[0].action is Action.OBSERVE
    )
    assert rule(event("c", NOON + HOUR), who(), evidence(4.0), None, meter, policy)[0].action is Action.DENY


def test_taking_a_measure_again_when_it_ran_out_uses_up_no_cap() -> None:
    policy, meter = Policy(shadow=False, caps=Caps(max_restricted_per_hour=1)), Meter()
    _, standing = rule(event(), who(), evidence(3.0), None, meter, policy)
    assert standing is not None
    at = standing.until
    other, _ = rule(event("b", at), who(), evidence(3.0), None, meter, policy)
    again, _ = rule(event(at=at), who(), evidence(3.0), standing, meter, policy)
    assert (other.action, again.action, meter.restricted) == (Action.THROTTLE, Action.THROTTLE, 1)
    late = at + 25 * HOUR
    rule(event("c", late), who(), evidence(3.0), None, meter, policy)
    assert rule(event(at=late), who(), evidence(3.0), standing, meter, policy)[0].action is Action.OBSERVE
    lifted_one = lifted(standing, "owner@example.com", "a school", NOON + 10)
    renewed, _ = rule(event(at=at), who(), evidence(9.0), lifted_one, meter, policy)
    assert renewed.action is Action.OBSERVE


def appealed(log10_e: float = 4.0) -> Standing:
    _, standing = rule(event(), who(), evidence(log10_e), None, Meter(), LIVE)
    assert standing is not None
    return lifted(standing, "owner@example.com", "a school", NOON + 10)


def test_a_granted_appeal_protects_until_the_evidence_exceeds_it_by_the_margin() -> None:
    standing = appealed()
    held, after = rule(event(at=NOON + 20), who(), evidence(5.9), standing, Meter(), LIVE)
    assert held.action is Action.OBSERVE
    assert "an appeal cleared this account at log10 e 4.0" in held.reason
    assert after is standing
    again, after = rule(event(at=NOON + 20), who(), evidence(6.0), standing, Meter(), LIVE)
    assert again.action is Action.DENY
    assert after is not None
    assert after.cleared == (("op", 4.0),)
    stays, _ = rule(event(at=NOON + 30), who(), evidence(5.0), after, Meter(), LIVE)
    assert stays.action is Action.DENY


def test_an_appeal_spends_all_evidence_known_when_it_was_granted() -> None:
    _, standing = rule(event(), who(), evidence(4.0), None, Meter(), LIVE)
    _, standing = rule(event(at=NOON + 1), who(), evidence(8.0), standing, Meter(), LIVE)
    assert standing is not None
    over = lifted(standing, "owner@example.com", "a school", NOON + 10)
    assert rule(event(at=NOON + 20), who(), evidence(9.9), over, Meter(), LIVE)[0].action is Action.OBSERVE


def test_an_appeal_clears_of_one_operator_and_is_remembered_through_a_measure_for_another() -> None:
    other, after = rule(event(at=NOON + 20), who(), evidence(4.0, "other"), appealed(), Meter(), LIVE)
    assert other.action is Action.DENY
    assert after is not None
    later = after.until
    first, _ = rule(event(at=later), who(), evidence(5.0, "op"), after, Meter(), LIVE)
    assert first.action is Action.OBSERVE


def test_evidence_without_an_operator_is_only_observed() -> None:
    assert rule(event(), who(), evidence(9.0, None), None, Meter(), LIVE)[0].action is Action.OBSERVE


def test_a_policy_change_reaches_measures_in_force() -> None:
    _, standing = rule(event(), who(), evidence(4.0), None, Meter(), LIVE)
    entry = Entry(owner="o", why="w", expires=NOON + YEAR)
    spared = Policy(shadow=False, allowed=Roll(accounts={"a": entry}))
    assert (
        rule(event(at=NOON + 1), who(), evidence(4.0), standing, Meter(), spared)[0].action is Action.OBSERVE
    )
    assert (
        rule(event(at=NOON + 1), who(), evidence(4.0), standing, Meter(), Policy())[0].action
        is Action.OBSERVE
    )


def test_a_standing_measure_survives_storage() -> None:
    standing = appealed()
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(standing), type=Standing) == standing


def test_the_version_follows_the_content() -> None:
    assert Policy().version == Policy().version
    assert Policy().version != Policy(shadow=False).version
    roll = Roll(accounts={"a": Entry(owner="o", why="w", expires=1)})
    assert Policy(allowed=roll).version != Policy(denied=roll).version
