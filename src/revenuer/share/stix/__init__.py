"""Campaigns as STIX 2.1, and peers' STIX 2.1 as what we can use of it."""

from revenuer.share.stix.analyst import Analysis, Attribution, read_analyses
from revenuer.share.stix.bundle import bundle_bytes
from revenuer.share.stix.campaigns_file import CampaignsFile, decode_campaigns, read_campaigns
from revenuer.share.stix.canonical import canonical, digest
from revenuer.share.stix.disclosed import Marks
from revenuer.share.stix.draft import Draft, DraftObservable, draft_campaigns
from revenuer.share.stix.extension import (
    EXTENSION_ID,
    AboutCampaign,
    AboutIndicator,
    PromptFamily,
    extension_of,
)
from revenuer.share.stix.families import FamilyMatch, SpanKey, bands_of, match_family, read_span_key
from revenuer.share.stix.feedback import frame_of, opinion_on, sighting_of
from revenuer.share.stix.limits import Limits
from revenuer.share.stix.receive import (
    Quarantined,
    Received,
    observables_of,
    read_objects,
    reading_of,
)
from revenuer.share.stix.tlp import Tlp, marking_definition, marking_id, tlp_of
from revenuer.share.stix.versions import VERSION_TABLES, given_objects, revocations, stamped

__all__ = [
    "EXTENSION_ID",
    "VERSION_TABLES",
    "AboutCampaign",
    "AboutIndicator",
    "Analysis",
    "Attribution",
    "CampaignsFile",
    "Draft",
    "DraftObservable",
    "FamilyMatch",
    "Limits",
    "Marks",
    "PromptFamily",
    "Quarantined",
    "Received",
    "SpanKey",
    "Tlp",
    "bands_of",
    "bundle_bytes",
    "canonical",
    "decode_campaigns",
    "digest",
    "draft_campaigns",
    "extension_of",
    "frame_of",
    "given_objects",
    "marking_definition",
    "marking_id",
    "match_family",
    "observables_of",
    "opinion_on",
    "read_analyses",
    "read_campaigns",
    "read_objects",
    "read_span_key",
    "reading_of",
    "revocations",
    "sighting_of",
    "stamped",
    "tlp_of",
]
