"""From measured runs to all that is said of them."""

from collections.abc import Sequence

from revenuer.prove.degrade.costs import costs_of
from revenuer.prove.degrade.curves import curves_of
from revenuer.records import InputError
from revenuer.records.degradation import DegradeResult, DegradeRun


def judge_runs(
    runs: Sequence[DegradeRun], source: str, *, at: int = 1000, confidence: float = 0.95
) -> DegradeResult:
    """Return curves and costs; `at`: the number of exchanges at which policies are compared.

    Raises InputError where no run has `at` exchanges. Assumes that seeds are independent, and that what is measured carries over to the
    models that one means to protect: nothing here can check that.
    """
    measured = sorted({run.exchanges for run in runs})
    if at not in measured:
        shown = ", ".join(map(str, measured[:8])) + (" ..." if len(measured) > 8 else "")
        raise InputError(f"{source} has no run of {at} exchanges; it has {shown}: choose one with --at")
    curves = curves_of(runs, confidence)
    return DegradeResult(
        source=source,
        runs=len(runs),
        confidence=confidence,
        curves=curves,
        costs=costs_of(runs, curves, at, confidence),
    )
