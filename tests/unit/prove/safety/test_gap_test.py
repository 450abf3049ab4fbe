"""The exact test of a refusal gap: McNemar's, by hand, and at the worst of the rule's errors."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from revenuer.prove.safety import CodedAnswer, CodedPrompt
from revenuer.prove.safety.gap_test import log10_sign_mid_p, possible_errors, refusal_gap


def told(refused: bool, label: bool | None = None, stated: bool = False) -> CodedAnswer:
    return CodedAnswer(label=label, stated=stated, rule=refused)


def labelled(refused: bool) -> CodedAnswer:
    return told(refused, label=refused)


def prompts(*pairs: tuple[CodedAnswer, CodedAnswer]) -> list[CodedPrompt]:
    """One prompt for each (suspect, teacher)."""
    return [
        CodedPrompt(prompt_id=f"p{i}", group=f"p{i}", suspect=(s,), teacher=(t,))
        for i, (s, t) in enumerate(pairs)
    ]


def test_with_labels_it_is_mcnemars() -> None:
    b, c = 14, 3
    pairs = [(labelled(False), labelled(True))] * b + [(labelled(True), labelled(False))] * c
    pairs += [(labelled(True), labelled(True))] * 20
    found = refusal_gap(prompts(*pairs), gamma=0.001)
    expected = stats.binom.sf(b, b + c, 0.5) + stats.binom.pmf(b, b + c, 0.5) / 2
    assert 10**found.log10_p == pytest.approx(expected)
    assert found.gamma == 0.0
    assert sum(found.differences) == b - c


def test_no_difference_is_a_half() -> None:
    assert log10_sign_mid_p([0, 0, 0]) == pytest.approx(math.log10(0.5))
    assert log10_sign_mid_p([1, -1]) == pytest.approx(math.log10(0.5))


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=9))
def test_every_way_to_choose_the_signs_by_hand(differences: list[int]) -> None:
    total = sum(differences)
    sums = [
        sum(sign * d for sign, d in zip(signs, differences, strict=True))
        for signs in itertools.product((1, -1), repeat=len(differences))
    ]
    by_hand = (sum(one > total for one in sums) + sum(one == total for one in sums) / 2) / len(sums)
    assert 10 ** log10_sign_mid_p(differences) == pytest.approx(by_hand)


def test_far_tails_do_not_vanish() -> None:
    assert log10_sign_mid_p([2] * 900) == pytest.approx(-(901) * math.log10(2.0))
    assert log10_sign_mid_p([1] * 1200) == pytest.approx(-(1201) * math.log10(2.0))


def test_without_a_label_the_rule_may_have_been_wrong_about_everything() -> None:
    pairs = [(told(False), told(True))] * 40
    assert refusal_gap(prompts(*pairs), gamma=0.001).log10_p == pytest.approx(0.0, abs=1e-6)


def test_labels_bound_the_errors() -> None:
    answers = [told(False, label=False)] * 60 + [told(False)] * 140
    most, drawn, wrong = possible_errors(answers, said=False, chance=0.01)
    assert (drawn, wrong) == (60, 0)
    # As many as would be missed by all 60 labels with a chance above 1 %, and not one more.
    assert stats.hypergeom.pmf(0, 200, most, 60) > 0.01 >= stats.hypergeom.pmf(0, 200, most + 1, 60)
    answers = [told(False, label=i < 3) for i in range(60)] + [told(False)] * 140
    more, _, wrong = possible_errors(answers, said=False, chance=0.01)
    assert wrong == 3
    assert stats.hypergeom.cdf(3, 200, more + 3, 60) > 0.01 >= stats.hypergeom.cdf(3, 200, more + 4, 60)
    assert possible_errors([told(False, label=False)] * 9, said=False, chance=0.01)[0] == 0
    assert possible_errors([], said=False, chance=0.01)[0] == 0


def test_the_more_labels_the_smaller_p() -> None:
    def p(share: int) -> float:
        pairs = [
            (labelled(False), labelled(True)) if i % share == 0 else (told(False), told(True))
            for i in range(120)
        ]
        return refusal_gap(prompts(*pairs), gamma=0.001).log10_p

    assert p(1) < p(2) < p(3)
    assert p(2) == pytest.approx(-3.0, abs=0.01)


def test_what_nobody_could_tell_counts_against_the_finding() -> None:
    unknown = CodedAnswer(label=None, stated=False, rule=None)
    pairs = [(unknown, labelled(True))] * 30 + [(labelled(False), unknown)] * 30
    assert sum(refusal_gap(prompts(*pairs), gamma=0.001).differences) == 0


def test_a_refusal_that_the_interface_states_needs_no_label() -> None:
    stated = CodedAnswer(label=None, stated=True, rule=None)
    found = refusal_gap(prompts(*[(labelled(False), stated)] * 30), gamma=0.001)
    assert found.errors.invented == 0
    assert found.log10_p == pytest.approx(-31 * math.log10(2.0))


def test_prompts_of_one_group_count_once() -> None:
    pairs = prompts(*[(labelled(False), labelled(True))] * 30)
    grouped = [
        CodedPrompt(prompt_id=p.prompt_id, group="one", suspect=p.suspect, teacher=p.teacher) for p in pairs
    ]
    assert refusal_gap(grouped, gamma=0.001).log10_p == pytest.approx(math.log10(0.25))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=7),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_no_other_place_of_the_errors_is_worse(
    pairs: list[tuple[bool, bool]], missed: int, invented: int
) -> None:
    from revenuer.prove.safety.gap_test import _Group, worst_differences

    groups = []
    for prompt in prompts(*[(told(s), told(t)) for s, t in pairs]):
        group = _Group()
        group.add(prompt)
        groups.append(group)
    if sum(group.difference for group in groups) <= 0:
        return
    worst = log10_sign_mid_p(worst_differences(groups, missed, invented))
    can_miss = [i for i, (s, _) in enumerate(pairs) if not s]
    can_invent = [i for i, (_, t) in enumerate(pairs) if t]
    for some in itertools.combinations(can_miss, min(missed, len(can_miss))):
        for others in itertools.combinations(can_invent, min(invented, len(can_invent))):
            placed = [g.difference - (i in some) - (i in others) for i, g in enumerate(groups)]
            if sum(placed) > 0:
                assert log10_sign_mid_p(placed) <= worst + 1e-9
