"""The campaign index of what a replay found: with it another guard starts from where the replayed one ended."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from revenuer.detect.assemble import campaign_id
from revenuer.detect.campaign_index import Hashing, IndexContent, index_campaigns
from revenuer.detect.families import count_prompts
from revenuer.detect.keyed_hash import Key
from revenuer.detect.population import code_accounts, register_accounts
from revenuer.detect.sketch import sketch_kernel
from revenuer.engine import Engine
from revenuer.records import SKETCH_SCHEMA, ScanResult


def operators_index(
    engine: Engine,
    files: Sequence[Path],
    accounts: pa.Table | None,
    result: ScanResult,
    key: Key,
    now: datetime,
) -> IndexContent:
    """Return the index of the campaigns of `result` over the log in `files`, hashed under `key`, as a scan would make it.

    Campaigns have the name that a scan gives to such a set of accounts: every guard counts its own operators from one, and G-0001 of
    this replay is not G-0001 of the guard that reads the index. The log is sketched for it, unless there is no campaign. `engine` is
    one of its own, without tables.
    """
    named = tuple(replace(one, campaign_id=campaign_id(list(one.accounts))) for one in result.campaigns)
    if named:
        engine.read_parquet("exchange", files)
        engine.map_batches("sketch", "SELECT * FROM exchange", sketch_kernel(key), SKETCH_SCHEMA)
        code_accounts(engine)
        count_prompts(engine)
        register_accounts(engine, accounts)
    return index_campaigns(engine, replace(result, campaigns=named), Hashing.under(key), now)
