"""verdict.json: what one test says of one suspect, for other programs. docs/data-formats.md states every field."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np

from revenuer import __version__
from revenuer.records.suspect_verdict import VERDICT_SCHEMA_VERSION, SuspectVerdict
from revenuer.report.wording import iso


def verdict_json(verdict: SuspectVerdict, now: datetime) -> dict[str, Any]:
    """Return the content of verdict.json: plain JSON types, in a fixed order.

    Raises ValueError for a number that is not finite and TypeError for a detail that JSON does not know: both are bugs of the test.
    """
    return {
        "schema_version": VERDICT_SCHEMA_VERSION,
        "generated_by": f"revenuer {__version__}",
        "generated_at": iso(now),
        "test": verdict.test,
        "suspect": verdict.suspect,
        "outcome": verdict.outcome.value,
        "summary": verdict.summary,
        "reason": verdict.reason,
        "h0": verdict.h0,
        "alpha": verdict.alpha,
        "p": verdict.p,
        "log10_p": verdict.log10_p,
        "floor": verdict.floor,
        "effect": None if verdict.effect is None else plain_json(asdict(verdict.effect), "effect"),
        "n": dict(verdict.n),
        "assumptions": list(verdict.assumptions),
        "explanations": list(verdict.explanations),
        "limits": list(verdict.limits),
        "registration": {
            "status": verdict.registration.status.value,
            "plan_sha256": verdict.registration.plan_sha256,
            "deviations": list(verdict.registration.deviations),
            "why": verdict.registration.why,
        },
        "details": plain_json(verdict.details, "details"),
    }


def plain_json(value: Any, where: str) -> Any:
    """Return the value in JSON's own types (NumPy's scalars become Python's). Raises ValueError for NaN or an infinity, TypeError for what JSON does not know; `where` names it."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{where} is {value}; a verdict holds finite numbers, or null")
        return value
    if isinstance(value, Mapping):
        return {str(key): plain_json(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [plain_json(item, f"{where}[{index}]") for index, item in enumerate(value)]
    raise TypeError(
        f"{where} is a {type(value).__name__}; a verdict holds numbers, text, lists and objects of them"
    )
