"""Speed: a script's pace is found, readers who are slow or practised are not."""

from dataclasses import replace

import numpy as np

from builders.rigged import honest, judged, ledger_of, votes_of
from revenuer.rank.rigging.ledger import Ledger
from revenuer.rank.rigging.speed import lower_quartiles, speed


def _hurried(ledger: Ledger, accounts: np.ndarray, gap_s: float) -> Ledger:
    """Give these accounts one session with the given gaps."""
    assert ledger.time_us is not None
    time_us = ledger.time_us.copy()
    for code in accounts:
        mine = np.flatnonzero(ledger.voter == code)
        time_us[mine] = time_us[mine].min() + (np.arange(len(mine)) * gap_s * 1e6).astype(np.int64)
    return replace(ledger, time_us=time_us)


def _busy(ledger: Ledger) -> np.ndarray:
    return np.argsort(-ledger.count)[5:25]


def test_fires_on_a_vote_a_second() -> None:
    ledger = ledger_of(votes_of(honest().table))
    test = speed(_hurried(ledger, _busy(ledger), 1.0), judged(ledger))
    assert (test.log10_e[_busy(ledger)] > 3).all()
    assert np.delete(test.log10_e, _busy(ledger)).max() < 2


def test_practised_and_slow_readers_do_not_fire() -> None:
    ledger = ledger_of(votes_of(honest().table))
    for gap_s in (25.0, 600.0):
        test = speed(_hurried(ledger, _busy(ledger), gap_s), judged(ledger))
        assert test.log10_e.max() < 2


def test_evasion_the_pace_of_people() -> None:
    ledger = ledger_of(votes_of(honest().table))
    assert speed(_hurried(ledger, _busy(ledger), 40.0), judged(ledger)).log10_e[_busy(ledger)].max() < 1


def test_quartiles_are_within_sessions() -> None:
    ledger = ledger_of(votes_of(honest().table))
    who, seconds = lower_quartiles(_hurried(ledger, np.array([ledger.count.argmax()]), 7.0))
    assert seconds[who == ledger.count.argmax()] == 7.0
    assert (np.diff(who) > 0).all()
