"""What an endpoint can do: found out with a few tiny requests, recorded in the exchange log, never assumed."""

from dataclasses import dataclass
from typing import Any

from revenuer.prove.suspects.endpoint.alignment import scored_pair
from revenuer.prove.suspects.endpoint.connection import Connection
from revenuer.prove.suspects.endpoint.errors import WireError
from revenuer.prove.suspects.endpoint.requests import (
    CHAT,
    COMPLETIONS,
    Request,
    echo_body,
    prompt_logprobs_body,
)
from revenuer.prove.suspects.endpoint.settings import EndpointSettings
from revenuer.prove.suspects.endpoint.wire import (
    error_words,
    parse_echo,
    parse_prompt_logprobs,
    parse_written,
)

CONTEXT, CONTINUATION = "The quick brown fox", " jumps over the lazy dog."


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """`echo_max_tokens`: with how many generated tokens the endpoint echoes a prompt with log-probabilities, None = not at all. `seed`: it
    takes a seed (whether it heeds it is not known). `refused`: what it said to what it cannot do."""

    chat: bool = False
    completions: bool = False
    seed: bool = False
    prompt_logprobs: bool = False
    echo_max_tokens: int | None = None
    refused: tuple[tuple[str, str], ...] = ()

    @property
    def scores(self) -> bool:
        """Whether the endpoint tells how probable a text is."""
        return self.prompt_logprobs or self.echo_max_tokens is not None


def probe_writing(connection: Connection, settings: EndpointSettings) -> Capabilities:
    """Return how the endpoint can be asked for answers."""
    refused: dict[str, str] = {}
    turn = {"messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 1}
    asked = {CHAT: turn, COMPLETIONS: {"prompt": "Say hello.", "max_tokens": 1}}
    works = {CHAT: False, COMPLETIONS: False}
    seed = False
    for path, body in asked.items():
        if settings.api != "auto" and not path.endswith(settings.api):
            continue
        if works[CHAT]:
            break
        with_seed = {"model": settings.model, **body, "seed": 1}
        works[path] = seed = _writes(connection, path, with_seed, refused)
        if not works[path]:
            works[path] = _writes(connection, path, {"model": settings.model, **body}, refused)
    return Capabilities(
        chat=works[CHAT], completions=works[COMPLETIONS], seed=seed, refused=tuple(refused.items())
    )


def probe_scoring(connection: Connection, settings: EndpointSettings) -> Capabilities:
    """Return how the endpoint tells how probable a text is: tried on a text whose tokens must spell it."""
    refused: dict[str, str] = {}
    if settings.scoring != "echo" and _scores(
        connection, prompt_logprobs_body(settings.model, CONTEXT + CONTINUATION), refused
    ):
        return Capabilities(completions=True, prompt_logprobs=True, refused=tuple(refused.items()))
    if settings.scoring != "prompt_logprobs":
        for more in (0, 1):
            if _scores(connection, echo_body(settings.model, CONTEXT + CONTINUATION, more), refused):
                return Capabilities(completions=True, echo_max_tokens=more, refused=tuple(refused.items()))
    return Capabilities(refused=tuple(refused.items()))


def _writes(connection: Connection, path: str, body: dict[str, Any], refused: dict[str, str]) -> bool:
    came = connection.probe(Request(purpose="probe", path=path, body=body))
    if came is None:
        return False
    try:
        if came.status != 200:
            raise WireError(f"{came.status} {error_words(came.response)}")
        parse_written(came.response)
    except WireError as error:
        refused[f"{path}{' with seed' if 'seed' in body else ''}"] = str(error)
        return False
    return True


def _scores(connection: Connection, body: dict[str, Any], refused: dict[str, str]) -> bool:
    came = connection.probe(Request(purpose="probe", path=COMPLETIONS, body=body))
    if came is None:
        return False
    name = "prompt_logprobs" if "prompt_logprobs" in body else f"echo with max_tokens={body['max_tokens']}"
    try:
        if came.status != 200:
            raise WireError(f"{came.status} {error_words(came.response)}")
        found = (parse_prompt_logprobs if "prompt_logprobs" in body else parse_echo)(came.response)
        scored = scored_pair(found, CONTEXT, CONTINUATION)
        if scored.logprobs is None:
            raise WireError(scored.reason)
    except WireError as error:
        refused[name] = str(error)
        return False
    return True
