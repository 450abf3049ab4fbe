import math
from datetime import date

import msgspec
import numpy as np
import pytest

from builders.token_streams import Language
from revenuer.prove.marks import DualGumbel, Green, Gumbel, Sample, Scheme, sample_of, write_marked
from revenuer.prove.marks.candidate import Candidate, derived_candidate
from revenuer.prove.marks.detect import DetectOptions, detect
from revenuer.prove.marks.scheme import FloatArray
from revenuer.records import Outcome, UsageError

MASTER, EPOCH = bytes(range(32)), date(2026, 3, 1)
LANGUAGE = Language(np.random.default_rng(1))


def candidates(scheme: Scheme, labels: int) -> list[Candidate]:
    return [derived_candidate(MASTER, scheme, f"account:{i}", EPOCH) for i in range(labels)]


def marked(one: Candidate, texts: int, length: int, seed: int) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    assert isinstance(one.scheme, Green | Gumbel | DualGumbel)
    return [write_marked(one.scheme, one.words, LANGUAGE.logits, length, rng) for _ in range(texts)]


def plain(texts: int, length: int, seed: int) -> Sample:
    return sample_of(list(LANGUAGE.texts(texts, length, np.random.default_rng(seed))))


@pytest.mark.parametrize(
    "scheme", [Green(width=1), Green(width=4), Gumbel(width=2), DualGumbel(width=2)], ids=str
)
def test_the_account_that_was_served_is_named_and_no_other(scheme: Scheme) -> None:
    tried = candidates(scheme, 64)
    verdict, pack = detect(sample_of(marked(tried[17], 12, 100, 2)), tried, DetectOptions(seed=5), "clone")
    assert verdict.outcome is Outcome.POSITIVE
    assert verdict.details["named"] == ["account:17 (2026-03-01)"]
    assert verdict.details["keys"][0]["decoy_rank_p"] == pytest.approx(1 / 1000)
    assert verdict.log10_p == pytest.approx(verdict.details["keys"][0]["log10_p"] + math.log10(64))
    assert verdict.details["optional_stopping"]["log10_e_largest"] > 2.0
    assert verdict.effect is not None
    assert verdict.effect.low > 0.0
    assert pack is not None


def test_two_accounts_in_one_training_set_are_both_named() -> None:
    tried = candidates(Green(width=1), 32)
    texts = marked(tried[3], 20, 100, 3) + marked(tried[9], 20, 100, 4)
    verdict, _ = detect(sample_of(texts), tried, DetectOptions(seed=5), "clone")
    assert sorted(verdict.details["named"]) == ["account:3 (2026-03-01)", "account:9 (2026-03-01)"]


def test_a_long_text_without_a_mark_is_negative_and_a_short_one_inconclusive() -> None:
    tried = candidates(Green(width=2), 4) + candidates(Gumbel(width=2), 4)
    long, _ = detect(plain(900, 100, 7), tried, DetectOptions(seed=5, shift=0.1), "innocent")
    assert (long.outcome, long.details["named"]) == (Outcome.NEGATIVE, [])
    short, _ = detect(plain(3, 40, 8), tried, DetectOptions(seed=5, shift=0.1), "innocent")
    assert short.outcome is Outcome.INCONCLUSIVE
    assert "power" in short.reason


@pytest.mark.parametrize("texts", [[], [[]], [[1], [2]], [[1, 2]]])
def test_nothing_to_count_is_not_evaluated(texts: list[list[int]]) -> None:
    verdict, pack = detect(sample_of(texts), candidates(Green(width=2), 2), DetectOptions(seed=5), "silent")
    assert (verdict.outcome, verdict.p, pack) == (Outcome.NOT_EVALUATED, None, None)
    assert verdict.details["schemes"][0]["pairs"] == 0


