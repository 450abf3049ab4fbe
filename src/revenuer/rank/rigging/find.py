"""find_rigging: every test on every account, one rule for all of them, and what the votes alone say where
there are no accounts."""

import numpy as np

from revenuer.rank.rigging import bursts, followers, newcomers, pairs_out_of_line
from revenuer.rank.rigging.account_test import AccountTest
from revenuer.rank.rigging.against_board import against_board
from revenuer.rank.rigging.attention import attention
from revenuer.rank.rigging.cells import cells_of
from revenuer.rank.rigging.favour import favour
from revenuer.rank.rigging.findings import Check, Group, Reason, RiggingFindings, RiggingOptions, Suspect
from revenuer.rank.rigging.groups import groups_of
from revenuer.rank.rigging.learnt import learn_directions
from revenuer.rank.rigging.ledger import Ledger, open_ledger
from revenuer.rank.rigging.lift import lift
from revenuer.rank.rigging.lockstep import lockstep
from revenuer.rank.rigging.repeats import repeats
from revenuer.rank.rigging.speed import speed
from revenuer.rank.rigging.taste import taste_spread
from revenuer.rank.votes import Votes
from revenuer.records import Outcome
from revenuer.stats.false_discovery import e_bh

ACCOUNT_TESTS = ("against_board", "favour", "attention", "lift", "speed", "repeats", "lockstep")
TELLING = 1.0
"""log10 e from which a test is named among a suspect's reasons."""


def find_rigging(votes: Votes, options: RiggingOptions | None = None) -> RiggingFindings:
    """Return the accounts, groups, bursts and pairs of `votes` that do not look like honest voters'.

    Each account's e-values of all tests that could run are averaged, which needs no independence between
    tests, and e-BH chooses among all accounts with enough votes: at most `level` of those accused are
    expected to be honest, whatever the dependence between accounts, where each test's null holds of the
    honest (named in `checks`, with what each does not control in its module). No test has a distribution of
    honest votes built in: nulls are a coin, the dealing of battles, or the accounts' own mirror image and
    decoys, whose tails are carried on beyond the sample (stats/tail.py). Newcomers, followers, bursts and
    pairs each have their own e-BH at `level`. Assumptions: most accounts are honest. Not found: few accounts
    that vote honestly nine times in ten, at human speed.
    """
    options = options or RiggingOptions()
    ledger = open_ledger(votes)
    if ledger is None:
        return _nothing(votes, options)
    has_voters = ledger.voters > 0 and bool((ledger.voter >= 0).any())
    judged = ledger.count >= options.min_votes
    checks: list[Check] = []
    suspects: tuple[Suspect, ...] = ()
    groups: tuple[Group, ...] = ()
    if has_voters:
        suspects, groups, checks = _accounts(votes, ledger, judged, options)
    else:
        checks = [
            _not_run(name, "votes have no voter ids")
            for name in (*ACCOUNT_TESTS, newcomers.NAME, followers.NAME)
        ]
    found_bursts, windows, why = bursts.find_bursts(ledger, options.level)
    checks.append(_check(bursts.NAME, bool(found_bursts), why, windows, bursts.NULL))
    found_pairs, number, why = pairs_out_of_line.find_pairs_out_of_line(ledger, options.level)
    checks.append(_check(pairs_out_of_line.NAME, bool(found_pairs), why, number, pairs_out_of_line.NULL))
    return RiggingFindings(
        suspects=suspects,
        groups=groups,
        bursts=found_bursts,
        pairs=found_pairs,
        checks=tuple(checks),
        options=options,
        votes=votes.size,
        votes_judged=len(ledger.a),
        votes_of_suspects=sum(suspect.votes for suspect in suspects),
        judged=int(judged.sum()),
        too_few=int(((ledger.count > 0) & ~judged).sum()),
    )


