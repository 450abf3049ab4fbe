"""Amazon Bedrock's model invocation log, one JSON object a line, as delivered to S3 (gzip) or CloudWatch.

Source: Amazon Bedrock user guide, "Model invocation logging", schema ModelInvocationLog 1.0. It has no client
address. Bodies over 100 kB are put in S3 objects of their own, which are not followed.
"""

from collections.abc import Iterable, Sequence

from revenuer.ingest.bodies import request_columns, response_columns
from revenuer.ingest.mapper import Row, Seen
from revenuer.ingest.paths import Record, as_record, first_of, opened

ACCOUNT = ("identity.arn", "accountId")
_UNDERSTOOD = (
    "schemaType",
    "schemaVersion",
    "timestamp",
    "accountId",
    "identity",
    "requestId",
    "operation",
    "modelId",
    "requestMetadata",
    "input",
    "output",
    "errorCode",
)
_STATUS_OF_ERROR = {
    "AccessDeniedException": 403,
    "InternalServerException": 500,
    "ModelErrorException": 424,
    "ModelNotReadyException": 429,
    "ModelStreamErrorException": 424,
    "ModelTimeoutException": 408,
    "ResourceNotFoundException": 404,
    "ServiceUnavailableException": 503,
    "ThrottlingException": 429,
    "ValidationException": 400,
}
"""Amazon Bedrock API reference, errors of InvokeModel and Converse."""


class BedrockMapper:
    """Maps invocation records; the account is the caller's ARN unless told otherwise."""

    name = "bedrock"

    def __init__(self, account: Sequence[str] = ACCOUNT) -> None:
        self._account = tuple(account)
        self._seen = Seen(_UNDERSTOOD)
        self._aside = 0

    def recognises(self, record: Record) -> str | None:
        """Recognise by schemaType."""
        return (
            "has schemaType ModelInvocationLog" if record.get("schemaType") == "ModelInvocationLog" else None
        )

    def rows(self, record: Record) -> Iterable[Row]:
        """Yield the one invocation that the record is."""
        self._seen.note(record)
        asked, given = as_record(record.get("input")), as_record(record.get("output"))
        if "inputBodyS3Path" in asked:
            self._aside += 1
        row = request_columns(asked.get("inputBodyJson"))
        answer = opened(given.get("outputBodyJson"))
        row.update(response_columns(answer))
        error = record.get("errorCode")
        operation = record.get("operation")
        row.update(
            request_id=record.get("requestId"),
            account_id=first_of(record, self._account),
            model=record.get("modelId"),
            timestamp=record.get("timestamp"),
            organization_id=record.get("accountId"),
            session_id=first_of(record, ("requestMetadata.session_id", "requestMetadata.sessionId")),
            input_tokens=first_of(asked, ("inputTokenCount",)),
            output_tokens=first_of(given, ("outputTokenCount",)),
            stream="Stream" in operation if isinstance(operation, str) else None,
            status=_STATUS_OF_ERROR.get(error) if isinstance(error, str) else 200,
        )
        if error is not None:
            row["finish_reason"] = "error"
        return (row,)

    def ignored(self) -> Iterable[str]:
        """Return keys that no exchange column is made from."""
        return self._seen.others()

    def notes(self) -> Iterable[str]:
        """Say how many bodies lie in objects of their own."""
        if not self._aside:
            return ()
        return (
            f"{self._aside} request bodies lie in S3 objects of their own and were not read: their prompts are null",
        )
