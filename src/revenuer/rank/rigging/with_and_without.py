"""The board with and without the suspects' votes, and what the certificate says of both."""

from dataclasses import dataclass

from revenuer.rank.certificate import Answer
from revenuer.rank.certify import CertifyOptions, certify
from revenuer.rank.fit import fit_board
from revenuer.rank.leaderboard import FitOptions, Leaderboard
from revenuer.rank.rigging.findings import RiggingFindings
from revenuer.rank.rigging.removal import without
from revenuer.rank.votes import Votes
from revenuer.records import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class SideOfComparison:
    """A board, and what its certificate says of the leader (None where the votes have weights or nothing can be certified)."""

    board: Leaderboard
    leader: Answer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`given`: the board as voted; `cleaned`: without the suspects' votes, None where there are no suspects or no board is left."""

    given: SideOfComparison
    cleaned: SideOfComparison | None


def compare(votes: Votes, findings: RiggingFindings) -> Comparison:
    """Return the board of `votes` and that without the suspects of `findings`. Raises InputError where `votes` cannot be rated."""
    given = _side(votes)
    if not findings.suspects:
        return Comparison(given=given, cleaned=None)
    try:
        cleaned = _side(without(votes, findings.suspects))
    except InputError:  # Nothing that can be rated is left.
        return Comparison(given=given, cleaned=None)
    return Comparison(given=given, cleaned=cleaned)


def _side(votes: Votes) -> SideOfComparison:
    board = fit_board(votes, FitOptions())
    certifiable = votes.weight is None and len(board.components[0]) > 1
    answer = certify(votes, CertifyOptions(k=1)).answers[0] if certifiable else None
    return SideOfComparison(board=board, leader=answer)