def test_marked_text_that_stood_in_the_prompt_is_not_held_against_who_copies_it() -> None:
    tried = candidates(Green(width=2), 4)
    texts = marked(tried[1], 12, 100, 2)
    known, _ = detect(sample_of(texts, texts), tried, DetectOptions(seed=5), "copyist")
    assert known.outcome is Outcome.NOT_EVALUATED
    assert known.details["schemes"][0]["left_out_in_prompt"] == 12 * 98
    unknown, _ = detect(sample_of(texts), tried, DetectOptions(seed=5), "copyist")
    assert unknown.outcome is Outcome.POSITIVE
    assert any("their tokens are not known" in one for one in unknown.assumptions)


class CountedTwice(Green):
    """A scheme whose statistic counts each pair four times over: its analytic law is wrong by a factor of four."""

    @property
    def name(self) -> str:
        return "counted_twice"

    def z(self, statistics: FloatArray, n: int) -> FloatArray:
        return 2.0 * super().z(statistics, n)


def test_where_decoys_spread_too_far_the_rank_among_them_is_claimed() -> None:
    scheme = CountedTwice(width=1)
    tried = candidates(scheme, 2)
    rng = np.random.default_rng(4)
    texts = [write_marked(scheme, tried[1].words, LANGUAGE.logits, 100, rng) for _ in range(12)]
    verdict, _ = detect(sample_of(texts), tried, DetectOptions(seed=5), "clone")
    assert verdict.p == pytest.approx(2 / 1000)
    assert verdict.floor == pytest.approx(2 / 1000)
    row = verdict.details["schemes"][0]
    assert row["p_by"] == "decoys"
    assert row["inflation"] > 1.9
    assert "standard deviation" in row["why_not_analytic"]
    assert "rank among decoys" in verdict.summary


def test_a_pack_without_key_holds_none() -> None:
    tried = candidates(Gumbel(width=2), 2)
    sample = sample_of(marked(tried[0], 5, 60, 2))
    _, with_key = detect(sample, tried, DetectOptions(seed=5), "clone")
    _, without = detect(sample, tried, DetectOptions(seed=5, key_in_pack="never"), "clone")
    assert with_key is not None
    assert without is not None
    opened, closed = (msgspec.json.decode(pack.data["test.json"]) for pack in (with_key, without))
    assert bytes.fromhex(opened["secret"]) == tried[0].secret
    assert not {"key", "secret"} & closed.keys()
    assert closed["commitment"] == opened["commitment"] == tried[0].commitment
    assert tried[1].secret.hex().encode() not in with_key.data["test.json"]


def test_the_same_call_gives_the_same_verdict() -> None:
    tried = candidates(Green(width=1), 4)
    first, second = (detect(plain(5, 60, 9), tried, DetectOptions(seed=5), "x") for _ in range(2))
    assert first == second


def test_no_key_or_a_key_twice_is_refused() -> None:
    tried = candidates(Green(width=1), 1)
    for bad in ([], tried * 2):
        with pytest.raises(UsageError, match="at least one key"):
            detect(plain(2, 30, 1), bad, DetectOptions(seed=1), "x")


def test_no_key_is_spent_where_nothing_was_found() -> None:
    verdict, pack = detect(plain(5, 60, 9), candidates(Gumbel(width=2), 4), DetectOptions(seed=5), "x")
    assert pack is not None
    assert verdict.details["key_in_pack"] == "none"
    assert not {"key", "secret"} & msgspec.json.decode(pack.data["test.json"]).keys()


def test_a_rank_among_decoys_is_shown_with_the_key_or_not_at_all() -> None:
    tried = candidates(CountedTwice(width=1), 1)
    _, pack = detect(plain(5, 60, 9), tried, DetectOptions(seed=5), "x")
    assert pack is not None
    assert "key" in msgspec.json.decode(pack.data["test.json"])
    with pytest.raises(UsageError, match="cannot be shown without the key"):
        detect(plain(5, 60, 9), tried, DetectOptions(seed=5, key_in_pack="never"), "x")
