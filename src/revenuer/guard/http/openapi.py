"""The OpenAPI 3.1 description of the service, made from the types that the routes really use."""

from collections.abc import Sequence
from typing import Any

import msgspec

from revenuer import __version__
from revenuer.guard.http import wire
from revenuer.records import Decision

_REF = "#/components/schemas/{name}"

_TYPES: tuple[Any, ...] = (
    wire.EventIn,
    wire.EventsIn,
    Decision,
    wire.DecisionsOut,
    wire.OutcomeIn,
    wire.OutcomesIn,
    wire.LearnedOut,
    wire.GuardrailIn,
    wire.GuardrailOut,
    wire.AppealIn,
    wire.MeasuresOut,
    wire.PolicyOut,
    wire.StateOut,
    wire.FaultAnswer,
)

_FAULTS = {
    400: "The question does not fit.",
    401: "A valid API key is needed.",
    403: "The API key may not do this.",
    404: "There is no such thing.",
    408: "The request did not arrive in time.",
    409: "Not as the service was started.",
    413: "More than is taken at once.",
    422: "The file is bad; the old one stays.",
    431: "More headers than are read.",
    500: "The service broke.",
    503: "Not ready, or answered in the failure mode.",
}


def openapi() -> dict[str, Any]:
    """Return the description. Both kinds of security are alternatives; without keys, local callers and trusted proxies need none."""
    _, schemas = msgspec.json.schema_components(_TYPES, ref_template=_REF)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Revenuer guard",
            "version": __version__,
            "description": "Decides about live requests to language models.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": _paths(),
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
            },
        },
    }


def _paths() -> dict[str, Any]:
    guarded = (400, 401, 403, 408, 413, 431, 500)
    return {
        "/v1/decide": {
            "post": _route("decide", "Decide about one request or a batch.", _either("EventIn", "EventsIn"), _either("Decision", "DecisionsOut"), guarded)
        },
        "/v1/outcomes": {
            "post": _route("outcomes", "Report how requests went.", _either("OutcomeIn", "OutcomesIn"), _ref("LearnedOut"), guarded)
        },
        "/beta/litellm_basic_guardrail_api": {
            "post": _route("guardrail", "LiteLLM's generic guardrail.", _ref("GuardrailIn"), _ref("GuardrailOut"), guarded)
        },
        "/nginx/auth": {
            method: _route(f"nginx_{method}", "NGINX auth_request: decides by headers.", None, None, (400, 403, 408, 413, 431, 500), secured=False)
            for method in ("get", "post")
        },
        "/v1/measures": {
            "get": {
                **_route("measures", "The measures in force, by account.", None, _ref("MeasuresOut"), (401, 403, 408, 413, 431, 500)),
                "parameters": [
                    {"name": "after", "in": "query", "required": False, "schema": {"type": "string"}, "description": "Measures of accounts after this one."}
                ],
            }
        },
        "/v1/appeals": {
            "post": _route("appeal", "Lift the measure against an account.", _ref("AppealIn"), _ref("StateOut"), (*guarded, 404))
        },
        "/v1/policy": {
            "get": _route("get_policy", "The policy in force.", None, _ref("PolicyOut"), (401, 403, 408, 413, 431, 500)),
            "put": _route("put_policy", "Put a policy in force.", {"type": "string"}, _ref("PolicyOut"), (*guarded, 503), media="application/toml"),
        },
        "/v1/index": {
            "post": _route("reload_index", "Read the campaign index anew.", None, _ref("StateOut"), (401, 403, 408, 409, 413, 422, 431, 500))
        },
        "/healthz": {"get": _route("health", "The process lives.", None, _ref("StateOut"), (408, 413, 431), secured=False)},
        "/readyz": {
            "get": {
                **_route("ready", "Decisions can be asked for.", None, _ref("StateOut"), (408, 413, 431), secured=False, further={"503": _answer("Not ready.", _ref("StateOut"))}),
            }
        },
        "/metrics": {"get": _text_route("metrics", "Metrics for Prometheus.", "text/plain")},
        "/openapi.json": {"get": _text_route("description", "This description.", "application/json")},
    }  # fmt: skip


def _route(
    name: str,
    summary: str,
    asked: dict[str, Any] | None,
    answered: dict[str, Any] | None,
    faults: Sequence[int],
    *,
    secured: bool = True,
    media: str = "application/json",
    further: dict[str, Any] | None = None,
) -> dict[str, Any]:
    good = {"description": "Done."} if answered is None else _answer("Done.", answered)
    responses = {"200": good}
    for status in sorted(faults):
        responses[str(status)] = _answer(_FAULTS[status], _ref("FaultAnswer"))
    route: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "responses": {**responses, **(further or {})},
    }
    if asked is not None:
        route["requestBody"] = {"required": True, "content": {media: {"schema": asked}}}
    if secured:
        route["security"] = [{"bearer": []}, {"key": []}, {}]
    return route


def _text_route(name: str, summary: str, media: str) -> dict[str, Any]:
    schema = {"type": "string" if media == "text/plain" else "object"}
    good = {"description": summary, "content": {media: {"schema": schema}}}
    faults = {str(status): _answer(_FAULTS[status], _ref("FaultAnswer")) for status in (408, 413, 431)}
    return {"operationId": name, "summary": summary, "responses": {"200": good, **faults}}


def _answer(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": _REF.format(name=name)}


def _either(one: str, many: str) -> dict[str, Any]:
    return {"anyOf": [_ref(one), _ref(many)]}
