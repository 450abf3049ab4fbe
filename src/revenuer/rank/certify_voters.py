"""Certifies how few accounts, whose votes go or who arrive with some votes each, would change the top of a board."""

from dataclasses import dataclass, replace

import numpy as np

from revenuer.rank.certificate import ActionBound, Answer, Certificate
from revenuer.rank.certify import Board, CertifyOptions, board_of, certify, strengths_within_reach
from revenuer.rank.coding import counted
from revenuer.rank.components import find_components
from revenuer.rank.crossing import Crossing, chances, find_crossing, pairs_of_design
from revenuer.rank.leaderboard import ELO_PER_LOGIT
from revenuer.rank.lower_bound import worths
from revenuer.rank.movement import find_movement, resistances
from revenuer.rank.newton import fit_pairs
from revenuer.rank.pairs_in_question import Pair, cheapest_first, pairs_of
from revenuer.rank.votes import TIE, Votes, tally
from revenuer.rank.witness import BLOCKS, LEVEL, apply, gap_of
from revenuer.records import UsageError

PAIRS_TRIED = 5
"""Accounts whose votes exchange a pair are sought for so many of the pairs that are closest."""
MOST_BLOCKS = 100
MOST_SINGLE = 500
"""Up to so many accounts the board is fitted without each of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Votes of known accounts: `of` (n,) account 0..A-1; `table` (n,) 0 for a win, 1 for a tie; `first`, `second` (n,) places in the
    component, the winner first, or the lower place of a tie; `codes` (A,) of the accounts in the votes."""

    of: np.ndarray
    table: np.ndarray
    first: np.ndarray
    second: np.ndarray
    codes: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        """Votes of each account, (A,)."""
        return np.bincount(self.of, minlength=len(self.codes))

    def sums(self, value: np.ndarray) -> np.ndarray:
        """Return (A,) the sum over each account's votes of `value` (2, M, M)."""
        return np.bincount(self.of, value[self.table, self.first, self.second], len(self.codes))

    def taken(self, accounts: np.ndarray, size: int) -> np.ndarray:
        """Return (2, M, M) the votes of `accounts` as changes."""
        gone = np.zeros(len(self.codes), bool)
        gone[accounts] = True
        kept = gone[self.of]
        taken = np.zeros((2, size, size))
        np.add.at(taken, (self.table[kept], self.first[kept], self.second[kept]), 1.0)
        return taken


def certify_voters(votes: Votes, options: CertifyOptions, votes_each: int) -> Certificate:
    """Return the certificate by accounts: `drop` takes all votes of an account away, `add` lets an account cast `votes_each` new ones.

    Lower bounds follow from those by votes and from what each account's votes are worth at most; upper bounds are checked by a fit.
    Raises UsageError where the votes have no voter ids, for `flip`, and for ties with a parameter of their own.
    """
    if votes.voter is None:
        raise UsageError(f"{votes.source} has no voter_id column; certify by votes: --unit vote")
    if options.no_lower_bound:
        raise UsageError("accounts are certified with --ties half or drop, and without --style")
    actions = tuple(action for action in options.actions if action != "flip")
    if not actions:
        raise UsageError("whole accounts can be dropped or added, not flipped; expected --actions drop,add")
    by_vote = certify(votes, replace(options, actions=actions))
    board = board_of(tally(votes), options.ties, options.both_bad, votes.source)
    accounts = accounts_of(votes, board, options)
    with strengths_within_reach(votes.source):
        answers = tuple(
            _answer(answer, board, votes, accounts, options, votes_each) for answer in by_vote.answers
        )
    return replace(by_vote, unit="voter", actions=actions, votes_each=votes_each, answers=answers)


