"""The open test finds a student of marked text, and neither a student of unmarked text nor a wrong key."""

from dataclasses import dataclass

import numpy as np
import pytest

from builders.chain_models import ChainModel, exchanges, student, teacher, written
from revenuer.prove.marks import DualGumbel, Green, Gumbel, Scheme
from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.radioactivity import OpenOptions, counted_test, open_test
from revenuer.records import InputError, Outcome, UsageError

KEY = (1234567, 7654321)
FEW = {"windows": 500, "per_window": 4, "kept": 24, "decoys": 199}
SCHEMES = [Green(width=1), Gumbel(width=1), Green(width=2), Gumbel(width=2)]


def candidate(scheme: Scheme, words: tuple[int, ...] = KEY, label: str = "campaign:C-1") -> Candidate:
    return Candidate(label=label, scheme=scheme, words=words)


@dataclass(frozen=True, slots=True)
class Case:
    scheme: Scheme
    marked: ChainModel
    unmarked: ChainModel
    shadow: ChainModel
    served: list[tuple[list[int], list[int]]]
    free: list[tuple[list[int], list[int]]]


def _case(scheme: Green | Gumbel) -> Case:
    model = teacher(1, scheme.width)
    texts = written(model, 150, 100, 2, scheme, KEY)
    free = written(model, 150, 100, 3)
    return Case(
        scheme=scheme,
        marked=student("marked", texts, scheme.width),
        unmarked=student("unmarked", written(model, 150, 100, 4), scheme.width),
        shadow=student("shadow", written(model, 150, 100, 5), scheme.width),
        served=exchanges(texts),
        free=exchanges(free),
    )


@pytest.fixture(scope="module", params=SCHEMES, ids=lambda s: f"{s.name}{s.width}")
def case(request: pytest.FixtureRequest) -> Case:
    return _case(request.param)


@pytest.mark.parametrize("served", [True, False])
def test_a_student_of_marked_text_is_found(case: Case, served: bool) -> None:
    verdict, pack = open_test(
        case.served if served else case.free,
        case.marked,
        case.shadow,
        [candidate(case.scheme)],
        OpenOptions(served=served, **FEW),
    )
    assert verdict.outcome is Outcome.POSITIVE
    assert verdict.log10_p is not None
    assert verdict.log10_p < -4
    assert verdict.effect is not None
    assert verdict.effect.low > 0
    assert pack is not None
    assert verdict.details["named"] == ["campaign:C-1"]
    assert verdict.details["keys"][0]["rank_p"] == verdict.details["rank_p_floor"]


@pytest.mark.parametrize("served", [True, False])
def test_an_innocent_student_is_not(case: Case, served: bool) -> None:
    texts = case.served if served else case.free
    verdict, _ = open_test(
        texts,
        case.unmarked,
        case.shadow,
        [candidate(case.scheme)],
        OpenOptions(served=served, effect=1.0, **FEW),
    )
    assert verdict.outcome is Outcome.NEGATIVE
    assert verdict.details["power"] > 0.99
    assert abs(verdict.details["keys"][0]["z"]) < 3.5


def test_a_wrong_key_finds_nothing(case: Case) -> None:
    wrong = candidate(case.scheme, (5, 6))
    verdict, _ = open_test(case.free, case.marked, case.shadow, [wrong], OpenOptions(**FEW))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "unknown" in verdict.reason


def test_two_keys_are_played_one_after_the_other() -> None:
    model = teacher(1)
    texts = np.concatenate(
        [
            written(model, 100, 100, 7, Gumbel(width=1), KEY),
            written(model, 100, 100, 8, Gumbel(width=1), (8, 9)),
        ]
    )
    suspect, shadow = student("marked", texts), student("shadow", written(model, 150, 100, 5))
    both = candidate(DualGumbel(width=1), (*KEY, 8, 9))
    verdict, _ = open_test(exchanges(written(model, 50, 100, 6)), suspect, shadow, [both], OpenOptions(**FEW))
    assert verdict.outcome is Outcome.POSITIVE


def test_the_same_model_twice_is_not_evaluated() -> None:
    model = teacher(1)
    verdict, pack = open_test(exchanges(written(model, 50, 60, 1)), model, model, [candidate(Green(width=1))])
    assert verdict.outcome is Outcome.NOT_EVALUATED
    assert verdict.p is None
    assert pack is None
    assert "the same model" in verdict.reason


def test_too_little_text_is_not_evaluated() -> None:
    model = teacher(1)
    verdict, _ = open_test([([1, 2, 3], [4, 5, 6])], model, teacher(2), [candidate(Green(width=1))])
    assert verdict.outcome is Outcome.NOT_EVALUATED
    assert "give more text" in verdict.reason


def test_own_text_against_a_reference(case: Case) -> None:
    few = OpenOptions(effect=0.5, **FEW)
    texts = {
        name: exchanges(written(model, 300, 60, 77))
        for name, model in (("marked", case.marked), ("unmarked", case.unmarked))
    }
    found, pack = counted_test(texts["marked"], "marked", case.shadow, [candidate(case.scheme)], few)
    assert found.details["named"] == ["campaign:C-1"]
    assert found.effect is not None
    assert found.effect.low > 0
    assert pack is not None
    innocent, _ = counted_test(texts["unmarked"], "unmarked", case.shadow, [candidate(case.scheme)], few)
    assert innocent.outcome is Outcome.NEGATIVE
    assert innocent.details["power"] > 0.9


def test_tokens_that_the_reference_does_not_know() -> None:
    with pytest.raises(InputError, match="does not know"):
        counted_test([([1, 2], [3, 99, 4])], "stranger", teacher(1), [candidate(Green(width=1))])


def test_two_leaking_accounts_of_many_are_named() -> None:
    scheme, model = Green(width=1), teacher(1)
    keys = [candidate(scheme, (i, 99), f"account:{i}") for i in range(20)]
    leaked = [written(model, 60, 100, 50 + i, scheme, (i, 99)) for i in (3, 11)]
    texts = np.concatenate([*leaked, written(model, 360, 100, 5)])
    shadow = student("shadow", written(model, 480, 100, 6))
    free = exchanges(written(model, 100, 100, 7))
    guilty, _ = open_test(free, student("guilty", texts), shadow, keys, OpenOptions(**FEW))
    assert sorted(guilty.details["named"]) == ["account:11", "account:3"]
    innocent = student("innocent", written(model, 480, 100, 8))
    cleared, _ = open_test(free, innocent, shadow, keys, OpenOptions(**FEW))
    assert cleared.details["named"] == []


def test_served_contexts_are_of_one_key() -> None:
    keys = [candidate(Green(width=1), (i, 99), f"account:{i}") for i in range(2)]
    with pytest.raises(UsageError, match="served contexts"):
        open_test([], teacher(1), teacher(2), keys, OpenOptions(served=True))


def test_keys_are_of_one_scheme() -> None:
    keys = [candidate(Green(width=1)), candidate(Green(width=2))]
    with pytest.raises(UsageError, match="one scheme"):
        open_test([], teacher(1), teacher(2), keys)
