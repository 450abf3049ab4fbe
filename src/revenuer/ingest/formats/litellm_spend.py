"""LiteLLM's `LiteLLM_SpendLogs` table, one row a call (JSON lines, Parquet or CSV).

Source: LiteLLM `schema.prisma`, model LiteLLM_SpendLogs. Prompts are there only with `store_prompts_in_spend_logs`.
"""

from collections.abc import Iterable, Sequence

from revenuer.ingest.bodies import parameter_columns, request_columns, response_columns
from revenuer.ingest.mapper import Row, Seen
from revenuer.ingest.paths import Record, as_record, first_of

ACCOUNT = ("api_key", "metadata.user_api_key", "user")
_UNDERSTOOD = (
    "request_id",
    "litellm_call_id",
    "api_key",
    "prompt_tokens",
    "completion_tokens",
    "startTime",
    "model",
    "model_group",
    "user",
    "metadata",
    "team_id",
    "organization_id",
    "requester_ip_address",
    "messages",
    "response",
    "session_id",
    "status",
    "proxy_server_request",
)


class LiteLlmSpendMapper:
    """Maps SpendLogs rows; the account is the hashed key unless told otherwise."""

    name = "litellm-spend"

    def __init__(self, account: Sequence[str] = ACCOUNT) -> None:
        self._account = tuple(account)
        self._seen = Seen(_UNDERSTOOD)

    def recognises(self, record: Record) -> str | None:
        """Recognise by api_key, startTime and a column that only SpendLogs has."""
        marks = [
            name for name in ("spend", "call_type", "completionStartTime", "request_tags") if name in record
        ]
        if marks and all(name in record for name in ("request_id", "api_key", "startTime", "model")):
            return f"has LiteLLM_SpendLogs' columns request_id, api_key, startTime, {marks[0]}"
        return None

    def rows(self, record: Record) -> Iterable[Row]:
        """Yield the one call that the row is."""
        self._seen.note(record)
        request = as_record(record.get("proxy_server_request"))
        request = as_record(request.get("body", request))
        asked = dict(request)
        if (messages := first_of(record, ("messages",))) and messages not in ("{}", "[]"):
            asked["messages"] = messages
        row = request_columns(asked)
        row.update(parameter_columns(request))
        row.update(response_columns(record.get("response")))
        metadata = as_record(record.get("metadata"))
        row.update(
            request_id=first_of(record, ("request_id", "litellm_call_id")),
            account_id=first_of(record, self._account),
            model=first_of(record, ("model", "model_group")),
            timestamp=record.get("startTime"),
            organization_id=first_of(record, ("organization_id", "team_id", "metadata.user_api_key_org_id")),
            session_id=first_of(record, ("session_id",)),
            client_ip=first_of(record, ("requester_ip_address", "metadata.requester_ip_address")),
            user_agent=metadata.get("user_agent"),
            input_tokens=record.get("prompt_tokens"),
            output_tokens=record.get("completion_tokens"),
            **outcome(record.get("status"), metadata.get("error_information"), row),
        )
        return (row,)

    def ignored(self) -> Iterable[str]:
        """Return SpendLogs columns that no exchange column is made from."""
        return self._seen.others()

    def notes(self) -> Iterable[str]:
        """Return nothing."""
        return ()


def outcome(status: object, error: object, row: Row) -> Row:
    """Return status and finish_reason from LiteLLM's `success` or `failure` and its error information."""
    if status == "failure":
        code = first_of(as_record(error), ("error_code", "status_code"))
        known = (
            isinstance(code, (int, str))
            and str(code).isascii()
            and str(code).isdigit()
            and len(str(code)) == 3
        )
        return {"status": int(str(code)) if known else None, "finish_reason": "error"}
    return {"status": 200 if status == "success" else None, "finish_reason": row.get("finish_reason")}
