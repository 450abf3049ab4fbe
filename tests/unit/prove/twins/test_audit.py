"""The audit: who is found, who is not, what is left out, and when it refuses to give a p-value."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from builders.twin_logs import empty_log, sealed
from builders.twin_worlds import DrawnLog, Ngrams, draw_log, student_of, teacher_of
from revenuer.prove.suspect import Scored
from revenuer.prove.twins import AuditOptions, TwinRecord, audit, open_records
from revenuer.prove.twins.twin_log import STORE_FILE
from revenuer.records import Outcome


@pytest.fixture(scope="module")
def world() -> tuple[DrawnLog, Ngrams, Ngrams]:
    """A log, a student of what it released, and the student's base."""
    rng = np.random.default_rng(21)
    teacher, base = teacher_of(rng), teacher_of(rng)
    log = draw_log(teacher, 40, 4, rng)
    return log, student_of(log.starts, log.released_texts, base), base


class Scores:
    """A suspect whose log-likelihoods are a function of the text."""

    name = "scores"

    def __init__(self, of) -> None:
        self.of = of

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Scored]:
        return [Scored(logprobs=np.asarray([self.of(text)], np.float64)) for _, text in pairs]


def record(i: int, texts: Sequence[str], released: int = 0, campaign: str = "C-1", **more) -> TwinRecord:
    return TwinRecord(
        index=i, campaign=campaign, prompt=f"p{i}", texts=tuple(texts), released=released, **more
    )


def test_a_student_of_the_log_is_found_and_the_campaign_named(world) -> None:
    log, student, base = world
    verdict, pack = audit(log.records("C-7"), student, base)
    assert verdict.outcome is Outcome.POSITIVE
    assert verdict.log10_p < -15
    assert "C-7" in verdict.summary
    assert "from whomever it had it" in verdict.summary
    assert verdict.effect.low > 0
    assert verdict.details["campaigns"]["C-7"]["trained_at_least"] > 0.5
    assert verdict.details["campaigns"]["C-7"]["log10_e_anytime"] > 10
    assert any("published or resold" in text for text in verdict.explanations)
    assert any("without their log" in text for text in verdict.assumptions)
    assert pack.script == "twins.py"


def test_only_the_campaign_whose_log_was_learnt_is_named(world) -> None:
    log, student, base = world
    other = draw_log(teacher_of(np.random.default_rng(21)), 40, 4, np.random.default_rng(22))
    records = [*log.records("C-1"), *other.records("C-2", first=100)]
    verdict, _ = audit(records, student, base)
    assert verdict.outcome is Outcome.POSITIVE
    assert "C-1" in verdict.summary
    assert "C-2" not in verdict.summary
    campaigns = verdict.details["campaigns"]
    assert campaigns["C-1"]["log10_p_holm"] == pytest.approx(campaigns["C-1"]["log10_p"] + np.log10(2.0))
    assert campaigns["C-2"]["log10_p_holm"] > -1


def test_silence_is_negative_only_with_power(world) -> None:
    log, _, base = world
    open_, _ = audit(log.records(), base)
    assert open_.outcome is Outcome.INCONCLUSIVE
    powered, _ = audit(log.records(), base, None, AuditOptions(power=0.9))
    assert powered.outcome is Outcome.NEGATIVE


def test_too_few_records_are_never_negative() -> None:
    verdict, _ = audit([record(0, ["a", "b"])], Scores(len), None, AuditOptions(power=0.99))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.floor == pytest.approx(1.0)


def test_records_that_tell_nothing_are_counted(world) -> None:
    log, student, base = world
    records = log.records()
    alike = record(500, ["same"] * 3)
    again = replace(records[0], index=501, texts=records[0].texts[::-1], released=1)
    verdict, _ = audit([*records, alike, again], student, base)
    plain, _ = audit(records, student, base)
    assert verdict.n == {"records": 40, "given": 42, "all texts alike": 1, "repeated": 1, "not scored": 0}
    assert verdict.log10_p == plain.log10_p


def test_a_candidate_without_a_score_takes_its_record_out(world) -> None:
    log, student, base = world

    class Forgetful:
        name = "forgetful"

        def score(self, pairs):
            answers = student.score(pairs)
            answers[0] = Scored(logprobs=None, reason="too long")
            answers[5] = Scored(logprobs=np.asarray([-np.inf]))
            answers[9] = Scored(logprobs=np.asarray([]))
            return answers

    verdict, _ = audit(log.records(), Forgetful(), base)
    assert verdict.n["not scored"] == 3
    assert verdict.n["records"] == 37


