"""LiteLLM's `standard_logging_object`, one JSON object a line, as its log callbacks write it.

Source: LiteLLM `StandardLoggingPayload`.
"""

from collections.abc import Iterable, Sequence

from revenuer.ingest.bodies import request_columns, response_columns
from revenuer.ingest.formats.litellm_spend import outcome
from revenuer.ingest.mapper import Row, Seen
from revenuer.ingest.paths import Record, as_record, first_of

ACCOUNT = (
    "metadata.user_api_key_hash",
    "metadata.user_api_key_user_id",
    "metadata.user_api_key_end_user_id",
    "end_user",
)
_UNDERSTOOD = (
    "id",
    "trace_id",
    "session_id",
    "litellm_call_id",
    "stream",
    "status",
    "prompt_tokens",
    "completion_tokens",
    "startTime",
    "model",
    "model_group",
    "metadata",
    "end_user",
    "requester_ip_address",
    "user_agent",
    "messages",
    "response",
    "model_parameters",
    "error_information",
)


class LiteLlmPayloadMapper:
    """Maps standard logging payloads; the account is the hashed key unless told otherwise."""

    name = "litellm-payload"

    def __init__(self, account: Sequence[str] = ACCOUNT) -> None:
        self._account = tuple(account)
        self._seen = Seen(_UNDERSTOOD)

    def recognises(self, record: Record) -> str | None:
        """Recognise by model_parameters beside startTime, or by the wrapping key."""
        if "standard_logging_object" in record:
            return "has the key standard_logging_object"
        if all(name in record for name in ("id", "startTime", "model_parameters", "metadata")):
            return "has standard_logging_object's keys id, startTime, model_parameters, metadata"
        return None

    def rows(self, record: Record) -> Iterable[Row]:
        """Yield the one call that the payload is."""
        payload = as_record(record.get("standard_logging_object", record))
        self._seen.note(payload)
        row = request_columns(
            {**as_record(payload.get("model_parameters")), "messages": payload.get("messages")}
        )
        row.update(response_columns(payload.get("response")))
        row.update(
            request_id=first_of(payload, ("id", "litellm_call_id")),
            account_id=first_of(payload, self._account),
            model=first_of(payload, ("model", "model_group")),
            timestamp=payload.get("startTime"),
            organization_id=first_of(
                payload, ("metadata.user_api_key_org_id", "metadata.user_api_key_team_id")
            ),
            session_id=first_of(payload, ("session_id", "trace_id")),
            client_ip=first_of(payload, ("requester_ip_address", "metadata.requester_ip_address")),
            user_agent=first_of(payload, ("user_agent", "metadata.user_agent")),
            input_tokens=payload.get("prompt_tokens"),
            output_tokens=payload.get("completion_tokens"),
            stream=first_of(payload, ("stream", "model_parameters.stream")),
            **outcome(payload.get("status"), payload.get("error_information"), row),
        )
        return (row,)

    def ignored(self) -> Iterable[str]:
        """Return payload keys that no exchange column is made from."""
        return self._seen.others()

    def notes(self) -> Iterable[str]:
        """Return nothing."""
        return ()