def accounts_of(votes: Votes, board: Board, options: CertifyOptions) -> Accounts:
    """Return the votes of known accounts within the board."""
    if votes.voter is None:
        raise UsageError("the votes have no voter ids")
    place = np.full(len(votes.models), -1)
    place[board.codes] = np.arange(len(board.codes))
    kept = counted(votes, options.ties, options.both_bad) & (votes.voter >= 0)
    kept &= (place[votes.a] >= 0) & (place[votes.b] >= 0)
    a, b, outcome = place[votes.a[kept]], place[votes.b[kept]], votes.outcome[kept]
    tie = outcome >= TIE
    turned = np.where(tie, a > b, outcome == 1)
    codes, of = np.unique(votes.voter[kept], return_inverse=True)
    return Accounts(
        of=of,
        table=tie.astype(np.int64),
        first=np.where(turned, b, a),
        second=np.where(turned, a, b),
        codes=codes,
    )


def _answer(
    answer: Answer, board: Board, votes: Votes, accounts: Accounts, options: CertifyOptions, votes_each: int
) -> Answer:
    bounds = tuple(
        _arriving(bound, votes_each)
        if bound.action == "add"
        else _leaving(answer.question, bound, board, votes, accounts, options.k)
        for bound in answer.by_action
    )
    upper = min(bounds, key=lambda b: (b.upper_bound is None, b.upper_bound or 0))
    # Accounts that go and accounts that come, mixed: each stands for at most so many votes.
    lower = _fewest_sizes(
        accounts.sizes, answer.lower_bound or 0, votes_each if "add" in options.actions else 0
    )
    return replace(
        answer,
        lower_bound=min(lower, upper.upper_bound) if upper.upper_bound is not None else lower,
        upper_bound=upper.upper_bound,
        pair=upper.pair,
        by_action=bounds,
    )


