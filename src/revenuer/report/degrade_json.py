"""degrade.json: curves and costs of giving less."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from revenuer import __version__
from revenuer.records import SCHEMA_VERSION
from revenuer.records.degradation import DegradeResult
from revenuer.report.degrade_wording import verdict
from revenuer.report.wording import iso


def degrade_json(result: DegradeResult, now: datetime) -> dict[str, Any]:
    """Return the content of degrade.json."""
    return {
        "schema_version": SCHEMA_VERSION,
        "generated_by": f"revenuer {__version__}",
        "generated_at": iso(now),
        "source": result.source,
        "runs": result.runs,
        "confidence": result.confidence,
        "costs": [{**asdict(cost), "verdict": verdict(cost)} for cost in result.costs],
        "curves": [asdict(curve) for curve in result.curves],
    }
