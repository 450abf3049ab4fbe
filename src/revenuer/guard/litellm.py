"""The guard as a LiteLLM guardrail, in LiteLLM's own process: `guardrail: revenuer.guard.litellm.RevenuerGuardrail`.

Set up by the file that the environment variable REVENUER_GUARD_CONFIG names. LiteLLM is imported when the class is first asked for.
"""

import importlib
import logging
import os
import sys
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from functools import cache
from typing import Any

import msgspec

from revenuer.guard.bodies import event_from_messages
from revenuer.guard.event import Aftermath, Event
from revenuer.guard.front.answer_watch import AnswerWatch
from revenuer.guard.front.caller import account_by_address, hash_of_key, is_key_hash
from revenuer.guard.front.judge import GuardUnreachableError, Judge
from revenuer.guard.front.marking import HEADER, with_mark
from revenuer.guard.front.open_judge import open_judge
from revenuer.guard.front.refusal import Refusal, malformed, refusal_of, unavailable
from revenuer.guard.front.restrict import restricted
from revenuer.guard.front.settings import FrontSettings, settings_from_environment
from revenuer.guard.limits import limited_answer, limits_answers
from revenuer.guard.trusted_proxies import TrustedProxies
from revenuer.records import UNANSWERED, Action, InputError, Limits, MissingDependencyError

_log = logging.getLogger("revenuer.guard.front")

_LANGUAGES: Mapping[str, str] = {
    "completion": "chat",
    "acompletion": "chat",
    "text_completion": "completions",
    "atext_completion": "completions",
    "anthropic_messages": "messages",
    "responses": "responses",
    "aresponses": "responses",
}
"""LiteLLM's call types that ask a model for text -> which API they speak. Others are not asked about."""

_ROUNDED = ("chat", "completions")
"""APIs whose answers' log-probabilities this guardrail finds and rounds."""

_OWN: Mapping[str, str] = {
    "chat": "metadata",
    "completions": "metadata",
    "messages": "litellm_metadata",
    "responses": "litellm_metadata",
}
"""Where LiteLLM keeps what it knows of the caller; the other of the two is the client's, to write there what it likes."""

_MAX_ID = 256
"""Characters of a request id; the client may choose LiteLLM's (`x-litellm-call-id`)."""

_LIMITS = "revenuer_limits"
"""Under which the request's metadata holds the limits for its answer: an object, which no client's JSON can be."""

_POST_CALL = "post_call"
"""LiteLLM's mode in which a guardrail sees answers."""

_ACCOUNT_FIELDS: Mapping[str, tuple[str, str]] = {
    "key": ("api_key", "user_api_key_hash"),
    "user": ("user_id", "user_api_key_user_id"),
    "team": ("team_id", "user_api_key_team_id"),
    "end_user": ("end_user_id", "user_api_key_end_user_id"),
}
"""Setting `account` -> its name in `user_api_key_dict`, and in the metadata of a logged call."""