def _arriving(bound: ActionBound, votes_each: int) -> ActionBound:
    return replace(
        bound,
        lower_bound=-(-(bound.lower_bound or 0) // votes_each),
        upper_bound=None if bound.upper_bound is None else -(-bound.upper_bound // votes_each),
    )


def _fewest_sizes(sizes: np.ndarray, needed: int, arriving: int) -> int:
    """Return how few accounts hold `needed` votes; those that arrive may be as many as one likes, with `arriving` votes each."""
    largest = np.sort(sizes)[::-1].astype(float)
    largest = np.maximum(largest, arriving) if arriving else largest
    total = np.cumsum(largest)
    if not len(total) or total[-1] < needed:
        rest = needed - (total[-1] if len(total) else 0)
        return len(total) + (int(-(-rest // arriving)) if arriving else 1)
    return int(np.searchsorted(total, needed)) + 1 if needed > 0 else 0


def _leaving(
    question: str, bound: ActionBound, board: Board, votes: Votes, accounts: Accounts, k: int
) -> ActionBound:
    pairs, least = cheapest_first(pairs_of(question, board.order, k), board.fit)
    found, pair = None, pairs[0]
    for tried in pairs[:PAIRS_TRIED]:
        gone = find_accounts(board, find_crossing(board.design, *tried, board.fit.theta), accounts)
        if gone is not None and (found is None or len(gone) < len(found)):
            found, pair = gone, tried
    lower = _fewest_sizes(accounts.sizes, bound.lower_bound or 0, 0)
    lower = max(lower, _by_worth(board, pairs, least, accounts, None if found is None else len(found)))
    if lower == 1 and _no_single_account(board, accounts, bound.lower_bound or 0, pairs):
        lower = 2
    names = (board.names[pair[0]], board.names[pair[1]])
    if found is None:
        return ActionBound(action="drop", lower_bound=lower, upper_bound=None, pair=names)
    gap = gap_of(apply(board.design, accounts.taken(found, len(board.names)), "drop"), *pair, board.fit.theta)
    return ActionBound(
        action="drop",
        lower_bound=min(lower, len(found)),
        upper_bound=len(found),
        pair=names,
        changes=(),
        accounts=tuple(_name(votes, int(code)) for code in accounts.codes[found]),
        gap=None if gap is None else gap * ELO_PER_LOGIT,
    )


def _name(votes: Votes, code: int) -> str:
    return str(code) if votes.voters is None else str(votes.voters[code].as_py())


def find_accounts(board: Board, crossing: Crossing, accounts: Accounts) -> np.ndarray | None:
    """Return the places of accounts without whose votes the crossing's b is level with a, checked by a fit; None if none were found."""
    size = len(board.names)
    gone = np.zeros(0, np.int64)
    at = crossing
    for _ in range(MOST_BLOCKS):
        value = accounts.sums(_dropped(at))
        value[gone] = 0.0
        order = np.argsort(-value, kind="stable")
        order = order[value[order] > 1e-9]
        if not len(order):
            return None
        wanted = at.mass if at.mass < 2 * crossing.mass / BLOCKS else crossing.mass / BLOCKS
        number = int(np.searchsorted(np.cumsum(value[order]), wanted)) + 1
        more = np.concatenate([gone, order[:number]])
        try:
            after = find_crossing(
                apply(board.design, accounts.taken(more, size), "drop"), at.a, at.b, at.theta
            )
        except ArithmeticError:
            return None
        if after.mass <= LEVEL:
            return _trimmed(board, crossing, accounts, gone, order[:number])
        if len(more) == len(gone):
            return None
        gone, at = more, after
    return None


def _dropped(at: Crossing) -> np.ndarray:
    """Return (2, M, M): what dropping a win, and a tie, takes of the mass."""
    gap = at.reach[None, :] - at.reach[:, None]
    p = chances(at.theta)
    dropped: np.ndarray = np.stack([(1 - p) * gap, (0.5 - p) * gap])
    return dropped


def _trimmed(
    board: Board, crossing: Crossing, accounts: Accounts, gone: np.ndarray, last: np.ndarray
) -> np.ndarray | None:
    """Return `gone` and as few of `last` as put b level with a on the board's own fit."""
    low, high, found = 0, len(last), None
    while low <= high:
        number = (low + high) // 2
        tried = np.concatenate([gone, last[:number]])
        changed = apply(board.design, accounts.taken(tried, len(board.names)), "drop")
        gap = gap_of(changed, crossing.a, crossing.b, crossing.theta)
        if gap is not None and gap >= -LEVEL:
            found, high = tried, number - 1
        else:
            low = number + 1
    return found


def _no_single_account(board: Board, accounts: Accounts, needed: int, pairs: list[Pair]) -> bool:
    """Say, by a fit without each, whether no account alone exchanges any of `pairs`; only those with `needed` votes could.

    False where so many would have to be looked at that it takes long.
    """
    candidates = np.flatnonzero(accounts.sizes >= needed)
    if len(candidates) > MOST_SINGLE:
        return False
    above, below = np.array(pairs).T
    for account in candidates:
        taken = accounts.taken(np.array([account]), len(board.names))
        left = pairs_of_design(apply(board.design, taken, "drop"))
        if find_components(left).number > 1:
            continue
        theta = fit_pairs(left, "half", board.fit.theta).theta
        if (theta[below] >= theta[above] - LEVEL).any():
            return False
    return True


def _by_worth(
    board: Board, pairs: list[Pair], least: np.ndarray, accounts: Accounts, upper: int | None
) -> int:
    """Return the fewest accounts by what the votes of each are worth at most, over all pairs; 0 where movement cannot be bounded."""
    if upper is None:
        return 0
    most_votes = int(np.sort(accounts.sizes)[::-1][:upper].sum())
    lower = upper
    for pair, floor in zip(pairs, least, strict=True):
        if floor > most_votes or lower == 0:
            break
        crossing = find_crossing(board.design, *pair, board.fit.theta)
        movement = find_movement(board.design, crossing, resistances(board.design, crossing), most_votes)
        best = 0
        for worth in worths(board.design, crossing, movement):
            value = accounts.sums(np.stack([worth.drop, np.maximum(worth.drop_tie, worth.drop_tie.T)]))
            total = np.cumsum(np.sort(value)[::-1])
            best = max(best, int(np.searchsorted(total, worth.needed)) + 1 if worth.needed > 0 else 0)
        lower = min(lower, best)
    return lower
