"""Each signal fires on its campaign, not on its look-alike, and less under its counter-move (tests/builders/signal_cases.py)."""

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

import revenuer.detect.link as link
from builders.scanned import Surveyed, surveyed
from builders.signal_cases import CASES as ALL_CASES
from builders.signal_cases import TOWNS, Case, Groups
from revenuer.detect.calibration import Calibration, load_calibration
from revenuer.detect.judge import judge
from revenuer.detect.signals import SIGNALS, Curve, Measurement, Signal
from revenuer.records import Evidence, Outcome
from revenuer.stats import e_bh

FALSE_CAMPAIGN_SHARE = 0.01
NO_EVIDENCE = 1.5
"""One, and room for what 36 groups scatter and for curves fitted on other look-alikes."""
MARGIN = 0.1
"""On a signal's own scale (mostly log10 of a ratio): less is no difference."""
BY_NAME = {signal.name: signal for signal in SIGNALS}
CASES = [c for c in ALL_CASES if c.signal in BY_NAME]
case = pytest.mark.parametrize("case", CASES, ids=lambda c: c.signal)
Town = tuple[Surveyed, Groups]


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Town]]:
    built: dict[str, Town] = {}
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setattr(link, "RANDOM_PAIRS", 2_000, raising=False)

        def get(name: str) -> Town:
            if name not in built:
                made, groups = TOWNS[name]()
                folder = tmp_path_factory.mktemp(name)
                built[name] = (
                    stack.enter_context(surveyed(folder, made.exchanges(), made.accounts())),
                    groups,
                )
            return built[name]

        yield get


@pytest.fixture(scope="session")
def calibration() -> Calibration:
    return load_calibration()


def answer(case: Case, which: str, town: Callable[[str], Town], calibration: Calibration) -> Evidence:
    seen, groups = town(case.town)
    return BY_NAME[case.signal].evaluate(
        seen.group(groups[which]), seen.context, calibration.curves[case.signal]
    )


def test_every_signal_has_a_case_and_a_curve(calibration: Calibration) -> None:
    assert set(BY_NAME) == {c.signal for c in CASES}
    assert set(BY_NAME) <= set(calibration.curves)
    assert len(BY_NAME) == len(SIGNALS)


def measured(case: Case, which: str, town: Callable[[str], Town]) -> float:
    """The signal's own number, whatever it weighs just now; nothing measured is less than anything."""
    seen, groups = town(case.town)
    found = BY_NAME[case.signal].measure(seen.group(groups[which]), seen.context)
    return -math.inf if found is None else found.value


@case
def test_fires_on_its_campaign(case: Case, town: Callable[[str], Town], calibration: Calibration) -> None:
    found = answer(case, case.fires, town, calibration)
    assert math.isfinite(measured(case, case.fires, town))
    assert found.outcome in (Outcome.POSITIVE, Outcome.INCONCLUSIVE)
    assert found.summary
    assert found.look_alike == BY_NAME[case.signal].look_alike


@pytest.mark.parametrize("case", [c for c in CASES if c.apart], ids=lambda c: c.signal)
def test_does_not_fire_on_its_look_alike(
    case: Case, town: Callable[[str], Town], calibration: Calibration
) -> None:
    assert measured(case, case.look_alike, town) < measured(case, case.fires, town) - MARGIN
    fires = answer(case, case.fires, town, calibration).log10_bayes_factor
    assert answer(case, case.look_alike, town, calibration).log10_bayes_factor <= fires


@pytest.mark.parametrize(
    "signal",
    SIGNALS,
    ids=lambda s: s.name,
)
def test_mean_bayes_factor_of_unrelated_people_is_not_above_one(
    signal: Signal, town: Callable[[str], Town], calibration: Calibration
) -> None:
    """Ten people with nothing in common, 36 times: evidence against them must not add up by chance."""
    factors = []
    for name in TOWNS:
        seen, groups = town(name)
        for first in range(0, 60, 10):
            group = seen.group(groups["crowd"][first : first + 10])
            found = signal.evaluate(group, seen.context, calibration.curves[signal.name])
            factors.append(10**found.log10_bayes_factor)
    assert sum(factors) / len(factors) <= NO_EVIDENCE


@case
def test_no_look_alike_becomes_a_campaign(
    case: Case, town: Callable[[str], Town], calibration: Calibration
) -> None:
    seen, groups = town(case.town)
    found = judge(seen.group(groups[case.look_alike]), seen.context, calibration)
    assert not (found.sufficient and e_bh([found.log10_e], FALSE_CAMPAIGN_SHARE).rejected[0])


@pytest.mark.parametrize("case", [c for c in CASES if c.evaded], ids=lambda c: c.signal)
def test_counter_move_lowers_it(case: Case, town: Callable[[str], Town], calibration: Calibration) -> None:
    assert measured(case, case.evasion, town) < measured(case, case.fires, town) - MARGIN
    fires = answer(case, case.fires, town, calibration).log10_bayes_factor
    assert answer(case, case.evasion, town, calibration).log10_bayes_factor <= fires


