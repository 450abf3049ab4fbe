"""A suspect behind a real server: the same figures as from its weights, and every way in which a server fails."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from builders.suspect_server import SuspectServer, suspect_server
from revenuer.prove.suspect import Ask
from revenuer.prove.suspects import PromptForm, Sampling, Weights
from revenuer.prove.suspects.endpoint import (
    ApiKey,
    Endpoint,
    EndpointError,
    EndpointSettings,
    Estimate,
    ExchangeLog,
    Prices,
)
from revenuer.records import InputError, UsageError

PAIRS = [
    ("How do tides work", ", and why are there two of them in a day?"),
    ("The quick brown fox", " jumps over the lazy dog"),
    ("The quick brown f", "ox jumps over 東京 and back"),
    ("Déjà vu in 東", "京: naïve café façade — Привет"),
    ("Write ", "a short story"),
    ("x" * 30, "  two spaces\nand a line"),
]
ASKS = [
    Ask(prompt_id=f"p{i}", prompt=f"How do tides work {i}?", sample=s) for i in range(8) for s in range(2)
]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[SuspectServer]:
    with suspect_server() as running:
        yield running


class Run:
    """One run against a server; `shown`: the estimates that were shown."""

    def __init__(self, server: SuspectServer, log: Path, key: ApiKey | None = None, **more: Any) -> None:
        self.shown: list[Estimate] = []
        prices, max_cost = more.pop("prices", None), more.pop("max_cost", None)
        settings = EndpointSettings(
            base_url=server.address,
            model=more.pop("model", "tiny"),
            first_delay_s=0.01,
            sampling=Sampling(max_tokens=6),
            **{"attempts": 3, "timeout_s": 10.0, **more},
        )
        self.log = ExchangeLog(log, settings.base_url, settings.model)
        self.endpoint = Endpoint(
            settings, self.log, consent=self.shown.append, key=key, prices=prices, max_cost=max_cost
        )

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, *_: object) -> None:
        self.endpoint.close()
        self.log.close()


def weights_of(server: SuspectServer) -> Weights:
    return Weights(server.model, server.tokenizer, "tiny", form="plain")


def events(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("scoring", "lacks"),
    [
        ("auto", frozenset()),
        ("echo", frozenset()),
        ("auto", frozenset({"prompt_logprobs"})),
        ("auto", frozenset({"prompt_logprobs", "max_tokens=0"})),
    ],
)
def test_scores_are_those_of_the_weights(scoring: Any, lacks: frozenset[str], tmp_path: Path) -> None:
    with suspect_server(lacks=lacks) as server, Run(server, tmp_path / "log", scoring=scoring) as run:
        scored = run.endpoint.score(PAIRS)
        expected = weights_of(server).score(PAIRS)
    for found, true in zip(scored, expected, strict=True):
        assert found.reason == ""
        assert found.logprobs == pytest.approx(true.logprobs, abs=1e-4)
        assert found.straddling == true.straddling
    assert any(found.straddling for found in scored)


def test_a_template_goes_around_the_prompt(server: SuspectServer, tmp_path: Path) -> None:
    form = PromptForm("<|user|>", "<|assistant|>")
    with Run(server, tmp_path / "log", form=form) as run:
        (scored,) = run.endpoint.score(PAIRS[:1])
        (true,) = Weights(server.model, server.tokenizer, "tiny", form=form).score(PAIRS[:1])
        assert scored.logprobs == pytest.approx(true.logprobs, abs=1e-4)


def test_what_the_endpoint_cannot_do_is_found_out(tmp_path: Path) -> None:
    lacks = frozenset({"chat", "echo", "prompt_logprobs", "seed"})
    with suspect_server(lacks=lacks) as server, Run(server, tmp_path / "log") as run:
        assert len(list(run.endpoint.answers(ASKS))) == len(ASKS)
        (found,) = run.endpoint.capabilities
        assert (found.chat, found.completions, found.seed) == (False, True, False)
        with pytest.raises(EndpointError, match="tells no log-probabilities"):
            run.endpoint.score(PAIRS)
    probes = [event for event in events(tmp_path / "log") if event.get("purpose") == "probe"]
    assert len(probes) >= 5


def test_a_second_run_asks_nothing(server: SuspectServer, tmp_path: Path) -> None:
    with Run(server, tmp_path / "log") as run:
        first = {(a.prompt_id, a.sample): a.text for a in run.endpoint.answers(ASKS)}
        assert len(run.shown) == 1
    before = len(server.asked)
    with Run(server, tmp_path / "log") as run:
        second = {(a.prompt_id, a.sample): a.text for a in run.endpoint.answers(ASKS)}
        assert run.shown == []
    assert first == second
    assert len(server.asked) == before
    with Run(server, tmp_path / "log") as run:
        more = [Ask(prompt_id="new", prompt="Another?")]
        assert len(list(run.endpoint.answers([*ASKS, *more]))) == len(ASKS) + 1
        assert run.shown[0].requests == 1
    assert len(server.asked) == before + 1


@pytest.mark.parametrize("fault", ["429", "500", "503", "die", "truncated", "not json", "error in 200"])
def test_a_fault_that_passes_is_tried_again(fault: str, server: SuspectServer, tmp_path: Path) -> None:
    faulty = {3, 5, 6, 9}
    server.fault = lambda number, body: fault if number in faulty else None
    with Run(server, tmp_path / "log", attempts=6) as run:
        answers = [(a.prompt_id, a.sample) for a in run.endpoint.answers(ASKS)]
    assert sorted(answers) == sorted((ask.prompt_id, ask.sample) for ask in ASKS)
    failed = [event for event in events(tmp_path / "log") if event["event"] == "attempt_failed"]
    assert len(failed) == len(faulty)


def test_a_server_that_dies_half_way_leaves_a_log_to_go_on_from(
    server: SuspectServer, tmp_path: Path
) -> None:
    server.fault = lambda number, body: "503" if number >= 6 else None
    with (
        Run(server, tmp_path / "log", concurrency=2) as run,
        pytest.raises(EndpointError, match="run the same command again"),
    ):
        list(run.endpoint.answers(ASKS))
    answered = [event["key"] for event in events(tmp_path / "log") if event["event"] == "answered"]
    assert 3 <= len(answered) <= 6
    server.fault = lambda number, body: None
    before = len(server.asked)
    with Run(server, tmp_path / "log") as run:
        answers = [(a.prompt_id, a.sample) for a in run.endpoint.answers(ASKS)]
    assert len(set(answers)) == len(answers) == len(ASKS)
    assert len(server.asked) - before == len(ASKS) - (len(answered) - 1)


def test_one_prompt_that_always_fails_does_not_stop_the_others(server: SuspectServer, tmp_path: Path) -> None:
    server.fault = lambda number, body: "500" if "work 3?" in json.dumps(body) else None
    got: list[str] = []
    with (
        Run(server, tmp_path / "log", concurrency=1) as run,
        pytest.raises(EndpointError, match="2 of 16 requests got no answer"),
    ):
        got.extend(answer.prompt_id for answer in run.endpoint.answers(ASKS))
    answered = [event for event in events(tmp_path / "log") if event["event"] == "answered"]
    assert sum(event["purpose"] == "answer" for event in answered) == 14


def test_refused_requests_are_counted_and_filtered_ones_are_refusals(
    server: SuspectServer, tmp_path: Path
) -> None:
    server.fault = lambda number, body: "filtered" if "work 2?" in json.dumps(body) else None
    long = Ask(prompt_id="long", prompt="a very long tale " * 60)
    with Run(server, tmp_path / "log") as run:
        answers = {(a.prompt_id, a.sample): a for a in run.endpoint.answers([*ASKS, long])}
        assert answers["p2", 0].finish_reason == "refusal"
        assert ("long", 0) not in answers
        assert sum(run.endpoint.failed.values()) == 1
    before = len(server.asked)
    with Run(server, tmp_path / "log") as run:
        assert len(list(run.endpoint.answers([*ASKS, long]))) == len(ASKS)
        assert sum(run.endpoint.failed.values()) == 1
    assert len(server.asked) == before


def test_retry_after_is_heeded(server: SuspectServer, tmp_path: Path) -> None:
    server.retry_after = "1"
    server.fault = lambda number, body: "429" if number == 1 else None
    with Run(server, tmp_path / "log", concurrency=1) as run:
        list(run.endpoint.answers(ASKS[:1]))
    took = [event for event in events(tmp_path / "log") if event["event"] in ("sent", "attempt_failed")]
    from datetime import datetime

    failed = next(i for i, event in enumerate(took) if event["event"] == "attempt_failed")
    pause = datetime.fromisoformat(took[failed + 1]["at"]) - datetime.fromisoformat(took[failed]["at"])
    assert pause.total_seconds() >= 0.99


def test_a_slow_answer_is_given_up_and_tried_again(tmp_path: Path) -> None:
    with suspect_server(slow_s=3.0) as server:
        server.fault = lambda number, body: "slow" if number == 2 else None
        with Run(server, tmp_path / "log", timeout_s=0.7) as run:
            assert len(list(run.endpoint.answers(ASKS[:4]))) == 4


def test_the_key_is_in_no_log(tmp_path: Path) -> None:
    with suspect_server(key="sk-very-secret") as server:
        with Run(server, tmp_path / "log", key=ApiKey("sk-very-secret")) as run:
            assert len(list(run.endpoint.answers(ASKS[:2]))) == 2
        with (
            Run(server, tmp_path / "other", key=ApiKey("sk-another-secret")) as run,
            pytest.raises(EndpointError, match=r"401.*check the address") as raised,
        ):
            list(run.endpoint.answers(ASKS[:2]))
    assert "secret" not in str(raised.value)
    assert "secret" not in (tmp_path / "log").read_text() + (tmp_path / "other").read_text()
    assert "[API key]" in (tmp_path / "other").read_text()


def test_nothing_is_sent_without_consent(server: SuspectServer, tmp_path: Path) -> None:
    def refuse(estimate: Estimate) -> None:
        assert estimate.requests in (len(ASKS) + 6, len(PAIRS) + 7)
        assert estimate.tokens_out in (6 * len(ASKS) + 6, len(PAIRS) + 7)
        assert estimate.cost is not None
        assert estimate.cost > 0
        raise UsageError("no")

    settings = EndpointSettings(base_url=server.address, model="tiny", sampling=Sampling(max_tokens=6))
    with ExchangeLog(tmp_path / "log", server.address, "tiny") as log:
        endpoint = Endpoint(settings, log, consent=refuse, prices=Prices(input=1.0, output=2.0))
        with pytest.raises(UsageError, match="no"):
            list(endpoint.answers(ASKS))
        with pytest.raises(UsageError, match="no"):
            endpoint.score(PAIRS)
        endpoint.close()
    assert server.asked == []


def test_the_most_that_it_may_cost_stops_it(server: SuspectServer, tmp_path: Path) -> None:
    prices = Prices(input=0.0, output=1e6)
    with (
        Run(server, tmp_path / "log", prices=prices, max_cost=40.0, concurrency=1) as run,
        pytest.raises(EndpointError, match="above --max-cost 40"),
    ):
        list(run.endpoint.answers(ASKS))
    used = sum(
        json.loads(event["response"])["usage"]["completion_tokens"]
        for event in events(tmp_path / "log")
        if event["event"] == "answered"
    )
    assert 25 < used <= 40


def test_another_models_log_is_refused(server: SuspectServer, tmp_path: Path) -> None:
    with Run(server, tmp_path / "log") as run:
        list(run.endpoint.answers(ASKS[:1]))
        with pytest.raises(UsageError, match="another run writes"):
            ExchangeLog(tmp_path / "log", server.address, "tiny")
    with pytest.raises(UsageError, match="is the log of tiny"):
        ExchangeLog(tmp_path / "log", server.address, "other")
    with (
        Run(server, tmp_path / "none", model="other") as run,
        pytest.raises(EndpointError, match="does not exist"),
    ):
        list(run.endpoint.answers(ASKS[:1]))


def test_a_changed_log_is_refused(server: SuspectServer, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Run(server, log) as run:
        list(run.endpoint.answers(ASKS))
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines).replace(b"tides work 0", b"tides work 9"))
    with pytest.raises(InputError, match="does not follow from the line before"):
        ExchangeLog(log, server.address, "tiny")
    log.write_bytes(b"".join(lines[:3]) + b"garbage\n" + b"".join(lines[3:]))
    with pytest.raises(InputError, match="line 4 cannot be read"):
        ExchangeLog(log, server.address, "tiny")


@pytest.mark.parametrize("tail", [b'{"previous":"00', b"\xff\xfe", b'{"previous": "x"}\n', b"garbage\n"])
def test_an_unfinished_last_line_is_cut_off(tail: bytes, server: SuspectServer, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Run(server, log) as run:
        first = sorted((a.prompt_id, a.sample, a.text) for a in run.endpoint.answers(ASKS))
    whole = log.read_bytes()
    log.write_bytes(whole + tail)
    with Run(server, log) as run:
        assert run.log.cut_bytes == len(tail)
        assert log.read_bytes() == whole
        assert sorted((a.prompt_id, a.sample, a.text) for a in run.endpoint.answers(ASKS)) == first


def test_an_answer_that_is_in_the_log_twice_counts_once(server: SuspectServer, tmp_path: Path) -> None:
    with Run(server, tmp_path / "log") as run:
        list(run.endpoint.answers(ASKS))
        came = [(run.log, event) for event in events(tmp_path / "log") if event["event"] == "answered"]
        assert came
    from revenuer.prove.suspects.endpoint.exchange_log import Came
    from revenuer.prove.suspects.endpoint.requests import Request

    event = came[-1][1]
    request = Request(
        purpose="answer",
        path=event["path"],
        body=event["body"],
        prompt_id=event["prompt_id"],
        sample=event.get("sample", 0),
    )
    assert request.key == event["key"]
    with ExchangeLog(tmp_path / "log", server.address, "tiny") as log:
        log.answered(request, Came(status=200, response=event["response"].replace("length", "stop")), 0.1)
    with Run(server, tmp_path / "log") as run:
        assert run.log.repeated == 1
        answers = [(a.prompt_id, a.sample) for a in run.endpoint.answers(ASKS)]
        assert len(answers) == len(set(answers)) == len(ASKS)
