"""What each signal's measurement weighs: curves fitted on benign look-alikes and on campaigns of the range.

The table is calibration.json beside this file, made by benchmarks/calibrate.py; it carries where it came from.
"""

from dataclasses import dataclass
from importlib.resources import files

import msgspec

from revenuer.detect.signals.base import Curve
from revenuer.records import InputError

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """`curves` by signal name. `dependence`: weight of a family's second and later answers beside its strongest.
    `scale` and `shift` turn the sum into a log10 likelihood ratio; the shift also keeps the mean e-value of benign candidate
    groups at or below one."""

    curves: dict[str, Curve]
    dependence: float
    scale: float
    shift: float


def load_calibration() -> Calibration:
    """Return the calibration that ships with the package."""
    raw = msgspec.json.decode((files("revenuer.detect") / "calibration.json").read_bytes())
    if raw.get("schema_version") != SCHEMA_VERSION:
        raise InputError(
            f"calibration.json has schema_version {raw.get('schema_version')}, expected {SCHEMA_VERSION}; "
            "install the package again"
        )
    return Calibration(
        curves={
            name: Curve(knots=tuple(curve["knots"]), log10_bf=tuple(curve["log10_bf"]))
            for name, curve in raw["curves"].items()
        },
        dependence=float(raw["dependence"]),
        scale=float(raw["scale"]),
        shift=float(raw["shift"]),
    )
