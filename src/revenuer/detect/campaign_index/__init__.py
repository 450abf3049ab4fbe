"""The campaign index: what a scan knows of its campaigns, in a file that guard nodes map into memory."""

from revenuer.detect.campaign_index.content import (
    ENTRY,
    UNKNOWN_KEY,
    IndexContent,
    IndexedCampaign,
    KeyNote,
    KeyState,
)
from revenuer.detect.campaign_index.file_format import FORMAT_VERSION, INDEX_FILE, index_bytes
from revenuer.detect.campaign_index.from_claims import index_claims, with_claims
from revenuer.detect.campaign_index.from_scan import Hashing, index_campaigns
from revenuer.detect.campaign_index.index import CampaignIndex, check_key
from revenuer.detect.campaign_index.keys import KeyKind, fingerprint_key, index_key
from revenuer.detect.campaign_index.merge import merge_indexes
from revenuer.detect.campaign_index.table import lookup
from revenuer.detect.campaign_index.weight import log10_weight

__all__ = [
    "CampaignIndex",
    "ENTRY",
    "FORMAT_VERSION",
    "Hashing",
    "INDEX_FILE",
    "IndexContent",
    "IndexedCampaign",
    "KeyKind",
    "KeyNote",
    "KeyState",
    "UNKNOWN_KEY",
    "check_key",
    "fingerprint_key",
    "index_bytes",
    "index_campaigns",
    "index_claims",
    "index_key",
    "log10_weight",
    "lookup",
    "merge_indexes",
    "with_claims",
]
