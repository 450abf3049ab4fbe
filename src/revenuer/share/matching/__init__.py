"""Private matching: two houses learn which indicators they have in common, by RFC 9497's verifiable oblivious function, and nothing else."""

from revenuer.share.matching.client import Match, MatchClient, OpenedSet
from revenuer.share.matching.client_books import CLIENT_TABLES
from revenuer.share.matching.families import FamilyMatch, band_values, family_matches
from revenuer.share.matching.fault import BudgetSpent, MatchFault, StaleSet
from revenuer.share.matching.http import house_match_app, match_app
from revenuer.share.matching.items import BAND, LOW_ENTROPY, PreparedItem, item_of
from revenuer.share.matching.meter import Meter
from revenuer.share.matching.offer import OfferRule, offered, span_of
from revenuer.share.matching.peer import HttpPeer, MatchPeer, open_client
from revenuer.share.matching.prepare import BuiltSet, build_set
from revenuer.share.matching.publish_set import publish_set
from revenuer.share.matching.server import MatchServer, open_server, set_folder

__all__ = [
    "BAND",
    "CLIENT_TABLES",
    "LOW_ENTROPY",
    "BudgetSpent",
    "BuiltSet",
    "FamilyMatch",
    "HttpPeer",
    "Match",
    "MatchClient",
    "MatchFault",
    "MatchPeer",
    "MatchServer",
    "Meter",
    "OfferRule",
    "OpenedSet",
    "PreparedItem",
    "StaleSet",
    "band_values",
    "build_set",
    "family_matches",
    "house_match_app",
    "item_of",
    "match_app",
    "offered",
    "open_client",
    "open_server",
    "publish_set",
    "set_folder",
    "span_of",
]
