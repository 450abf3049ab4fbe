"""What the guard is told: one request as it comes in, what the provider knows of its account, and how it went."""

import msgspec


class Registered(msgspec.Struct, kw_only=True, gc=False):
    """What the provider knows of an account outside its traffic: the Account table's columns. `created_at`: microseconds, UTC."""

    organization_id: str | None = None
    created_at: int | None = None
    email_domain: str | None = None
    payment_fingerprint: str | None = None
    signup_ip: str | None = None
    plan: str | None = None
    verification: str | None = None
    declared_use: str | None = None


class Event(msgspec.Struct, kw_only=True, gc=False):
    """One request, before it is answered: the Exchange table's columns that are known by then.

    `timestamp`: microseconds since 1970 UTC; the front that received the request sets it, the core has no clock.
    """

    request_id: str
    account_id: str
    model: str
    timestamp: int
    organization_id: str | None = None
    session_id: str | None = None
    client_ip: str | None = None
    user_agent: str | None = None
    tls_fingerprint: str | None = None
    system_prompt: str | None = None
    prompt: str | None = None
    turn: int = 0
    tool_count: int | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    n: int = 1
    logprobs: bool = False
    stream: bool = False
    reasoning_signature: str | None = None
    account: Registered | None = None


class Aftermath(msgspec.Struct, kw_only=True, gc=False):
    """How a request went: reported after the answer, if the gateway can. `issued_signatures`: ids of the reasoning blocks that the
    answer carried, so that a replay by another account is known at its first request."""

    request_id: str
    account_id: str
    timestamp: int
    status: int = 200
    finish_reason: str | None = None
    output_tokens: int = 0
    issued_signatures: list[str] = msgspec.field(default_factory=list)
