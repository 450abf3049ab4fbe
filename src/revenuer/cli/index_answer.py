"""What the commands on campaign indexes say of one: as JSON, and as a table."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from revenuer.detect.campaign_index import CampaignIndex, KeyKind, KeyState
from revenuer.report.wording import iso

SPANS = (KeyKind.SPAN, KeyKind.BAND, KeyKind.SYSTEM)
KEYS = {
    KeyState.KEYED: "hashed under the key {id}",
    KeyState.UNKEYED: "unkeyed: whoever has the file can test guesses of addresses and ids against it (--key-file prevents that)",
    KeyState.UNKNOWN: "hashed under a key that it does not name: a guard refuses it; sketch the logs again, then scan them",
}


def index_json(index: CampaignIndex) -> dict[str, Any]:
    """Return what an index holds as plain JSON types; times in ISO 8601 with Z. It holds no hash."""
    return {
        "file": str(index.path),
        "generated_by": index.generated_by,
        "made_at": _moment(index.made_at),
        "key": msgspec.to_builtins(index.key),
        "left_out": list(index.left_out),
        "entries": len(index),
        "campaigns": [
            {
                **msgspec.to_builtins(campaign),
                **{
                    name: _moment(getattr(campaign, name))
                    for name in ("first_seen", "last_seen", "indexed_at")
                },
                "keys": {kind.name.lower(): int(n) for kind, n in zip(KeyKind, counts, strict=True)},
            }
            for campaign, counts in zip(index.campaigns, index.counts(), strict=True)
        ],
    }


def print_index(index: CampaignIndex, console: Console) -> None:
    """Print an index: a line a campaign, and what one must know of its key."""
    if index.campaigns:
        console.print(_table(index))
    else:
        console.print("no campaigns: a guard with this index knows nobody")
    console.print(KEYS[index.key.state].format(id=index.key.id), soft_wrap=True)
    if index.left_out:
        left_out = ", ".join(index.left_out)
        console.print(f"not in it, since the scan had no key to hash them with: {left_out}", soft_wrap=True)
    console.print(
        f"{escape(str(index.path))}: made {_moment(index.made_at)}, {len(index):,} entries", soft_wrap=True
    )


def _table(index: CampaignIndex) -> Table:
    table = Table("campaign", box=None, header_style="bold")
    for name in ("accounts", "spans", "values", "log10 e"):
        table.add_column(name, justify="right")
    for name in ("sure", "seen", "in a log of"):
        table.add_column(name)
    for campaign, counts in zip(index.campaigns, index.counts(), strict=True):
        table.add_row(
            escape(campaign.campaign_id),
            f"{campaign.members:,}",
            f"{int(counts[list(SPANS)].sum()):,}",
            f"{int(np.delete(counts, [KeyKind.MEMBER, *SPANS]).sum()):,}",
            f"{campaign.log10_e:+.1f}",
            escape(campaign.confidence),
            f"{_moment(campaign.first_seen)[:10]} to {_moment(campaign.last_seen)[:10]}",
            f"{campaign.population:,} accounts",
        )
    return table


def _moment(micros: int) -> str:
    return iso(datetime.fromtimestamp(micros / 1e6, UTC))
