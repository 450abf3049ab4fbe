"""A refusal says what to do and never why."""

import msgspec
import pytest

from revenuer.guard.front.refusal import (
    error_body,
    error_headers,
    malformed,
    refusal_of,
    too_large,
    unavailable,
)
from revenuer.records import UNANSWERED, Action, Decision


@pytest.mark.parametrize("action", sorted(UNANSWERED))
@pytest.mark.parametrize("language", ["chat", "completions", "responses", "messages"])
def test_the_evidence_stays_inside(action: Action, language: str) -> None:
    decision = Decision(
        request_id="r-17", timestamp=1, account_id="acct-secret", action=action, would=action,
        reason="replays a reasoning signature", campaign_id="C-9", log10_e=6.5,
    )  # fmt: skip
    refusal = refusal_of(decision)
    body = error_body(refusal, language).decode()
    assert "r-17" in body
    for inside in ("acct-secret", "replays", "C-9", "6.5"):
        assert inside not in body
    assert (b"retry-after" in dict(error_headers(refusal, b""))) == (action is Action.THROTTLE)


@pytest.mark.parametrize("refusal", [unavailable(), too_large(5), malformed("it nests")])
def test_every_refusal_has_both_shapes(refusal: tuple[int, str, str]) -> None:
    openai = msgspec.json.decode(error_body(refusal, "chat"))  # type: ignore[arg-type]
    anthropic = msgspec.json.decode(error_body(refusal, "messages"))  # type: ignore[arg-type]
    assert openai["error"].keys() == {"message", "type", "param", "code"}
    assert anthropic["type"] == "error"
    assert anthropic["error"].keys() == {"type", "message"}