def _accounts(
    votes: Votes, ledger: Ledger, judged: np.ndarray, options: RiggingOptions
) -> tuple[tuple[Suspect, ...], tuple[Group, ...], list[Check]]:
    """Return the suspects, their groups and the newcomers, and the checks of all that was tested."""
    rows = ledger.seen_from_each()
    cells = cells_of(rows, len(ledger.models))
    spread = taste_spread(rows, cells)
    steps, meetings = lockstep(ledger, judged)
    rng = np.random.default_rng(options.seed)
    trials, why_no_trials = learn_directions(ledger, judged, spread, rng)
    tests = (
        against_board(ledger, judged),
        favour(ledger, judged, rows, cells, spread),
        attention(ledger, judged, rows, cells),
        lift(ledger, trials, why_no_trials, rng),
        speed(ledger, judged),
        repeats(ledger, judged),
        steps,
    )
    suspects, codes = _suspects(votes, ledger, judged, tests, options.level)
    come, tested, why = newcomers.find_newcomers(ledger, rows, cells, spread, options.level)
    checks = [_account_check(test, suspects) for test in tests]
    checks.append(_check(newcomers.NAME, bool(come), why, tested, newcomers.NULL))
    crowd, tested, why = followers.find_followers(ledger, trials, why_no_trials, options.level, rng)
    checks.append(_check(followers.NAME, bool(crowd), why, tested, followers.NULL))
    return suspects, (*groups_of(suspects, codes, meetings), *come, *crowd), checks


def _suspects(
    votes: Votes, ledger: Ledger, judged: np.ndarray, tests: tuple[AccountTest, ...], level: float
) -> tuple[tuple[Suspect, ...], np.ndarray]:
    ran = [test for test in tests if not test.not_evaluated]
    accounts = np.flatnonzero(judged)
    if not ran or not len(accounts):
        return (), np.zeros(0, np.int64)
    evidence = combined(np.stack([test.log10_e[accounts] for test in ran]))
    chosen = np.flatnonzero(e_bh(evidence, level).rejected)
    chosen = chosen[np.argsort(-evidence[chosen], kind="stable")]
    codes = accounts[chosen]
    suspects = tuple(
        Suspect(
            account=_name(votes, int(code)),
            votes=int(ledger.count[code]),
            log10_e=float(evidence[row]),
            reasons=_reasons(ran, int(code)),
        )
        for row, code in zip(chosen, codes, strict=True)
    )
    return suspects, codes


def combined(log10_e: np.ndarray) -> np.ndarray:
    """Return (V,) log10 of the mean over the tests of e-values (T, V): an e-value however the tests depend on
    one another."""
    most = log10_e.max(axis=0)
    mean: np.ndarray = most + np.log10((10.0 ** (log10_e - most)).mean(axis=0))
    return mean


def _reasons(tests: list[AccountTest], code: int) -> tuple[Reason, ...]:
    telling = [test for test in tests if test.log10_e[code] >= TELLING]
    return tuple(test.reason(code) for test in sorted(telling, key=lambda test: -test.log10_e[code]))


def _name(votes: Votes, code: int) -> str:
    assert votes.voters is not None
    return str(votes.voters[code].as_py())


def _account_check(test: AccountTest, suspects: tuple[Suspect, ...]) -> Check:
    named = any(reason.test == test.name for suspect in suspects for reason in suspect.reasons)
    return _check(test.name, named, test.not_evaluated, test.tested, test.null)


def _check(name: str, positive: bool, why: str, tested: int, null: str) -> Check:
    outcome = Outcome.NOT_EVALUATED if why else Outcome.POSITIVE if positive else Outcome.NEGATIVE
    return Check(test=name, outcome=outcome, reason=why, tested=tested, null=null)


def _not_run(name: str, why: str) -> Check:
    return Check(test=name, outcome=Outcome.NOT_EVALUATED, reason=why, tested=0, null="")


def _nothing(votes: Votes, options: RiggingOptions) -> RiggingFindings:
    names = (*ACCOUNT_TESTS, newcomers.NAME, followers.NAME, bursts.NAME, pairs_out_of_line.NAME)
    return RiggingFindings(
        suspects=(),
        groups=(),
        bursts=(),
        pairs=(),
        checks=tuple(_not_run(name, "no two models of this board can be compared") for name in names),
        options=options,
        votes=votes.size,
        votes_judged=0,
        votes_of_suspects=0,
        judged=0,
        too_few=0,
    )
