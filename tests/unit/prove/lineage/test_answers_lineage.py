"""Lineage from answers: what it claims, what it refuses to claim, and what it does not judge at all."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from builders.lineage_panel import World, panel_with_student
from revenuer.prove.lineage.answers_lineage import answers_verdict
from revenuer.prove.lineage.panel import UNKNOWN, Panel, PanelModel
from revenuer.prove.suspect import Answer
from revenuer.records import Outcome


def changed(model: PanelModel, change: Callable[[int, Answer], Answer]) -> PanelModel:
    answers = {name: change(i, answer) for i, (name, answer) in enumerate(model.answers.items())}
    return replace(model, answers=answers)


@pytest.fixture(scope="module")
def case() -> tuple[Panel, PanelModel, PanelModel]:
    return panel_with_student(1)


def test_a_student_is_named_and_an_innocent_is_not(case: tuple[Panel, PanelModel, PanelModel]) -> None:
    panel, student, innocent = case
    found, pack = answers_verdict(student, panel, "T", 0.1)
    assert found.outcome is Outcome.POSITIVE
    # Twenty innocents and the rival are projects that do not derive from T.
    assert found.p == found.floor == 1 / 22
    assert found.n["null_projects"] == 21
    assert pack is not None
    cleared, _ = answers_verdict(innocent, panel, "T", 0.1)
    assert cleared.outcome is Outcome.INCONCLUSIVE
    assert "power" in cleared.reason
    other, _ = answers_verdict(student, panel, "R", 0.1)
    assert other.outcome is Outcome.INCONCLUSIVE


def test_nothing_is_claimed_below_the_floor(case: tuple[Panel, PanelModel, PanelModel]) -> None:
    panel, student, _ = case
    found, _ = answers_verdict(student, panel, "T", 0.01)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "at least 99 are needed" in found.reason


def test_many_models_of_one_project_are_one_null(case: tuple[Panel, PanelModel, PanelModel]) -> None:
    panel, student, _ = case
    merged = Panel(
        models=tuple(
            model if model.teacher else replace(model, project=f"lab{int(model.name[4:].split('-')[0]) % 4}")
            for model in panel.models
        )
    )
    found, _ = answers_verdict(student, merged, "T", 0.1)
    assert found.n["null_projects"] == 5
    assert found.outcome is Outcome.INCONCLUSIVE


def test_undocumented_models_and_their_projects_are_no_controls(
    case: tuple[Panel, PanelModel, PanelModel],
) -> None:
    panel, student, _ = case
    doubtful = Panel(
        models=tuple(
            replace(model, derives_from=frozenset({UNKNOWN}))
            if model.name in ("null1-0", "null2-0")
            else model
            for model in panel.models
        )
    )
    found, _ = answers_verdict(student, doubtful, "T", 0.1)
    assert found.n["null_projects"] == 19


def test_terse_innocents_are_not_a_terse_teachers_students() -> None:
    world = World(5)
    panel = Panel(
        models=(
            world.model("T-1", world.habits(), project="maker", teacher="T", length=12),
            *world.innocents(20),
        )
    )
    terse = world.model("terse", world.habits(), length=12)
    found, _ = answers_verdict(terse, panel, "T", 0.1)
    assert found.p is not None
    assert found.p > 0.1


SPOILT: list[tuple[str, Callable[[int, Answer], Answer]]] = [
    ("other words", lambda i, a: replace(a, prompt="something else") if i % 5 == 0 else a),
    ("empty, truncated", lambda i, a: replace(a, text="") if i % 4 == 0 else a),
    ("empty, truncated", lambda i, a: replace(a, finish_reason="length") if i % 4 == 0 else a),
    ("empty, truncated", lambda i, a: replace(a, finish_reason="refusal") if i % 4 == 0 else a),
    ("refusals", lambda i, a: replace(a, text=f"Sorry, I cannot help with {i}.") if i % 3 else a),
    ("another language", lambda i, a: replace(a, text=" ".join(f"mot{j}x{i}" for j in range(50)))),
]


@pytest.mark.parametrize(
    ("said", "change"), SPOILT, ids=lambda value: value if isinstance(value, str) else ""
)
def test_answers_that_cannot_be_compared_are_not_judged(
    case: tuple[Panel, PanelModel, PanelModel], said: str, change: Callable[[int, Answer], Answer]
) -> None:
    panel, student, _ = case
    found, pack = answers_verdict(changed(student, change), panel, "T", 0.1)
    assert found.outcome is Outcome.NOT_EVALUATED
    assert said in found.reason
    assert found.p is None
    assert pack is None


def test_a_copy_of_the_teachers_file_is_not_judged(case: tuple[Panel, PanelModel, PanelModel]) -> None:
    panel, student, _ = case
    copied = panel.versions("T")[0].answers
    mixed = changed(student, lambda i, answer: copied[answer.prompt_id] if i % 10 == 0 else answer)
    found, _ = answers_verdict(mixed, panel, "T", 0.1)
    assert found.outcome is Outcome.NOT_EVALUATED
    assert "word for word those of T-1" in found.reason


def test_too_few_prompts_or_projects_are_not_judged(case: tuple[Panel, PanelModel, PanelModel]) -> None:
    panel, student, _ = case
    few = replace(student, answers=dict(list(student.answers.items())[:60]))
    assert "60 prompts" in answers_verdict(few, panel, "T", 0.1)[0].reason
    small = Panel(models=tuple(m for m in panel.models if m.teacher == "T" or m.project == "null1"))
    found, _ = answers_verdict(student, small, "T", 0.5)
    assert found.outcome is Outcome.NOT_EVALUATED
    assert "fewer than 3 projects" in found.reason


def test_a_panel_model_with_few_answers_is_left_out_and_named(
    case: tuple[Panel, PanelModel, PanelModel],
) -> None:
    panel, student, _ = case
    thin = Panel(
        models=tuple(
            replace(m, answers=dict(list(m.answers.items())[:50])) if m.name == "null2-0" else m
            for m in panel.models
        )
    )
    found, _ = answers_verdict(student, thin, "T", 0.1)
    assert found.n["null_projects"] == 20
    assert list(found.details["left_out"]) == ["null2-0"]


def test_siblings_without_known_students_are_one_set() -> None:
    world = World(3)
    style = world.habits()
    panel = Panel(
        models=(
            world.model("T-1", style, project="maker", teacher="T"),
            world.model("T2-1", 0.7 * style + 0.3 * world.habits(), project="maker", teacher="T2"),
            *world.innocents(20),
        )
    )
    student = world.model("student", 0.6 * style + 0.4 * world.habits())
    found, _ = answers_verdict(student, panel, "T", 0.1)
    assert found.outcome is Outcome.POSITIVE
    assert found.details["teachers"] == ["T", "T2"]
    assert "not told apart" in found.summary


def test_rivals_are_told_apart_by_known_students() -> None:
    world = World(4)
    one, two = world.habits(), world.habits()
    students = [
        world.model(f"{name}{i}", 0.5 * style + 0.5 * world.habits(), of=(name,))
        for name, style in (("T", one), ("R", two))
        for i in range(3)
    ]
    panel = Panel(
        models=(
            world.model("T-1", one, project="maker", teacher="T"),
            world.model("R-1", two, project="maker", teacher="R"),
            *students,
            *world.innocents(12),
        )
    )
    suspect = world.model("student", 0.5 * one + 0.5 * world.habits())
    found, _ = answers_verdict(suspect, panel, "T", 0.1)
    assert found.outcome is Outcome.POSITIVE
    assert found.details["teachers"] == ["T"]
    assert found.details["rivals"][0]["auc_on_known_students"] == 1.0
    assert found.details["power_lower_limit"] == pytest.approx(0.05 ** (1 / 3))