def test_a_scorer_that_fails_on_many_is_not_evaluated(world) -> None:
    log, student, base = world

    class Broken:
        name = "broken"

        def score(self, pairs):
            return [
                Scored(logprobs=None, reason="no") if i % 12 == 0 else s
                for i, s in enumerate(student.score(pairs))
            ]

    verdict, pack = audit(log.records(), Broken(), base)
    assert verdict.outcome is Outcome.NOT_EVALUATED
    assert verdict.p is None
    assert "could not be scored" in verdict.reason
    assert b'"evaluated":false' in pack.data["test.json"]


@pytest.mark.parametrize(
    ("records", "words"),
    [([], "no sealed records"), ([record(0, ["a", "a"])], "all texts are the same")],
)
def test_nothing_to_test(records, words: str) -> None:
    verdict, _ = audit(records, Scores(len))
    assert verdict.outcome is Outcome.NOT_EVALUATED
    assert words in verdict.reason


def test_a_log_whose_released_texts_were_cut_after_the_lot_accuses_nobody() -> None:
    """Every model finds the shorter text likelier: without the check, all would be guilty."""
    rng = np.random.default_rng(23)
    released = rng.integers(0, 4, 60).tolist()
    records = [
        record(i, ["word " * (5 if j == at else 9) + str(j) for j in range(4)], at)
        for i, at in enumerate(released)
    ]
    verdict, _ = audit(records, Scores(lambda text: -float(len(text))), None, AuditOptions(per="text"))
    assert verdict.outcome is Outcome.NOT_EVALUATED
    assert "differ in length" in verdict.reason


def test_a_log_in_which_the_reference_knows_the_released_text_accuses_nobody(world) -> None:
    log, student, _ = world
    verdict, _ = audit(log.records(), student, student)
    assert verdict.outcome is Outcome.NOT_EVALUATED
    assert "the reference" in verdict.reason


def test_a_log_whose_released_answers_were_cut_at_the_limit_accuses_nobody() -> None:
    reasons = [("length", "stop", "stop")] * 20
    records = [record(i, [f"a{i}", f"b{i}", f"c{i}"], 0, finish_reasons=r) for i, r in enumerate(reasons)]
    verdict, _ = audit(records, Scores(lambda text: float(ord(text[0]))))
    assert verdict.outcome is Outcome.NOT_EVALUATED
    assert "token limit" in verdict.reason


def test_lost_content_is_not_passed_over_in_silence(tmp_path: Path, world) -> None:
    log, student, base = world
    folder = tmp_path / "log"
    sealed(empty_log(folder), log.records())
    store = folder / STORE_FILE
    store.write_bytes(b"".join(store.read_bytes().splitlines(keepends=True)[2:]))
    opened = open_records(folder)
    verdict, _ = audit(opened.records, student, base, None, opened)
    assert verdict.outcome is Outcome.NOT_EVALUATED
    assert "2 seals is missing" in verdict.reason
    accepted, _ = audit(opened.records, student, base, AuditOptions(accept_lost=True), opened)
    assert accepted.p is not None
    assert accepted.details["sealed_and_lost"] == {"C-1": 2}


def test_the_released_one_is_not_recognisable_by_the_order_of_questions(world) -> None:
    log, student, base = world
    asked: list[tuple[str, str]] = []

    class Listening:
        name = "listening"

        def score(self, pairs):
            asked.extend(pairs)
            return student.score(pairs)

    records = log.records()
    audit(records, Listening(), base)
    assert asked == [(one.prompt, text) for one in records for text in one.texts]


def test_one_prompt_alone_has_no_interval() -> None:
    records = [replace(record(i, [f"a{i}", f"b{i}"], i % 2), prompt="one") for i in range(9)]
    verdict, _ = audit(records, Scores(lambda text: float(len(text) + ord(text[0]))))
    assert verdict.effect is None
    assert verdict.p is not None


def test_a_scorer_that_answers_too_little_is_an_error(world) -> None:
    log, student, base = world

    class Short:
        name = "short"

        def score(self, pairs):
            return student.score(pairs)[:-1]

    with pytest.raises(ValueError, match="answers to 160 pairs"):
        audit(log.records(), Short(), base)
