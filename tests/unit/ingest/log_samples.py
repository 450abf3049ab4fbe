"""One record of each log format, made from its published schema."""

from typing import Any

THINKING = {"type": "thinking", "thinking": "hm", "signature": "EqQBCkY..."}
CHAT = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "First?"},
    {"role": "assistant", "content": [THINKING, {"type": "text", "text": "Yes."}]},
    {
        "role": "user",
        "content": [{"type": "text", "text": "Second"}, {"type": "image_url", "image_url": {"url": "x"}}],
    },
    {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]},
    {"role": "tool", "tool_call_id": "c", "content": "42"},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c", "content": "42"}]},
]
"""Two user turns; the last user message is a tool's result and no turn."""

ANSWER = {"choices": [{"finish_reason": "length", "message": {"role": "assistant", "content": "Done."}}]}
NANOS = "1767323045678000000"

LITELLM_SPEND: dict[str, Any] = {
    "request_id": "q1",
    "call_type": "acompletion",
    "api_key": "hash1",
    "spend": 0.1,
    "prompt_tokens": 11,
    "completion_tokens": 7,
    "startTime": "2026-01-02T03:04:05.678Z",
    "model": "gpt",
    "user": "u",
    "metadata": {"user_agent": "curl/8"},
    "team_id": "t1",
    "requester_ip_address": "10.0.0.1",
    "messages": CHAT,
    "response": ANSWER,
    "session_id": "s1",
    "status": "success",
    "proxy_server_request": {"temperature": 0.5, "max_tokens": 64, "stream": True, "tools": [{}, {}]},
}

LITELLM_PAYLOAD: dict[str, Any] = {
    "id": "q1",
    "trace_id": "tr",
    "session_id": "s1",
    "call_type": "acompletion",
    "stream": True,
    "status": "success",
    "prompt_tokens": 11,
    "completion_tokens": 7,
    "startTime": 1767323045.678,
    "model": "gpt",
    "metadata": {"user_api_key_hash": "hash1", "user_api_key_org_id": "t1"},
    "requester_ip_address": "10.0.0.1",
    "user_agent": "curl/8",
    "messages": CHAT,
    "response": ANSWER,
    "model_parameters": {"temperature": 0.5, "max_tokens": 64, "tools": [{}, {}]},
}

LANGFUSE: dict[str, Any] = {
    "id": "q1",
    "trace_id": "tr",
    "type": "GENERATION",
    "start_time": "2026-01-02T03:04:05.678Z",
    "input": {"messages": CHAT, "tools": [{}, {}]},
    "output": ANSWER,
    "provided_model_name": "gpt",
    "model_parameters": {"temperature": 0.5, "max_tokens": 64, "stream": True},
    "usage_details": {"input": 11, "output": 7, "total": 18},
    "user_id": "hash1",
    "session_id": "s1",
}

BEDROCK: dict[str, Any] = {
    "schemaType": "ModelInvocationLog",
    "schemaVersion": "1.0",
    "timestamp": "2026-01-02T03:04:05.678Z",
    "accountId": "t1",
    "identity": {"arn": "hash1"},
    "requestId": "q1",
    "operation": "ConverseStream",
    "modelId": "gpt",
    "requestMetadata": {"session_id": "s1"},
    "input": {
        "inputBodyJson": {
            "system": [{"text": "Be brief."}],
            "messages": [
                {"role": "user", "content": [{"text": "First?"}]},
                {
                    "role": "assistant",
                    "content": [
                        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "EqQBCkY..."}}}
                    ],
                },
                {"role": "user", "content": [{"text": "Second"}, {"image": {}}]},
                {"role": "user", "content": [{"toolResult": {"content": [{"text": "42"}]}}]},
            ],
            "inferenceConfig": {"maxTokens": 64, "temperature": 0.5},
            "toolConfig": {"tools": [{}, {}]},
        },
        "inputTokenCount": 11,
    },
    "output": {
        "outputBodyJson": {
            "output": {"message": {"content": [{"text": "Done."}]}},
            "stopReason": "max_tokens",
        },
        "outputTokenCount": 7,
    },
}


def value(item: Any) -> dict[str, Any]:
    """Return an OTLP AnyValue."""
    if isinstance(item, bool):
        return {"boolValue": item}
    if isinstance(item, int):
        return {"intValue": str(item)}
    if isinstance(item, float):
        return {"doubleValue": item}
    if isinstance(item, list):
        return {"arrayValue": {"values": [value(one) for one in item]}}
    if isinstance(item, dict):
        return {"kvlistValue": {"values": pairs(item)}}
    return {"stringValue": item}


