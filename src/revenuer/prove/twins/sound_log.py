"""Whether the log looks like what the lot should have made: released answers and twins alike in all that no suspect had a part in.

If moderation, truncation or a cache touched what was released after the lot fell, released answers differ from their twins for every
model there is, and a small p would accuse whoever is tested. These checks fail on an honest log in one of a thousand cases.
"""

import math
from collections.abc import Sequence

import numpy as np

from revenuer.prove.twins.scored_records import ScoredRecord
from revenuer.prove.twins.twin_record import TwinRecord
from revenuer.stats.chosen_by_lot import FloatArray, log10_chosen_two_sided, rank_levels

FAILS = 0.001
"""Chance that an honest log fails one of the checks, all together."""


def log_checks(records: Sequence[TwinRecord], scored: Sequence[ScoredRecord]) -> dict[str, float]:
    """Return log10 p, two-sided, of each check that can be made: length in characters, answers cut at the token limit, and the preference of
    the reference and of the teacher, neither of which learnt from what was released."""
    of_records: dict[str, list[FloatArray]] = {
        "length": [np.asarray([len(text) for text in record.texts], np.float64) for record in records],
        "finish": [_cut(record) for record in records],
    }
    released = [record.released for record in records]
    checks = {name: _log10_p(values, released) for name, values in of_records.items() if values}
    for name in ("reference", "teacher"):
        known = [one for one in scored if name in one.known]
        if known:
            totals = [one.known[name].totals for one in known]
            checks[name] = _log10_p(totals, [one.record.released for one in known])
    return checks


def unsound(checks: dict[str, float]) -> str:
    """Return why the log does not look like the lot's work, or nothing."""
    words = {
        "length": "released answers and their twins differ in length",
        "finish": "released answers and their twins were cut at the token limit unequally often",
        "reference": "the reference, which should never have seen what was released, already tells it from the twins",
        "teacher": "the teacher finds what was released more, or less, probable than the twins, as if somebody had chosen",
    }
    limit = math.log10(FAILS / max(1, len(checks)))
    failed = [f"{words[name]} (log10 p = {value:.1f})" for name, value in checks.items() if value < limit]
    if not failed:
        return ""
    return f"the released one was not drawn like its twins: {'; '.join(failed)}"


def _cut(record: TwinRecord) -> FloatArray:
    reasons = record.finish_reasons or (None,) * len(record.texts)
    return np.asarray([reason == "length" for reason in reasons], np.float64)


def _log10_p(values: Sequence[FloatArray], released: Sequence[int]) -> float:
    return log10_chosen_two_sided(rank_levels(values), released)
