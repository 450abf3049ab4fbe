"""Options of a suspect behind an endpoint: address, key, pace, cost, and the log of exchanges."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from revenuer.cli.agree_to_cost import consent_of
from revenuer.prove.suspects import Sampling, parse_form
from revenuer.prove.suspects.endpoint import (
    ApiKey,
    Endpoint,
    EndpointSettings,
    ExchangeLog,
    Prices,
    checked_url,
    read_api_key,
)
from revenuer.prove.suspects.prompt_form import PLAIN
from revenuer.records import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointChoice:
    """An endpoint as the user named it."""

    url: str
    model: str
    key: ApiKey
    log: Path | None
    api: Any
    requests_per_min: float | None
    tokens_per_min: float | None
    concurrency: int
    timeout_s: float
    attempts: int
    retry_delay_s: float
    prices: Prices
    max_cost: float | None
    yes: bool


_POSITIVE = click.FloatRange(min=0.0, min_open=True)
_NOT_NEGATIVE = click.FloatRange(min=0.0)


def endpoint_options() -> tuple[Callable[[Any], Any], ...]:
    """Return the options, to be put on a command that hands its arguments to `endpoint_choice`."""
    file = click.Path(path_type=Path)
    return (
        click.option(
            "--endpoint",
            metavar="URL",
            help="OpenAI-compatible endpoint of the suspect, such as https://host/v1.",
        ),
        click.option("--model", metavar="NAME", help="The model's name at the endpoint."),
        click.option(
            "--api-key-env", metavar="VARIABLE", help="Environment variable that holds the endpoint's key."
        ),
        click.option("--api-key-file", type=file, help="File that holds the endpoint's key."),
        click.option("--log", type=file, help="Exchange log: appended to, and gone on from after a stop."),
        click.option(
            "--api",
            default="auto",
            show_default=True,
            type=click.Choice(["auto", "chat", "completions"]),
            help="Interface that answers are asked for by.",
        ),
        click.option("--requests-per-min", type=_POSITIVE, help="Limit of the provider's, or your own."),
        click.option("--tokens-per-min", type=_POSITIVE, help="The same for tokens, in and out."),
        click.option(
            "--concurrency",
            default=4,
            show_default=True,
            type=click.IntRange(1, 64),
            help="Requests at a time.",
        ),
        click.option(
            "--timeout",
            "timeout_s",
            default=120.0,
            show_default=True,
            type=_POSITIVE,
            help="Seconds for one answer.",
        ),
        click.option(
            "--attempts",
            default=6,
            show_default=True,
            type=click.IntRange(1, 50),
            help="Attempts for one request.",
        ),
        click.option(
            "--retry-delay",
            default=1.0,
            show_default=True,
            type=_POSITIVE,
            help="Seconds before the second attempt; doubled each time.",
        ),
        click.option("--price-in", type=_NOT_NEGATIVE, help="Price of a million tokens sent."),
        click.option("--price-out", type=_NOT_NEGATIVE, help="Price of a million tokens answered."),
        click.option(
            "--max-cost", type=_NOT_NEGATIVE, help="Send as long as it costs no more than this, in this run."
        ),
        click.option("--yes", is_flag=True, help="Send, whatever it costs."),
    )


def endpoint_choice(kwargs: dict[str, Any]) -> EndpointChoice | None:
    """Take the endpoint's arguments out of `kwargs` and return what they say; None where no endpoint was named. Raises UsageError."""
    url, model = kwargs.pop("endpoint"), kwargs.pop("model")
    variable, file = kwargs.pop("api_key_env"), kwargs.pop("api_key_file")
    given = {
        name: kwargs.pop(name)
        for name in (
            "log",
            "api",
            "requests_per_min",
            "tokens_per_min",
            "concurrency",
            "timeout_s",
            "attempts",
        )
    }
    delay = kwargs.pop("retry_delay")
    prices = Prices(input=kwargs.pop("price_in"), output=kwargs.pop("price_out"))
    max_cost, yes = kwargs.pop("max_cost"), kwargs.pop("yes")
    if url is None:
        return None
    if not model:
        raise UsageError("got --endpoint without --model; name the model as the endpoint calls it")
    key = read_api_key(variable, file)
    return EndpointChoice(
        url=checked_url(url, has_key=bool(key.secret)),
        model=model,
        key=key,
        retry_delay_s=delay,
        prices=prices,
        max_cost=max_cost,
        yes=yes,
        **given,
    )


def open_endpoint(
    choice: EndpointChoice, template: str, sampling: Sampling, told: Callable[[], None] = lambda: None
) -> Endpoint:
    """Return the endpoint, closed with the command; `told` is called after each request that came to an end. It shows its cost before it sends anything.

    Raises UsageError without --log, and for a chat template, which an endpoint has on its own side.
    """
    if choice.log is None:
        raise UsageError(
            "an endpoint needs --log FILE: every exchange is kept there, and an interrupted run goes on from it"
        )
    if template == "chat":
        raise UsageError(
            "got --template chat, which needs the tokenizer of open weights; write the template out, with {prompt}"
        )
    settings = EndpointSettings(
        base_url=choice.url,
        model=choice.model,
        api=choice.api,
        form=PLAIN if template in ("auto", "plain") else parse_form(template),
        sampling=sampling,
        requests_per_min=choice.requests_per_min,
        tokens_per_min=choice.tokens_per_min,
        concurrency=choice.concurrency,
        timeout_s=choice.timeout_s,
        attempts=choice.attempts,
        first_delay_s=choice.retry_delay_s,
    )
    context = click.get_current_context()
    log = ExchangeLog(choice.log, choice.url, choice.model)
    context.call_on_close(log.close)
    for note in _notes(log):
        click.echo(f"revenuer: {note}", err=True)
    endpoint = Endpoint(
        settings,
        log,
        consent=consent_of(yes=choice.yes, max_cost=choice.max_cost),
        key=choice.key,
        prices=choice.prices,
        max_cost=choice.max_cost,
        told=told,
    )
    context.call_on_close(endpoint.close)
    return endpoint


def _notes(log: ExchangeLog) -> list[str]:
    notes = []
    if log.cut_bytes:
        notes.append(
            f"{log.path}: the last line was unfinished ({log.cut_bytes} bytes) and was cut off; its request is made again"
        )
    if log.unanswered:
        notes.append(
            f"{log.path}: {log.unanswered} requests were sent and their answers never written down; where still asked for, they are made again"
        )
    if log.repeated:
        notes.append(
            f"{log.path}: {log.repeated} answers are to requests that were answered before; the first one counts"
        )
    return notes
