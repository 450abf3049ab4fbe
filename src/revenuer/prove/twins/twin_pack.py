"""The evidence pack of an audit: scores, lots, the public log, and what opens it; its script recomputes everything from these alone."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from revenuer.prove.pack import EvidencePack
from revenuer.prove.twins.commitment_log import sha256
from revenuer.prove.twins.lot_verdict import Finding
from revenuer.prove.twins.scored_records import ScoredRecord
from revenuer.records.suspect_verdict import SuspectVerdict

SCRIPT = "twins.py"


def twin_pack(finding: Finding, verdict: SuspectVerdict, per: str, *, with_texts: bool) -> EvidencePack:
    """Return the pack of an audit of twins."""
    return EvidencePack(script=SCRIPT, data=pack_data(finding, verdict, {"per": per}, with_texts=with_texts))


def pack_data(
    finding: Finding, verdict: SuspectVerdict, choices: Mapping[str, Any], *, with_texts: bool
) -> dict[str, bytes]:
    """Return the pack's files. `records.jsonl`: what was scored; `test.json`: the fixed choices; `commitments.jsonl` and `seed.hex`: the log;
    `openings.jsonl`: nonce and content of each sealed record, left out without `with_texts`."""
    fixed = {
        **choices,
        "weighting": finding.weighting,
        "evaluated": verdict.p is not None,
        "head": verdict.details["head"],
        "coefficients": dict(finding.coefficients),
    }
    data = {"test.json": msgspec.json.encode(fixed), "records.jsonl": _lines(map(_row, finding.scored))}
    opened = finding.opened
    if opened is not None:
        data["commitments.jsonl"] = b"".join(line + b"\n" for line in opened.lines)
        data["seed.hex"] = opened.seed.hex().encode() + b"\n"
        if with_texts:
            data["openings.jsonl"] = _lines(opened.openings.values())
    return data


def _row(one: ScoredRecord) -> dict[str, Any]:
    row: dict[str, Any] = {
        "index": one.record.index,
        "campaign": one.record.campaign,
        "released": one.record.released,
        "texts_sha256": [sha256(text.encode()) for text in one.record.texts],
        "characters": [len(text) for text in one.record.texts],
        "scores": one.scores.tolist(),
    }
    for name, likelihoods in one.known.items():
        row[name] = {"nats": likelihoods.totals.tolist(), "tokens": likelihoods.tokens.tolist()}
    return row


def _lines(rows: Iterable[Any]) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
