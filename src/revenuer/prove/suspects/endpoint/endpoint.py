"""A suspect behind an OpenAI-compatible endpoint: answers and log-probabilities, each exchange made once and kept in the log."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from types import TracebackType
from typing import Any, Self

from revenuer.prove.suspect import Answer, Ask, Scored
from revenuer.prove.suspects.endpoint.alignment import needs_context, scored_pair
from revenuer.prove.suspects.endpoint.api_key import ApiKey
from revenuer.prove.suspects.endpoint.connection import Connection, Exhausted
from revenuer.prove.suspects.endpoint.cost import Consent, Prices, estimate
from revenuer.prove.suspects.endpoint.errors import EndpointError
from revenuer.prove.suspects.endpoint.exchange_log import Came, ExchangeLog
from revenuer.prove.suspects.endpoint.probe import (
    Capabilities,
    probe_scoring,
    probe_writing,
)
from revenuer.prove.suspects.endpoint.requests import Request, answer_request, score_request
from revenuer.prove.suspects.endpoint.settings import EndpointSettings
from revenuer.prove.suspects.endpoint.wire import (
    TokenScores,
    parse_echo,
    parse_prompt_logprobs,
    parse_written,
)

DOWN_AFTER = 3
"""So many requests in a row whose every attempt failed: the endpoint is down, and asking on would only cost."""


class Endpoint:
    """Implements Writer and Scorer. What the log holds is not asked again. `failed`: what the endpoint refused for good, by its words.

    `consent` is called with what is about to be sent, before anything is; `told` after each request that came to an end.
    """

    def __init__(
        self,
        settings: EndpointSettings,
        log: ExchangeLog,
        *,
        consent: Consent,
        key: ApiKey | None = None,
        prices: Prices | None = None,
        max_cost: float | None = None,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self.settings, self.log = settings, log
        self._consent, self._told = consent, told
        self._prices, self._max_cost = prices or Prices(), max_cost
        self._connection = Connection(
            settings, key or ApiKey(), log, before_probe=self._may_send, seed=settings.sampling.seed
        )
        self._agreed = True
        self._before_sending: Callable[[], None] = lambda: None
        self._writing: Capabilities | None = None
        self._scoring: Capabilities | None = None
        self.failed: Counter[str] = Counter()

    @property
    def name(self) -> str:
        """The model's name at the endpoint."""
        return self.settings.model

    @property
    def capabilities(self) -> tuple[Capabilities, ...]:
        """What was found out so far."""
        return tuple(found for found in (self._writing, self._scoring) if found is not None)

    def answers(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Yield an answer to each ask, as they come; those of earlier runs first.

        Raises EndpointError where the endpoint writes nothing, is down, or left some unanswered: the log holds the rest.
        """
        agreed = False
        if self._writing is None:
            self._begin(
                [answer_request(self.settings, ask, chat=True, seed=False) for ask in asks], probing=True
            )
            self._writing = probe_writing(self._connection, self.settings)
            agreed = self._agreed
        found = self._writing
        if not found.chat and not found.completions:
            raise EndpointError(_cannot("writes no answers", self.settings, found))
        asked = {
            request.key: (request, ask)
            for ask in asks
            for request in [answer_request(self.settings, ask, chat=found.chat, seed=found.seed)]
        }
        requests = [request for request, _ in asked.values()]
        if not agreed:
            self._begin(requests, probing=False)
        for request, came in self._exchanges(requests, parse_written):
            ask = asked[request.key][1]
            if came is not None:
                written = parse_written(came.response)
                yield Answer(
                    prompt_id=ask.prompt_id,
                    prompt=ask.prompt,
                    text=written.text,
                    sample=ask.sample,
                    finish_reason=written.finish_reason,
                )
            elif _filtered(self.log.failed[request.key]):
                yield Answer(
                    prompt_id=ask.prompt_id,
                    prompt=ask.prompt,
                    text="",
                    sample=ask.sample,
                    finish_reason="refusal",
                )
            else:
                self.failed[self.log.failed[request.key]] += 1

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Scored]:
        """Return the continuation's log-probabilities for each pair, in order; a pair that comes twice is asked once.

        Raises EndpointError where the endpoint tells no log-probabilities, is down, or left some unanswered.
        """
        agreed = False
        if self._scoring is None:
            self._begin(self._score_requests(pairs, Capabilities(prompt_logprobs=True)), probing=True)
            self._scoring = probe_scoring(self._connection, self.settings)
            agreed = self._agreed
        found = self._scoring
        if not found.scores:
            raise EndpointError(_cannot("tells no log-probabilities of a given text", self.settings, found))
        requests = self._score_requests(pairs, found)
        if not agreed:
            self._begin(requests, probing=False)
        parse = parse_prompt_logprobs if found.prompt_logprobs else parse_echo
        came = {
            request.key: None if came is None else parse(came.response)
            for request, came in self._exchanges(requests, parse)
        }
        scored = {pair: self._scored(pair, found, came) for pair in dict.fromkeys(pairs)}
        return [scored[pair] for pair in pairs]

    def close(self) -> None:
        """Close the connections. The log stays open: it is its opener's."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _score_requests(self, pairs: Sequence[tuple[str, str]], found: Capabilities) -> list[Request]:
        """Return the requests that scoring the pairs takes, each once."""
        form = self.settings.form
        texts: dict[str, None] = {}
        for prompt, continuation in pairs:
            context = form.context(prompt)
            texts[context + continuation] = None
            if context and needs_context(context, continuation):
                texts[context] = None
        return [score_request(self.settings, text, found.echo_max_tokens) for text in texts]

    def _scored(
        self, pair: tuple[str, str], found: Capabilities, came: Mapping[str, TokenScores | None]
    ) -> Scored:
        context = self.settings.form.context(pair[0])
        whole = score_request(self.settings, context + pair[1], found.echo_max_tokens).key
        tokens = came[whole]
        if tokens is None:
            return Scored(logprobs=None, reason=f"the endpoint refused it: {self.log.failed[whole]}")
        return scored_pair(
            tokens,
            context,
            pair[1],
            came.get(score_request(self.settings, context, found.echo_max_tokens).key),
        )

    def _begin(self, requests: Sequence[Request], *, probing: bool) -> None:
        """Ask for consent to `requests` when, and only when, the first of them or of the probes is about to be sent."""

        def agree() -> None:
            pending = [request for request in requests if not self.log.knows(request)]
            spent = self._prices.of(*self._connection.spent)
            self._consent(estimate(pending, self._prices, probing=probing, spent=spent))
            self._agreed = True

        self._agreed = False
        self._before_sending = agree

    def _may_send(self) -> None:
        if not self._agreed:
            self._before_sending()

    def _exchanges(
        self, requests: Sequence[Request], check: Callable[[str], Any]
    ) -> Iterator[tuple[Request, Came | None]]:
        """Yield each request with what came back; None where the endpoint refused it for good."""
        pending = []
        for request in requests:
            if self.log.knows(request):
                yield request, self.log.came(request)
                self._told()
            else:
                pending.append(request)
        if pending:
            self._may_send()
        left, last = 0, ""
        for request, came, exhausted in self._sent(pending, check):
            if exhausted:
                left += 1
                last = exhausted
                continue
            self._told()
            yield request, came
        if left:
            raise EndpointError(
                f"{left} of {len(requests)} requests got no answer ({last}); the others are in {self.log.path}: run the same command "
                "again, and only those are asked again"
            )

    def _sent(
        self, pending: Sequence[Request], check: Callable[[str], Any]
    ) -> Iterator[tuple[Request, Came | None, str]]:
        """Yield (request, what came back, why every attempt failed)."""
        coming = iter(pending)
        failures = done = 0
        with ThreadPoolExecutor(self.settings.concurrency) as pool:
            running: dict[Future[Came | None], Request] = {}
            try:
                while True:
                    for request in islice(coming, self.settings.concurrency - len(running)):
                        self._stay_within([*running.values(), request], done, len(pending))
                        running[pool.submit(self._connection.send, request, check)] = request
                    if not running:
                        return
                    finished, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in finished:
                        request = running.pop(future)
                        try:
                            came = future.result()
                        except Exhausted as error:
                            failures += 1
                            if failures >= DOWN_AFTER:
                                raise EndpointError(self._down(str(error), done, len(pending))) from error
                            yield request, None, str(error) or "no reason given"
                            continue
                        failures, done = 0, done + 1
                        yield request, came, ""
            finally:
                # Whatever ends this early, no thread may sleep on: answers that are on their way are still written down.
                for future in running:
                    future.cancel()
                if running:
                    self._connection.stopped.set()
                    wait(running)
                    self._connection.stopped.clear()

    def _stay_within(self, requests: Sequence[Request], done: int, total: int) -> None:
        """Raise EndpointError before requests under way could go beyond the most that the user wants to spend."""
        if self._max_cost is None:
            return
        inward, outward = self._connection.spent
        inward += sum(request.tokens_in for request in requests)
        outward += sum(request.tokens_out for request in requests)
        cost = self._prices.of(inward, outward)
        if cost is not None and cost > self._max_cost:
            raise EndpointError(
                f"the next request could bring the cost to {cost:.4f}, above --max-cost {self._max_cost:g}; {done} of {total} are answered "
                f"and in {self.log.path}: run the same command again with more, and only the others are asked"
            )

    def _down(self, said: str, done: int, total: int) -> str:
        return (
            f"{self.settings.base_url} stopped answering after {done} of {total} requests ({said}); what it answered is in {self.log.path}: "
            "run the same command again when it is back, and only the others are asked"
        )


def _filtered(words: str) -> bool:
    """Return whether an endpoint's refusal of a request is a content filter's: an answer of its kind, not a fault."""
    return "content_filter" in words or "content management policy" in words


def _cannot(what: str, settings: EndpointSettings, found: Capabilities) -> str:
    said = "; ".join(f"{name}: {words}" for name, words in found.refused)
    return f"{settings.base_url} {what} for {settings.model} ({said}); check the model's name, or use weights or a scores file"
