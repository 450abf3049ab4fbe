"""The audit by the suspect's own answers: it finds a parrot, and says nothing of answers to other prompts."""

import numpy as np
import pytest

from builders.twin_worlds import draw_log, teacher_of
from revenuer.prove.suspect import Answer
from revenuer.prove.twins import AnswerAuditOptions, audit_answers
from revenuer.prove.twins.similarity import edit_likeness, longest_run, ngram_likeness, rarity, words_of
from revenuer.records import Outcome


def records():
    rng = np.random.default_rng(31)
    return draw_log(teacher_of(rng), 40, 3, rng).records()


def said(texts: dict[str, str]) -> list[Answer]:
    return [
        Answer(prompt_id=str(i), prompt=prompt, text=text) for i, (prompt, text) in enumerate(texts.items())
    ]


@pytest.mark.parametrize("likeness", ["ngrams", "run", "edit"])
def test_a_parrot_is_found_and_a_parrot_of_twins_is_not(likeness) -> None:
    log = records()
    options = AnswerAuditOptions(likeness=likeness)
    halves = {one.prompt: " ".join(one.texts[one.released].split()[:8]) for one in log}
    verdict, _ = audit_answers(log, said(halves), "parrot", options)
    assert verdict.outcome is Outcome.POSITIVE
    assert verdict.test == "twins-answers"
    twins = {one.prompt: " ".join(one.texts[(one.released + 1) % 3].split()[:8]) for one in log}
    other, _ = audit_answers(log, said(twins), "parrot", options)
    assert other.p > 0.5


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [Answer(prompt_id="1", prompt="another prompt", text="some text")],
        [Answer(prompt_id=str(i), prompt=one.prompt, text=" \n") for i, one in enumerate(records())],
    ],
    ids=["none", "other prompts", "empty"],
)
def test_answers_that_say_nothing_are_not_evaluated(answers) -> None:
    verdict, _ = audit_answers(records(), answers, "silent")
    assert verdict.outcome is Outcome.NOT_EVALUATED
    assert verdict.p is None


def test_refusals_and_another_language_find_nothing() -> None:
    for text in ("I cannot help with that.", "一 二 三 四"):
        verdict, _ = audit_answers(records(), said({one.prompt: text for one in records()}), "polite")
        assert verdict.outcome is not Outcome.POSITIVE


def test_several_answers_to_one_prompt_are_averaged() -> None:
    log = records()
    answers = [
        Answer(prompt_id=str(i), prompt=one.prompt, text=one.texts[(one.released + j) % 3], sample=j)
        for i, one in enumerate(log)
        for j in range(3)
    ]
    verdict, _ = audit_answers(log, answers, "everything")
    assert verdict.outcome is not Outcome.POSITIVE
    assert verdict.n["records"] == len(log)


def test_likenesses_of_small_texts() -> None:
    a, b = words_of("The cat sat on the mat"), words_of("a cat sat on a chair")
    assert longest_run(a, b) == 3.0
    assert edit_likeness(a, b) == pytest.approx(0.5)
    assert edit_likeness(a, a) == 1.0
    assert edit_likeness([], []) == 1.0
    weights = rarity([a, b, ["dog"]])
    assert ngram_likeness(a, a, weights) > ngram_likeness(a, b, weights) > 0.0
    assert ngram_likeness([], [], weights) == 0.0
