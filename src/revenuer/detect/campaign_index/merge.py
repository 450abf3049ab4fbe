"""Several campaign indexes as one."""

from collections.abc import Sequence

import numpy as np

from revenuer.detect.campaign_index.content import ENTRY, IndexContent, IndexedCampaign, KeyState
from revenuer.detect.campaign_index.index import CampaignIndex
from revenuer.records import InputError


def merge_indexes(indexes: Sequence[CampaignIndex]) -> IndexContent:
    """Return every campaign of `indexes`; of those with one id the one indexed last, with its own entries alone.

    Counts stay those of the log that each campaign was found in. Raises InputError unless all are hashed under one known key.
    """
    first = indexes[0]
    for index in indexes:
        if index.key.state is KeyState.UNKNOWN:
            raise InputError(
                f"{index.path} does not say under which key it is hashed: sketch its logs again with this version, then scan them"
            )
        if index.key != first.key:
            raise InputError(
                f"{index.path} and {first.path} are hashed under different keys ({index.key.id or 'none'} and "
                f"{first.key.id or 'none'}): scan both logs with one --key-file"
            )
    newest = _newest(indexes)
    campaigns: list[IndexedCampaign] = []
    parts = [np.zeros(0, ENTRY)]
    for number, index in enumerate(indexes):
        kept = np.full(len(index.campaigns), -1, np.int32)
        for place, campaign in enumerate(index.campaigns):
            if newest[campaign.campaign_id] == number:
                kept[place] = len(campaigns)
                campaigns.append(campaign)
        entries = np.array(index.entries[kept[index.entries["campaign"]] >= 0])
        entries["campaign"] = kept[entries["campaign"]]
        parts.append(entries)
    return IndexContent(
        campaigns=tuple(campaigns),
        entries=np.concatenate(parts),
        key=first.key,
        made_at=max(index.made_at for index in indexes),
        left_out=tuple(sorted({name for index in indexes for name in index.left_out})),
    )


def _newest(indexes: Sequence[CampaignIndex]) -> dict[str, int]:
    """Return, for each campaign id, the number of the index whose version of it is kept: the last indexed, then the last named."""
    found: dict[str, tuple[int, int]] = {}
    for number, index in enumerate(indexes):
        for campaign in index.campaigns:
            known = found.get(campaign.campaign_id, (campaign.indexed_at, number))
            found[campaign.campaign_id] = max(known, (campaign.indexed_at, number))
    return {name: number for name, (_, number) in found.items()}