def pairs(items: dict[str, Any]) -> list[dict[str, Any]]:
    """Return OTLP attributes."""
    return [{"key": key, "value": value(one)} for key, one in items.items() if one is not None]


def spans(*attributes: dict[str, Any], events: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return an OTLP-JSON export request with one span for each set of attributes."""
    made = [
        {
            "traceId": "t" * 32,
            "spanId": f"{number:016x}",
            "name": "chat",
            "startTimeUnixNano": NANOS,
            "attributes": pairs(one),
            "events": events or [],
        }
        for number, one in enumerate(attributes)
    ]
    return {
        "resourceSpans": [
            {"resource": {"attributes": pairs({"user.id": "hash1"})}, "scopeSpans": [{"spans": made}]}
        ]
    }


def logs(*events: tuple[str, dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    """Return an OTLP-JSON log export request of (name, attributes, body) events of span 0."""
    made = [
        {
            "timeUnixNano": NANOS,
            "eventName": name,
            "traceId": "t" * 32,
            "spanId": f"{0:016x}",
            "attributes": pairs(attributes),
            "body": value(body),
        }
        for name, attributes, body in events
    ]
    return {
        "resourceLogs": [
            {"resource": {"attributes": pairs({"user.id": "hash1"})}, "scopeLogs": [{"logRecords": made}]}
        ]
    }


GENAI = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "gpt",
    "gen_ai.response.id": "q1",
    "gen_ai.response.finish_reasons": ["length"],
    "gen_ai.request.temperature": 0.5,
    "gen_ai.request.max_tokens": 64,
    "gen_ai.request.stream": True,
    "gen_ai.usage.input_tokens": 11,
    "gen_ai.usage.output_tokens": 7,
    "gen_ai.conversation.id": "s1",
    "client.address": "10.0.0.1",
    "user_agent.original": "curl/8",
}
PARTS = [
    {"role": "user", "parts": [{"type": "text", "content": "First?"}]},
    {"role": "assistant", "parts": [{"type": "reasoning", "content": "hm", "signature": "EqQBCkY..."}]},
    {"role": "user", "parts": [{"type": "text", "content": "Second"}, {"type": "blob", "content": "aGk="}]},
    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c", "response": "42"}]},
]
CURRENT = {
    "gen_ai.input.messages": PARTS,
    "gen_ai.system_instructions": [{"type": "text", "content": "Be brief."}],
    "gen_ai.output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "Done."}]}],
    "gen_ai.tool.definitions": [{"type": "function", "name": "f"}, {"type": "function", "name": "g"}],
}
MESSAGE_EVENTS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("gen_ai.system.message", {}, {"content": "Be brief."}),
    ("gen_ai.user.message", {}, {"content": "First?"}),
    ("gen_ai.assistant.message", {}, {"content": "Yes."}),
    ("gen_ai.user.message", {}, {"content": "Second"}),
    ("gen_ai.tool.message", {}, {"id": "c", "content": "42"}),
    ("gen_ai.choice", {}, {"index": 0, "finish_reason": "length", "message": {"content": "Done."}}),
]
OPENLLMETRY = {
    "gen_ai.prompt.0.role": "system",
    "gen_ai.prompt.0.content": "Be brief.",
    "gen_ai.prompt.1.role": "user",
    "gen_ai.prompt.1.content": "First?",
    "gen_ai.prompt.2.role": "user",
    "gen_ai.prompt.2.content": '[{"type": "text", "text": "Second"}]',
    "gen_ai.completion.0.content": "Done.",
    "llm.request.functions.0.name": "f",
    "llm.request.functions.1.name": "g",
}
OPENINFERENCE = {
    "openinference.span.kind": "LLM",
    "llm.model_name": "gpt",
    "llm.invocation_parameters": '{"temperature": 0.5, "max_tokens": 64, "stream": true}',
    "llm.input_messages.0.message.role": "system",
    "llm.input_messages.0.message.content": "Be brief.",
    "llm.input_messages.1.message.role": "user",
    "llm.input_messages.1.message.content": "First?",
    "llm.input_messages.2.message.role": "user",
    "llm.input_messages.2.message.contents.0.message_content.type": "text",
    "llm.input_messages.2.message.contents.0.message_content.text": "Second",
    "llm.input_messages.2.message.contents.1.message_content.type": "image",
    "llm.output_messages.0.message.content": "Done.",
    "llm.output_messages.0.message.finish_reason": "length",
    "llm.tools.0.tool.json_schema": "{}",
    "llm.tools.1.tool.json_schema": "{}",
    "llm.token_count.prompt": 11,
    "llm.token_count.completion": 7,
    "session.id": "s1",
    "client.address": "10.0.0.1",
    "user_agent.original": "curl/8",
}