class GuardrailHooks:
    """LiteLLM's hooks, without LiteLLM's base class."""

    settings: FrontSettings
    judge: Judge
    proxies: TrustedProxies

    def set_up(self, settings: FrontSettings, judge: Judge | None = None) -> None:
        """Open what the settings name. Raises InputError or UsageError where that is no good."""
        self.settings = settings
        self.judge = judge or open_judge(settings)
        self.proxies = TrustedProxies(settings.trusted_proxies)

    async def async_pre_call_hook(
        self, user_api_key_dict: Any, cache: Any, data: dict[str, Any], call_type: str
    ) -> dict[str, Any]:
        """Return the request, within the limits of its account. Raises fastapi.HTTPException where it is refused."""
        language = _LANGUAGES.get(str(call_type))
        if language is None:
            return data
        try:
            decision = await self.judge.decide(self._event(user_api_key_dict, data, language))
        except GuardUnreachableError as error:
            if not self.settings.goes_on(error.allows):
                raise _refused(unavailable()) from error
            return self._marked(data, None)
        except InputError as error:
            raise _refused(malformed(str(error))) from error
        if decision.action in UNANSWERED:
            raise _refused(refusal_of(decision))
        if decision.action is Action.RESTRICT:
            data = self._restricted(data, language, decision.limits or Limits())
        return self._marked(data, decision.mark)

    def _marked(self, data: dict[str, Any], mark: str | None) -> dict[str, Any]:
        """Return the request with the mark, where LiteLLM takes what it passes on unread (`extra_body`), and with none that the client named."""
        if not self.settings.marking:
            return data
        data = with_mark(data, None)
        given = data.get("extra_body")
        extra = with_mark(given if isinstance(given, dict) else {}, mark)
        if extra or isinstance(given, dict):
            data["extra_body"] = extra
        for name in ("headers", "extra_headers"):
            if isinstance(data.get(name), dict):
                data[name] = {key: value for key, value in data[name].items() if str(key).lower() != HEADER}
        return data

    def _restricted(self, data: dict[str, Any], language: str, limits: Limits) -> dict[str, Any]:
        """Return the request within the limits, with a note of them where its answer has to be held to them.

        Where LiteLLM does not show answers to this guardrail (`mode` without `post_call`, or the Responses API), log-probabilities that
        would have to be rounded are left out.
        """
        if limits.logprob_step is not None and not (language in _ROUNDED and self._sees_answers()):
            limits = msgspec.structs.replace(limits, logprobs=False)
        within = restricted(data, language, limits, known_fields_only=True)
        if within.get("seed") is not None and "seed" not in data:
            within["drop_params"] = True  # a provider that knows no seed would refuse the request for it
        if limits_answers(limits):
            own = within.get(_OWN[language])
            within[_OWN[language]] = {**(own if isinstance(own, dict) else {}), _LIMITS: limits}
        return within

    def _sees_answers(self) -> bool:
        modes = getattr(self, "event_hook", None)
        return _POST_CALL in ([modes] if isinstance(modes, str) else modes if isinstance(modes, list) else ())

    async def async_post_call_success_hook(
        self, data: dict[str, Any], user_api_key_dict: Any, response: Any
    ) -> Any:
        """Return the answer, within the limits of its account."""
        return _within(response, _limits_in(data))

    async def async_post_call_streaming_iterator_hook(
        self, user_api_key_dict: Any, response: Any, request_data: dict[str, Any]
    ) -> AsyncIterator[Any]:
        """Yield the pieces of a streamed answer, each within the limits of its account, as they come."""
        limits = _limits_in(request_data)
        async for piece in response:
            yield _within(piece, limits)

    async def async_log_success_event(
        self, kwargs: Mapping[str, Any], response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """Tell the guard how a request went; LiteLLM calls this after the last piece of a streamed answer too."""
        watch = AnswerWatch()
        watch.status = 200
        said = response_obj.model_dump() if hasattr(response_obj, "model_dump") else response_obj
        if isinstance(said, dict):
            watch.take(said)
        await self._tell(kwargs, watch)

    async def async_log_failure_event(
        self, kwargs: Mapping[str, Any], response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """Tell the guard that a request came to nothing."""
        watch = AnswerWatch()
        status = getattr(kwargs.get("exception"), "status_code", None)
        watch.status = status if isinstance(status, int) else 500
        await self._tell(kwargs, watch)

    async def _tell(self, kwargs: Mapping[str, Any], watch: AnswerWatch) -> None:
        language = _LANGUAGES.get(str(kwargs.get("call_type")))
        parameters = kwargs.get("litellm_params") or {}
        known = parameters.get(_OWN[language]) if language is not None else None
        if not isinstance(known, dict) or "user_api_key_hash" not in known:
            return
        aftermath = Aftermath(
            request_id=str(kwargs.get("litellm_call_id"))[:_MAX_ID],
            account_id=self._account(
                {field: known.get(logged) for field, logged in _ACCOUNT_FIELDS.values()}, None
            ),
            timestamp=_now(),
            status=watch.status,
            finish_reason=watch.finish_reason,
            output_tokens=watch.output_tokens,
            issued_signatures=watch.issued_signatures,
        )
        try:
            await self.judge.learn(aftermath)
        except (GuardUnreachableError, InputError) as error:
            _log.warning("what became of request %s was not heard: %s", aftermath.request_id, error)

    def _event(self, key: Any, data: dict[str, Any], language: str) -> Event:
        metadata = data.get(_OWN[language]) or {}
        client_ip = self._client_ip(metadata, data)
        known = {field: getattr(key, field, None) for field, _ in _ACCOUNT_FIELDS.values()}
        agent = metadata.get("user_agent")
        messages = next((data[name] for name in ("messages", "input", "prompt") if data.get(name)), None)
        return event_from_messages(
            messages,
            account_id=self._account(known, client_ip),
            request_id=str(data.get("litellm_call_id") or uuid.uuid4().hex)[:_MAX_ID],
            timestamp=_now(),
            client_ip=client_ip,
            user_agent=agent if isinstance(agent, str) and agent else None,
            parameters=data,
        )

    def _account(self, known: Mapping[str, Any], client_ip: str | None) -> str:
        """Return the account as the settings want it; the key where that is not known, the address where there is no key."""
        wanted = known.get(_ACCOUNT_FIELDS[self.settings.account][0])
        if self.settings.account != "key" and isinstance(wanted, str) and wanted:
            return wanted
        key = known.get("api_key")
        if isinstance(key, str) and key:
            return key if is_key_hash(key) else hash_of_key(key)
        return account_by_address(client_ip)

    def _client_ip(self, metadata: Mapping[str, Any], data: Mapping[str, Any]) -> str | None:
        """Return the client's address, as far as it can be believed.

        LiteLLM gives the peer of the connection, or with `use_x_forwarded_for` the header as the client sent it; then the peer is
        not known, and the header counts only where `trusted_proxies` says that no request comes around those.
        """
        given = metadata.get("requester_ip_address")
        if not isinstance(given, str) or not given:
            return None
        if _uses_forwarded_for():
            return self.proxies.behind(given)
        headers = (data.get("proxy_server_request") or {}).get("headers") or {}
        forwarded = headers.get("x-forwarded-for")
        return self.proxies.client(given, [forwarded] if isinstance(forwarded, str) else [])


def _limits_in(data: Mapping[str, Any]) -> Limits | None:
    """Return the limits that were noted on the request, None where there are none."""
    notes = [known.get(_LIMITS) for known in map(data.get, set(_OWN.values())) if isinstance(known, dict)]
    return next((note for note in notes if isinstance(note, Limits)), None)


def _within(response: Any, limits: Limits | None) -> Any:
    """Return LiteLLM's answer, or a piece of one, after its log-probabilities were held to the limits in place."""
    choices = getattr(response, "choices", None)
    for choice in (choices if isinstance(choices, list) else ()) if limits is not None else ():
        given = getattr(choice, "logprobs", None)
        if given is None or limits is None:
            continue
        said = given.model_dump() if hasattr(given, "model_dump") else given
        less = limited_answer({"logprobs": said}, "chat", limits)["logprobs"]
        choice.logprobs = type(given)(**less) if hasattr(given, "model_dump") else less
    return response


def _uses_forwarded_for() -> bool:
    server = sys.modules.get("litellm.proxy.proxy_server")
    settings = getattr(server, "general_settings", None) or {}
    return settings.get("use_x_forwarded_for") is True


def _refused(refusal: Refusal) -> Exception:
    """Return the exception that LiteLLM answers with this refusal."""
    fastapi = _imported("fastapi")
    wait = refusal.retry_after_s
    refused: Exception = fastapi.HTTPException(
        status_code=refusal.status,
        detail={"error": refusal.message, "code": refusal.code},
        headers=None if wait is None else {"retry-after": str(wait)},
    )
    return refused


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingDependencyError(
            f"revenuer.guard.litellm needs {name}; install revenuer beside LiteLLM: pip install 'litellm[proxy]' revenuer"
        ) from error


@cache
def _guardrail_class() -> type:
    base = _imported("litellm.integrations.custom_guardrail").CustomGuardrail

    def __init__(self: Any, **kwargs: Any) -> None:
        base.__init__(self, **kwargs)
        self.set_up(settings_from_environment(os.environ))

    streamed = "async_post_call_streaming_iterator_hook"  # LiteLLM looks for it on the class itself, not on its bases
    own = {"__init__": __init__, "__module__": __name__, streamed: getattr(GuardrailHooks, streamed)}
    return type("RevenuerGuardrail", (GuardrailHooks, base), own)


def __getattr__(name: str) -> Any:
    """Return `RevenuerGuardrail`, made on LiteLLM's own base class. Raises MissingDependencyError without LiteLLM."""
    if name == "RevenuerGuardrail":
        return _guardrail_class()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _now() -> int:
    return time.time_ns() // 1000
