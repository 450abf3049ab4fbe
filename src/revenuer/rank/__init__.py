"""Leaderboards: how far votes tell models apart, and how few of them would change the answer."""

from revenuer.rank.certificate import ACTIONS, ActionBound, Answer, Certificate, NamedChange
from revenuer.rank.certify import CertifyOptions, certify
from revenuer.rank.certify_voters import certify_voters
from revenuer.rank.fit import fit_board
from revenuer.rank.leaderboard import (
    RATING_SCHEMA,
    Alternative,
    FitOptions,
    Leaderboard,
    Rating,
    StyleEffect,
    ratings_table,
)
from revenuer.rank.plan import Plan, PlannedPair, plan_votes
from revenuer.rank.read_votes import read_votes
from revenuer.rank.votes import Tally, Votes, tally, votes_of_tally

__all__ = [
    "ACTIONS",
    "ActionBound",
    "Alternative",
    "Answer",
    "Certificate",
    "CertifyOptions",
    "FitOptions",
    "Leaderboard",
    "NamedChange",
    "Plan",
    "PlannedPair",
    "RATING_SCHEMA",
    "Rating",
    "StyleEffect",
    "Tally",
    "Votes",
    "certify",
    "certify_voters",
    "fit_board",
    "plan_votes",
    "ratings_table",
    "read_votes",
    "tally",
    "votes_of_tally",
]
