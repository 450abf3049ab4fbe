"""A scan's result folder and a house in, what a partner may be told of it out."""

from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq
from pyarrow.lib import ArrowException

from revenuer.records import InputError
from revenuer.records.observable import OBSERVABLES_FILE
from revenuer.share.house import House
from revenuer.share.policy import Released, load_share_policy, release
from revenuer.share.stix import draft_campaigns, read_analyses, read_campaigns

CAMPAIGNS_FILE = "campaigns.json"


def released_scan(house: House, scan: Path, partner: str, analyst: Path | None, now: datetime) -> Released:
    """Return what `partner` may be told of the campaigns in a scan's result folder. Raises InputError where something in it cannot be read."""
    policy = load_share_policy(house)
    campaigns = read_campaigns(scan / CAMPAIGNS_FILE)
    table = scan / OBSERVABLES_FILE
    try:
        observables = pq.read_table(table) if table.exists() else None
    except (OSError, ArrowException) as error:
        raise InputError(f"cannot read {table}: {error}; scan again") from error
    analyses = read_analyses(analyst) if analyst is not None else None
    drafts = draft_campaigns(campaigns, observables, house, now, analyses=analyses)
    return release(drafts, policy, house, partner, now)
