"""campaigns.json: the contract that other programs read. It holds no prompt text."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from revenuer import __version__
from revenuer.records import SCHEMA_VERSION, Campaign, ClearedGroup, Evidence, InputSummary, ScanResult
from revenuer.report.wording import iso

LOG10_CEILING = 308.0
"""Weights beyond what a double can hold as a power of ten are written as this (JSON has no infinity)."""


def campaigns_json(result: ScanResult, now: datetime) -> dict[str, Any]:
    """Return the content of campaigns.json: plain JSON types, in a fixed key order, times in ISO 8601 with Z.

    Infinite weights become +-308. Raises ValueError for a NaN: a verdict without a number is a bug upstream.
    """
    prevalence = result.prevalence
    return {
        "schema_version": SCHEMA_VERSION,
        "generated_by": f"revenuer {__version__}",
        "generated_at": iso(now),
        "input": _input(result.input),
        "prevalence": {
            "share": _finite(prevalence.share),
            "low": _finite(prevalence.low),
            "high": _finite(prevalence.high),
        },
        "campaigns": [_campaign(campaign) for campaign in result.campaigns],
        "sanctioned": [_campaign(campaign) for campaign in result.sanctioned],
        "cleared": [_cleared(group) for group in result.cleared],
        "not_evaluated": [{"signal": item.signal, "reason": item.reason} for item in result.not_evaluated],
    }


def json_bytes(content: Mapping[str, Any] | Sequence[Any]) -> bytes:
    """Return indented UTF-8 JSON with a final newline; the same content gives the same bytes."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2)
    return text.encode("utf-8", "replace") + b"\n"


def _input(summary: InputSummary) -> dict[str, Any]:
    return {
        "exchanges": summary.exchanges,
        "accounts": summary.accounts,
        "from": None if summary.first is None else iso(summary.first),
        "until": None if summary.last is None else iso(summary.last),
        "quarantined": summary.quarantined,
        "duplicates": summary.duplicates,
        "columns_missing": list(summary.columns_missing),
        "columns_ignored": list(summary.columns_ignored),
        "sources": list(summary.sources),
    }


def _campaign(campaign: Campaign) -> dict[str, Any]:
    return {
        "campaign_id": campaign.campaign_id,
        "rank": campaign.rank,
        "headline": campaign.headline,
        "confidence": campaign.confidence.value,
        "log10_e": _finite(campaign.log10_e),
        "accounts": list(campaign.accounts),
        "exchanges": campaign.exchanges,
        "harvest_exchanges": campaign.harvest_exchanges,
        "output_tokens": campaign.output_tokens,
        "first_seen": iso(campaign.first_seen),
        "last_seen": iso(campaign.last_seen),
        "models": list(campaign.models),
        "techniques": list(campaign.techniques),
        "evidence": [_evidence(item) for item in campaign.evidence],
        "lineage": {
            "replaces": list(campaign.lineage.replaces),
            "shares_pool_with": list(campaign.lineage.shares_pool_with),
        },
        "facts": dict(campaign.detail.facts),
        "recommended_action": campaign.recommended_action,
        "would_change_our_mind": list(campaign.would_change_our_mind),
    }


def _evidence(item: Evidence) -> dict[str, Any]:
    return {
        "signal": item.signal,
        "family": item.family,
        "outcome": item.outcome.value,
        "log10_bayes_factor": _finite(item.log10_bayes_factor),
        "summary": item.summary,
        "look_alike": item.look_alike,
        "request_ids": list(item.request_ids),
    }


def _cleared(group: ClearedGroup) -> dict[str, Any]:
    return {
        "accounts": list(group.accounts),
        "exchanges": group.exchanges,
        "look_alike": group.look_alike,
        "reason": group.reason,
        "log10_e": _finite(group.log10_e),
    }


def _finite(value: float) -> float:
    if math.isnan(value):
        raise ValueError("a weight in the scan's result is NaN; every weight must be a number")
    return float(min(max(value, -LOG10_CEILING), LOG10_CEILING))
