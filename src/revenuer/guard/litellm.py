"""The guard as a LiteLLM guardrail, in LiteLLM's own process: `guardrail: revenuer.guard.litellm.RevenuerGuardrail`.

Set up by the file that the environment variable REVENUER_GUARD_CONFIG names. LiteLLM is imported when the class is first asked for.
"""

import importlib
import logging
import os
import sys
import time
import uuid
from collections.abc import Mapping
from functools import cache
from typing import Any

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

_OWN: Mapping[str, str] = {
    "chat": "metadata",
    "completions": "metadata",
    "messages": "litellm_metadata",
    "responses": "litellm_metadata",
}
"""Where LiteLLM keeps what it knows of the caller; the other of the two is the client's, to write there what it likes."""

_MAX_ID = 256
"""Characters of a request id; the client may choose LiteLLM's (`x-litellm-call-id`)."""

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
            data = restricted(data, language, decision.limits or Limits(), known_fields_only=True)
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

    return type("RevenuerGuardrail", (GuardrailHooks, base), {"__init__": __init__, "__module__": __name__})


def __getattr__(name: str) -> Any:
    """Return `RevenuerGuardrail`, made on LiteLLM's own base class. Raises MissingDependencyError without LiteLLM."""
    if name == "RevenuerGuardrail":
        return _guardrail_class()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _now() -> int:
    return time.time_ns() // 1000
