"""Options by which every test names its suspect, and opens it: answers, scores, an endpoint, or open weights."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click

from revenuer.cli.endpoint_options import EndpointChoice, endpoint_choice, endpoint_options, open_endpoint
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
    """Which suspect the user named. At most one of `answers`, `scores`, `weights` and `endpoint` is set."""

    role: str
    answers: Path | None = None
    scores: Path | None = None
    weights: Path | None = None
    endpoint: EndpointChoice | None = None
    template: str = "auto"
    sampling: Sampling = field(default_factory=Sampling)

    @property
    def given(self) -> bool:
        """Whether any suspect was named."""
        return any(way is not None for way in (self.answers, self.scores, self.weights, self.endpoint))


def suspect_options(role: str = "suspect") -> Callable[[F], F]:
    """Add the options that name a suspect; the command gets them as one argument `<role>: SuspectChoice`.

    The suspect's own are --answers, --scores, --weights and --endpoint; those of another role have its name in front (--teacher-answers) and
    no endpoint: its answers or scores are collected first, by `prove ask`.
    """
    prefix = "" if role == "suspect" else f"{role}-"

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            given = {name: kwargs.pop(f"{prefix}{name}".replace("-", "_")) for name in _NAMES}
            endpoint, sampling = None, Sampling()
            if not prefix:
                sampling = Sampling(**{name: kwargs.pop(_SAMPLING[name]) for name in _SAMPLING})
                endpoint = endpoint_choice(kwargs)
            choice = SuspectChoice(role=role, endpoint=endpoint, sampling=sampling, **given)
            _check(choice, prefix)
            return function(*args, **{role: choice}, **kwargs)

        decorated: Any = wrapper
        more = () if prefix else (*endpoint_options(), *_sampling_options())
        for option in reversed((*_options(prefix, f"the {role}'s"), *more)):
            decorated = option(decorated)
        return decorated  # type: ignore[no-any-return]

    return decorate


_NAMES = ("answers", "scores", "weights", "template")
_SAMPLING = {
    "max_tokens": "max_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "seed": "sampling_seed",
}
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


def _sampling_options() -> tuple[Callable[[Any], Any], ...]:
    return (
        click.option(
            "--max-tokens",
            default=256,
            show_default=True,
            type=click.IntRange(min=1),
            help="Longest answer, where answers are asked for.",
        ),
        click.option("--temperature", default=1.0, show_default=True, type=click.FloatRange(0.0, 2.0)),
        click.option(
            "--top-p", default=1.0, show_default=True, type=click.FloatRange(0.0, 1.0, min_open=True)
        ),
        click.option(
            "--sampling-seed",
            default=0,
            show_default=True,
            type=click.IntRange(min=0),
            help="Seed of the draw of answers.",
        ),
    )


def _check(choice: SuspectChoice, prefix: str) -> None:
    ways = ("answers", "scores", "weights", "endpoint")
    named = [way for way in ways if getattr(choice, way) is not None]
    if len(named) > 1:
        options = " and ".join(f"--{prefix}{way}" for way in named)
        raise UsageError(f"got {options}, expected one way to the {choice.role}; leave out the others")


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
    if choice.endpoint is not None:
        return open_endpoint(choice.endpoint, choice.template, choice.sampling)
    raise UsageError(_need(choice, ["answers", "weights", "endpoint"], "name one"))


def open_scorer(choice: SuspectChoice, told: Callable[[], None] = lambda: None) -> Scorer:
    """Return what scores texts for the suspect. `told` is called for each text that an endpoint has scored. Raises UsageError where it was named in no way that can."""
    if choice.scores is not None:
        scores: ScoresFile = read_scores(choice.scores)
        return scores
    if choice.weights is not None:
        return open_weights(choice)
    if choice.endpoint is not None:
        return open_endpoint(choice.endpoint, choice.template, choice.sampling, told)
    raise UsageError(
        _need(choice, ["scores", "weights", "endpoint"], "answers alone cannot tell how probable a text is")
    )


def open_weights(choice: SuspectChoice) -> Weights:
    """Return the open weights. Raises UsageError where they were not named."""
    if choice.weights is None:
        raise UsageError(_need(choice, ["weights"], "name a directory"))
    return load_weights(choice.weights, form=form_of(choice.template), sampling=choice.sampling)


def form_of(template: str) -> Form | PromptForm:
    """Return what --template says. Raises UsageError."""
    named: dict[str, Form] = {"auto": "auto", "chat": "chat", "plain": "plain"}
    return named[template] if template in named else parse_form(template)


def _need(choice: SuspectChoice, ways: list[str], remedy: str) -> str:
    prefix = "" if choice.role == "suspect" else f"{choice.role}-"
    options = " or ".join(f"--{prefix}{way}" for way in ways if not prefix or way != "endpoint")
    return f"this needs the {choice.role} by {options}; {remedy}"
