"""Size and power of the twins' test over thousands of simulated suspects: nobody who was not trained on the released texts is accused."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from builders.twin_worlds import DrawnLog, Ngrams, draw_logs, student_of, teacher_of
from revenuer.prove.twins import audit
from revenuer.prove.twins.lot_result import levels_of, trained_at_least
from revenuer.stats.chosen_by_lot import log10_chosen_tail
from revenuer.stats.lot_betting import log10_wealth

RECORDS, DRAWS = 20, 4


def student_of_other_samples(
    log: DrawnLog, teacher: Ngrams, base: Ngrams, rng: np.random.Generator
) -> Ngrams:
    """A student of the same teacher, on the same prompts, with samples of its own."""
    return student_of(log.starts, teacher.sample(log.starts, rng), base)


def stranger(log: DrawnLog, teacher: Ngrams, base: Ngrams, rng: np.random.Generator) -> Ngrams:
    return base


def the_teacher(log: DrawnLog, teacher: Ngrams, base: Ngrams, rng: np.random.Generator) -> Ngrams:
    return teacher


def student_of_twins(log: DrawnLog, teacher: Ngrams, base: Ngrams, rng: np.random.Generator) -> Ngrams:
    return student_of(log.starts, log.twin_texts, base)


Suspect = Callable[[DrawnLog, Ngrams, Ngrams, np.random.Generator], Ngrams]


def scored_logs(
    suspect: Suspect, suspects: int, *, less_base: bool, seed: int
) -> Iterator[tuple[list, list[int]]]:
    """Yield, for each simulated suspect, the scores of its log's candidates and which were released."""
    rng = np.random.default_rng(seed)
    teacher, base = teacher_of(rng), teacher_of(rng)
    for _ in range(suspects // 50):
        for log in draw_logs(teacher, 50, RECORDS, DRAWS, rng):
            scores = log.scores(suspect(log, teacher, base, rng))
            if less_base:
                scores = beyond(scores, [log.scores(base), log.scores(teacher)])
            yield scores, log.released.tolist()


def beyond(scores: list[np.ndarray], others: list[list[np.ndarray]]) -> list[np.ndarray]:
    """Return what the other models' scores do not foretell, as the audit fits it."""
    own, *columns = (np.concatenate([s - s.mean() for s in of]) for of in (scores, *others))
    design = np.stack(columns, axis=1)
    rest = own - design @ np.linalg.lstsq(design, own, rcond=None)[0]
    return list(rest.reshape(len(scores), -1))


def log10_ps(suspect: Suspect, suspects: int, weighting: str, *, less_base: bool, seed: int) -> np.ndarray:
    logs = scored_logs(suspect, suspects, less_base=less_base, seed=seed)
    return np.asarray(
        [log10_chosen_tail(levels_of(scores, weighting), released) for scores, released in logs]
    )


@pytest.mark.parametrize(
    ("suspect", "suspects", "less_base", "weighting"),
    [
        (student_of_other_samples, 2_000, True, "sparse"),
        (student_of_other_samples, 2_000, False, "rank"),
        (stranger, 400, False, "clipped"),
        (the_teacher, 400, False, "clipped"),
    ],
)
def test_size_is_at_most_alpha(suspect: Suspect, suspects: int, less_base: bool, weighting: str) -> None:
    p = 10.0 ** log10_ps(suspect, suspects, weighting, less_base=less_base, seed=11)
    for alpha in (0.05, 0.01, 0.001):
        # Three standard deviations of the count of an exact test.
        assert (p <= alpha).sum() <= suspects * alpha + 3.0 * np.sqrt(suspects * alpha)
    assert 0.46 < p.mean() < 0.56


def test_a_student_of_the_twins_is_never_accused() -> None:
    p = 10.0 ** log10_ps(student_of_twins, 200, "clipped", less_base=True, seed=12)
    assert (p <= 0.05).sum() == 0


def test_wealth_seldom_grows_under_the_null_and_never_mind_when_one_stops() -> None:
    logs = scored_logs(student_of_other_samples, 500, less_base=False, seed=13)
    highest = 10.0 ** np.asarray([log10_wealth(scores, released).max() for scores, released in logs])
    for alpha in (0.05, 0.01):
        assert (highest >= 1.0 / alpha).mean() <= alpha + 3.0 * np.sqrt(alpha / highest.size)


def test_the_whole_audit_accuses_no_student_of_other_samples_and_every_student_of_the_log() -> None:
    rng = np.random.default_rng(14)
    teacher, base = teacher_of(rng), teacher_of(rng)
    innocent, guilty = [], []
    for log in draw_logs(teacher, 30, RECORDS, DRAWS, rng):
        other = student_of_other_samples(log, teacher, base, rng)
        own = student_of(log.starts, log.released_texts, base)
        innocent.append(audit(log.records(), other, base, teacher=teacher)[0].p)
        guilty.append(audit(log.records(), own, base, teacher=teacher)[0].p)
    assert sum(p is not None and p <= 0.05 for p in innocent) <= 6
    assert all(p is not None and p < 1e-6 for p in guilty)


def test_the_bound_for_the_share_trained_on_holds() -> None:
    rng = np.random.default_rng(15)
    too_high = 0
    for _ in range(400):
        trained = rng.random(200) < 0.2
        scores = list(rng.normal(size=(200, 4)))
        released = rng.integers(0, 4, 200).tolist()
        for score, hit, at in zip(scores, trained, released, strict=True):
            score[at] += 5.0 * hit
        too_high += trained_at_least(scores, released) > trained.mean()
    assert too_high <= 0.05 * 400 + 3.0 * np.sqrt(0.05 * 400)
