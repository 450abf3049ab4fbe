"""Options by which every test names its suspect, and opens it: answers, scores or open weights."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click

from revenuer.prove.suspect import Scorer, Writer
from revenuer.prove.suspects import (
    AnswersFile,
    Prompt,
    Sampling,
    ScoresFile,
    Weights,
    load_weights,
    parse_form,
    read_answers,
    read_scores,
)
from revenuer.prove.suspects.prompt_form import PromptForm
from revenuer.prove.suspects.weights import Form
from revenuer.records import UsageError

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspectChoice:
    """Which suspect the user named. At most one of `answers`, `scores` and `weights` is set."""

    role: str
    answers: Path | None = None
    scores: Path | None = None
    weights: Path | None = None
    template: str = "auto"
    sampling: Sampling = field(default_factory=Sampling)
    batch: int = 8

    @property
    def given(self) -> bool:
        """Whether any suspect was named."""
        return any(place is not None for place in (self.answers, self.scores, self.weights))


def suspect_options(role: str = "suspect") -> Callable[[F], F]:
    """Add the options that name a suspect; the command gets them as one argument `<role>: SuspectChoice`.

    The suspect's own are --answers, --scores and --weights; those of another role have its name in front (--teacher-answers).
    """
    prefix = "" if role == "suspect" else f"{role}-"
    whose = f"the {role}'s"

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            given = {name: kwargs.pop(f"{prefix}{name}".replace("-", "_")) for name in _NAMES}
            return function(*args, **{role: _choice(role, prefix, given)}, **kwargs)

        decorated: Any = wrapper
        for option in reversed(_options(prefix, whose)):
            decorated = option(decorated)
        return decorated  # type: ignore[no-any-return]

    return decorate


_NAMES = ("answers", "scores", "weights", "template")
_FILE = click.Path(path_type=Path)


def _options(prefix: str, whose: str) -> tuple[Callable[[Any], Any], ...]:
    return (
        click.option(
            f"--{prefix}answers", type=_FILE, help=f"File of {whose} answers (JSON lines or Parquet)."
        ),
        click.option(
            f"--{prefix}scores",
            type=_FILE,
            help=f"File of {whose} log-probabilities, as `prove ask --score` writes it.",
        ),
        click.option(
            f"--{prefix}weights",
            type=_FILE,
            help=f"Directory of {whose} open weights (transformers, safetensors).",
        ),
        click.option(
            f"--{prefix}template",
            default="auto",
            show_default=True,
            metavar="auto|chat|plain|TEXT",
            help="What stands around a prompt: the chat template of the weights, nothing, or a text with {prompt}.",
        ),
    )


def _choice(role: str, prefix: str, given: Mapping[str, Any]) -> SuspectChoice:
    named = [name for name in ("answers", "scores", "weights") if given[name] is not None]
    if len(named) > 1:
        options = " and ".join(f"--{prefix}{name}" for name in named)
        raise UsageError(f"got {options}, expected one way to the {role}; leave out the others")
    return SuspectChoice(role=role, **given)


def open_answers(choice: SuspectChoice, prompts: Mapping[str, Prompt] | None = None) -> AnswersFile:
    """Return the file of answers, with its counts. Raises UsageError where the suspect was named in another way."""
    if choice.answers is None:
        raise UsageError(_need(choice, ["answers"], "collect them first with `revenuer prove ask`"))
    return read_answers(choice.answers, prompts)


def open_writer(choice: SuspectChoice, prompts: Mapping[str, Prompt] | None = None) -> Writer:
    """Return what answers for the suspect. Raises UsageError where it was named in no way that can."""
    if choice.answers is not None:
        return read_answers(choice.answers, prompts)
    if choice.weights is not None:
        return open_weights(choice)
    raise UsageError(_need(choice, ["answers", "weights"], "name one"))


def open_scorer(choice: SuspectChoice) -> Scorer:
    """Return what scores texts for the suspect. Raises UsageError where it was named in no way that can."""
    if choice.scores is not None:
        scores: ScoresFile = read_scores(choice.scores)
        return scores
    if choice.weights is not None:
        return open_weights(choice)
    raise UsageError(_need(choice, ["scores", "weights"], "answers alone cannot tell how probable a text is"))


def open_weights(choice: SuspectChoice) -> Weights:
    """Return the open weights. Raises UsageError where they were not named."""
    if choice.weights is None:
        raise UsageError(_need(choice, ["weights"], "name a directory"))
    return load_weights(
        choice.weights, form=form_of(choice.template), sampling=choice.sampling, batch=choice.batch
    )


def form_of(template: str) -> Form | PromptForm:
    """Return what --template says. Raises UsageError."""
    named: dict[str, Form] = {"auto": "auto", "chat": "chat", "plain": "plain"}
    return named[template] if template in named else parse_form(template)


def _need(choice: SuspectChoice, ways: list[str], remedy: str) -> str:
    prefix = "" if choice.role == "suspect" else f"{choice.role}-"
    options = " or ".join(f"--{prefix}{way}" for way in ways)
    return f"this needs the {choice.role} by {options}; {remedy}"
