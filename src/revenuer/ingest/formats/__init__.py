"""The log formats, and a fresh mapper for each by its name."""

from collections.abc import Mapping, Sequence

from revenuer.ingest.formats import (
    bedrock,
    langfuse,
    litellm_payload,
    litellm_spend,
    openinference,
    otel_genai,
)
from revenuer.ingest.formats.bedrock import BedrockMapper
from revenuer.ingest.formats.langfuse import LangfuseMapper
from revenuer.ingest.formats.litellm_payload import LiteLlmPayloadMapper
from revenuer.ingest.formats.litellm_spend import LiteLlmSpendMapper
from revenuer.ingest.formats.mapped import MappedMapper
from revenuer.ingest.formats.native import NativeMapper
from revenuer.ingest.formats.otlp import OtlpMapper
from revenuer.ingest.mapper import Mapper
from revenuer.ingest.mapping import LogMapping

DEFAULT_ACCOUNTS: Mapping[str, Sequence[str]] = {
    "native": ("account_id",),
    "otel-genai": otel_genai.ACCOUNT,
    "openinference": openinference.ACCOUNT,
    "litellm-spend": litellm_spend.ACCOUNT,
    "litellm-payload": litellm_payload.ACCOUNT,
    "langfuse": langfuse.ACCOUNT,
    "bedrock": bedrock.ACCOUNT,
}
"""Where each format's account is looked for, first value found; no vendor's schema carries an account."""

FORMATS: tuple[str, ...] = (*DEFAULT_ACCOUNTS, "mapped")
"""What `log_format` may name, besides `auto`."""


def mappers(mapping: LogMapping) -> dict[str, Mapper]:
    """Return a fresh mapper for each format, in the order in which `auto` asks them."""
    account = {name: mapping.accounts.get(name, paths) for name, paths in DEFAULT_ACCOUNTS.items()}
    telemetry = (account["otel-genai"], account["openinference"])
    found: list[Mapper] = [
        BedrockMapper(account["bedrock"]),
        OtlpMapper("openinference", *telemetry),
        OtlpMapper("otel-genai", *telemetry),
        LiteLlmPayloadMapper(account["litellm-payload"]),
        LiteLlmSpendMapper(account["litellm-spend"]),
        LangfuseMapper(account["langfuse"]),
        NativeMapper(account["native"]),
    ]
    if mapping.columns:
        found.insert(0, MappedMapper(mapping.columns))
    return {mapper.name: mapper for mapper in found}
