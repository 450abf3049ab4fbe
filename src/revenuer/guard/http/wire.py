"""The JSON that the service's own routes take and give, as types: they check what comes in and describe themselves in OpenAPI."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from revenuer.guard.bodies import UNKNOWN_MODEL
from revenuer.guard.event import Aftermath, Event, Registered
from revenuer.guard.standing import Standing
from revenuer.records import Decision

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LATEST = 253_402_300_799_999_999

Id = Annotated[str, Meta(min_length=1, max_length=256)]
Name = Annotated[str, Meta(max_length=1024)]
Moment = (
    Annotated[int, Meta(ge=0, le=_LATEST, description="microseconds since 1970 UTC")]
    | Annotated[datetime, Meta(tz=True)]
)
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class AccountIn(msgspec.Struct, kw_only=True, gc=False):
    """What the provider knows of an account: the Account table's columns."""

    organization_id: Name | None = None
    created_at: Moment | None = None
    email_domain: Name | None = None
    payment_fingerprint: Name | None = None
    signup_ip: Name | None = None
    plan: Name | None = None
    verification: Name | None = None
    declared_use: Name | None = None


class EventIn(msgspec.Struct, kw_only=True, gc=False):
    """One request before it is answered: the Exchange table's columns that are known by then. Other names are ignored."""

    account_id: Id
    request_id: Annotated[Id, Meta(description="absent = the service makes one up")] | None = None
    model: Name = UNKNOWN_MODEL
    timestamp: Annotated[Moment, Meta(description="absent = now")] | None = None
    organization_id: Name | None = None
    session_id: Name | None = None
    client_ip: Name | None = None
    user_agent: str | None = None
    tls_fingerprint: Name | None = None
    system_prompt: str | None = None
    prompt: str | None = None
    turn: Count = 0
    tool_count: Count | None = None
    max_tokens: Count | None = None
    temperature: Annotated[float, Meta(ge=-1e6, le=1e6)] | None = None
    n: Annotated[int, Meta(ge=1, le=2**31 - 1)] = 1
    logprobs: bool = False
    stream: bool = False
    reasoning_signature: str | None = None
    account: AccountIn | None = None

    def event(self, now: int, request_id: str) -> Event:
        """Return the core's event; `now` (microseconds UTC) and `request_id` stand in for what is absent."""
        return Event(
            request_id=self.request_id or request_id,
            account_id=self.account_id,
            model=self.model,
            timestamp=now if self.timestamp is None else microseconds(self.timestamp),
            organization_id=self.organization_id,
            session_id=self.session_id,
            client_ip=self.client_ip,
            user_agent=self.user_agent,
            tls_fingerprint=self.tls_fingerprint,
            system_prompt=self.system_prompt,
            prompt=self.prompt,
            turn=self.turn,
            tool_count=self.tool_count,
            max_tokens=self.max_tokens,
            temperature=self.temperature,
            n=self.n,
            logprobs=self.logprobs,
            stream=self.stream,
            reasoning_signature=self.reasoning_signature,
            account=None if self.account is None else _registered(self.account),
        )


class EventsIn(msgspec.Struct, kw_only=True):
    """Several requests, decided in this order."""

    events: list[EventIn]


class DecisionsOut(msgspec.Struct, kw_only=True):
    """The decisions, in the order of the events."""

    decisions: list[Decision]


class OutcomeIn(msgspec.Struct, kw_only=True, gc=False):
    """How a request went. `issued_signatures`: ids of the reasoning blocks in the answer, as the vendor gives them."""

    request_id: Id
    account_id: Id
    timestamp: Annotated[Moment, Meta(description="absent = now")] | None = None
    status: Annotated[int, Meta(ge=100, le=999)] = 200
    finish_reason: Name | None = None
    output_tokens: Count = 0
    issued_signatures: Annotated[list[str], Meta(max_length=1000)] = msgspec.field(default_factory=list)

    def aftermath(self, now: int) -> Aftermath:
        """Return what the core is told."""
        return Aftermath(
            request_id=self.request_id,
            account_id=self.account_id,
            timestamp=now if self.timestamp is None else microseconds(self.timestamp),
            status=self.status,
            finish_reason=self.finish_reason,
            output_tokens=self.output_tokens,
            issued_signatures=self.issued_signatures,
        )


class OutcomesIn(msgspec.Struct, kw_only=True):
    """Several outcomes."""

    outcomes: list[OutcomeIn]


class LearnedOut(msgspec.Struct, kw_only=True):
    """How many outcomes were taken in."""

    learned: int


class GuardrailIn(msgspec.Struct, kw_only=True):
    """What LiteLLM's generic guardrail asks. Only what names the account and the conversation is read."""

    input_type: str = "request"
    litellm_call_id: Name | None = None
    litellm_trace_id: Name | None = None
    model: Name | None = None
    texts: list[str] | None = None
    structured_messages: list[dict[str, Any]] | None = None
    request_data: dict[str, Any] | None = None
    request_headers: dict[str, Any] | None = None


class GuardrailOut(msgspec.Struct, kw_only=True, omit_defaults=True):
    """`action`: NONE or BLOCKED."""

    action: Annotated[str, Meta(pattern="^(NONE|BLOCKED|GUARDRAIL_INTERVENED)$")]
    blocked_reason: str | None = None


class AppealIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Lift the measure against an account; `owner` answers for it, `why` is kept."""

    account_id: Id
    owner: Id
    why: Annotated[str, Meta(min_length=1, max_length=4096)]


class MeasuresOut(msgspec.Struct, kw_only=True):
    """The measures in force, by account; `next`: what to give as `after` for the rest, null at the end."""

    measures: list[Standing]
    next: str | None = None


class PolicyOut(msgspec.Struct, kw_only=True):
    """The policy in force. `sha256`: of `toml`, the text it came from; null where the built-in default is in force."""

    policy: dict[str, Any]
    sha256: str | None = None
    toml: str | None = None


class StateOut(msgspec.Struct, kw_only=True):
    """`ok`, or what is wrong, part by part: `not ready` (503), or `weakened` (200): it decides with less than it should have."""

    status: str
    parts: dict[str, str] = {}


class FaultOut(msgspec.Struct, kw_only=True):
    """What was got, what was expected, what to do."""

    status: int
    message: str


class FaultAnswer(msgspec.Struct, kw_only=True):
    """Any answer that is an error of the question or of the service."""

    error: FaultOut


def microseconds(moment: int | datetime) -> int:
    """Return microseconds since 1970 UTC."""
    return moment if isinstance(moment, int) else (moment - _EPOCH) // _MICROSECOND


def _registered(account: AccountIn) -> Registered:
    return Registered(
        organization_id=account.organization_id,
        created_at=None if account.created_at is None else microseconds(account.created_at),
        email_domain=account.email_domain,
        payment_fingerprint=account.payment_fingerprint,
        signup_ip=account.signup_ip,
        plan=account.plan,
        verification=account.verification,
        declared_use=account.declared_use,
    )
