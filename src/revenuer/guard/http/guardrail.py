"""LiteLLM's generic guardrail API: LiteLLM sends the conversation, and blocks where the answer says so."""

from collections.abc import Mapping

import msgspec

from revenuer.guard.bodies import event_from_messages
from revenuer.guard.event import Event
from revenuer.guard.front.refusal import unavailable
from revenuer.guard.http.answer import FAILURE, Answer, told
from revenuer.guard.http.asgi import Scope
from revenuer.guard.http.clock import Clock, RequestIds
from revenuer.guard.http.desk import Desk
from revenuer.guard.http.failure import Failure
from revenuer.guard.http.gate import Gate, peer_of
from revenuer.guard.http.gateways import marks, refused
from revenuer.guard.http.keys import Role
from revenuer.guard.http.wire import GuardrailIn, GuardrailOut
from revenuer.guard.salvage import check_depth
from revenuer.records import InputError

FRONT = "litellm"
PATH = "/beta/litellm_basic_guardrail_api"

ACCOUNT = ("user_api_key_hash", "user_api_key_user_id", "user_api_key_end_user_id")
"""What names the account, in the order in which `ingest` looks in LiteLLM's logs."""

_NOTHING = GuardrailOut(action="NONE")


class Guardrail:
    """Answers LiteLLM. The API cannot carry limits: under `restrict` requests go on, and the header says so."""

    def __init__(self, desk: Desk, gate: Gate, clock: Clock, ids: RequestIds) -> None:
        self._desk = desk
        self._gate = gate
        self._clock = clock
        self._ids = ids
        self._decode = msgspec.json.Decoder(GuardrailIn).decode

    async def check(self, scope: Scope, body: bytes) -> Answer:
        """Return whether LiteLLM blocks the request. Raises InputError."""
        if (refusal := self._gate.refuse(scope, Role.DECIDE)) is not None:
            return refusal
        check_depth(body)
        try:
            asked = self._decode(body)
        except msgspec.DecodeError as error:
            raise InputError(f"the body does not fit: {error}; /openapi.json says what does") from error
        if asked.input_type != "request":
            return told(200, _NOTHING)
        account = next((text for name in ACCOUNT if (text := _text(asked.request_data or {}, name))), None)
        if account is None:
            return self._unidentified()
        ruling = self._desk.decide(self._event(scope, asked, account), FRONT, scope)
        blocked = refused(ruling)
        if blocked is None:
            return told(200, _NOTHING, *marks(ruling))
        return told(200, GuardrailOut(action="BLOCKED", blocked_reason=blocked.message), *marks(ruling))

    def _unidentified(self) -> Answer:
        """Return the failure mode's answer: to take all who have no key for one account would punish them for one another."""
        self._desk.metrics.failed(FRONT, Failure.UNIDENTIFIED)
        failed = (FAILURE, Failure.UNIDENTIFIED.value.encode())
        if self._desk.mode.allows:
            return told(200, _NOTHING, failed)
        return told(200, GuardrailOut(action="BLOCKED", blocked_reason=unavailable().message), failed)

    def _event(self, scope: Scope, asked: GuardrailIn, account: str) -> Event:
        known = asked.request_data or {}
        headers = {name.lower(): value for name, value in (asked.request_headers or {}).items()}
        forwarded = _text(headers, "x-forwarded-for")
        through = self._gate.proxies.client(peer_of(scope), [forwarded]) if forwarded else None
        event = event_from_messages(
            asked.structured_messages or asked.texts or [],
            account_id=account,
            request_id=asked.litellm_call_id or self._ids.next(),
            timestamp=self._clock(),
            model=asked.model,
            client_ip=through if self._gate.trusts(scope) else None,
            user_agent=_text(headers, "user-agent"),
        )
        event.organization_id = _text(known, "user_api_key_org_id") or _text(known, "user_api_key_team_id")
        event.session_id = asked.litellm_trace_id
        return event


def _text(record: Mapping[str, object], name: str) -> str | None:
    value = record.get(name)
    return value if isinstance(value, str) and value else None