@pytest.mark.parametrize("case", [c for c in CASES if not c.evaded], ids=lambda c: c.signal)
def test_counter_move_that_does_not_help(case: Case, town: Callable[[str], Town]) -> None:
    assert measured(case, case.evasion, town) > 0.5 * measured(case, case.fires, town)


@pytest.mark.parametrize("signal", [s for s in SIGNALS if s.needs], ids=lambda s: s.name)
def test_missing_column_is_not_evaluated(
    signal: Signal, town: Callable[[str], Town], calibration: Calibration
) -> None:
    seen, groups = town("registration")
    for column in signal.needs:
        blind = replace(seen.context, columns_missing=frozenset({column, "made_up"}))
        found = signal.evaluate(seen.group(groups["large"]), blind, calibration.curves[signal.name])
        assert found.outcome is Outcome.NOT_EVALUATED
        assert found.log10_bayes_factor == 0.0
        assert column in found.summary
        assert "made_up" not in found.summary


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda s: s.name)
def test_two_accounts_of_two_requests_are_never_positive(
    signal: Signal, town: Callable[[str], Town], calibration: Calibration
) -> None:
    seen, groups = town("registration")
    found = signal.evaluate(seen.group(groups["scraps"]), seen.context, calibration.curves[signal.name])
    assert found.outcome is not Outcome.POSITIVE
    assert math.isfinite(found.log10_bayes_factor)


@pytest.mark.parametrize("name", TOWNS)
def test_every_answer_is_finite_and_its_outcome_fits_its_weight(
    name: str, town: Callable[[str], Town], calibration: Calibration
) -> None:
    seen, groups = town(name)
    for members in groups.values():
        group = seen.group(members)
        for signal in SIGNALS:
            found = signal.evaluate(group, seen.context, calibration.curves[signal.name])
            assert math.isfinite(found.log10_bayes_factor), signal.name
            assert "nan" not in found.summary.lower().split(), signal.name
            if signal.needs & seen.context.columns_missing:
                assert found.outcome is Outcome.NOT_EVALUATED
                continue
            expected = {True: Outcome.POSITIVE, False: Outcome.NEGATIVE}[found.log10_bayes_factor > 0]
            assert found.outcome in (expected, Outcome.INCONCLUSIVE)


def test_identity_alone_is_never_enough(town: Callable[[str], Town], calibration: Calibration) -> None:
    for c in CASES:
        if c.signal in (
            "shared_payment",
            "shared_address",
            "shared_client",
            "signup_burst",
            "disposable_mail",
        ):
            seen, groups = town(c.town)
            found = judge(seen.group(groups[c.fires]), seen.context, calibration)
            assert not (found.sufficient and e_bh([found.log10_e], FALSE_CAMPAIGN_SHARE).rejected[0])


def test_measuring_twice_gives_the_same(town: Callable[[str], Town]) -> None:
    for c in CASES:
        seen, groups = town(c.town)
        group = seen.group(groups[c.fires])
        signal = BY_NAME[c.signal]
        assert signal.measure(group, seen.context) == signal.measure(group, seen.context)


def test_curves_never_fall_as_a_measurement_grows(calibration: Calibration) -> None:
    for name, curve in calibration.curves.items():
        assert list(curve.knots) == sorted(set(curve.knots)), name
        assert len(curve.knots) == len(curve.log10_bf), name
        assert list(curve.log10_bf) == sorted(curve.log10_bf), name


def test_curve_is_linear_between_knots_and_constant_outside() -> None:
    curve = Curve(knots=(0.0, 1.0, 3.0), log10_bf=(-1.0, 0.0, 1.0))
    assert [curve(v) for v in (-9.0, 0.0, 0.5, 1.0, 2.0, 3.0, 99.0)] == [-1.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.0]


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        (-1.0, Outcome.NEGATIVE),
        (0.0, Outcome.INCONCLUSIVE),
        (0.2, Outcome.INCONCLUSIVE),
        (1.0, Outcome.POSITIVE),
    ],
)
def test_a_weak_weight_is_inconclusive(value: float, outcome: Outcome, town: Callable[[str], Town]) -> None:
    seen, groups = town("registration")
    signal = Signal(
        name="made_up", family="none", look_alike="nobody",
        measure=lambda group, context: Measurement(value=value, summary="as told"),
    )  # fmt: skip
    curve = Curve(knots=(-1.0, 1.0), log10_bf=(-1.0, 1.0))
    found = signal.evaluate(seen.group(groups["small"]), seen.context, curve)
    assert found.outcome is outcome
    assert found.log10_bayes_factor == pytest.approx(value)
