"""accounts.parquet: one verdict per account."""

import pyarrow as pa

from revenuer.records import SCHEMA_VERSION, ScanResult

ACCOUNT_VERDICT_SCHEMA = pa.schema(
    [
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("campaign_id", pa.string()),
        pa.field("verdict", pa.string(), nullable=False),
        pa.field("log10_e", pa.float64(), nullable=False),
    ],
    metadata={"schema_version": str(SCHEMA_VERSION)},
)


def accounts_table(result: ScanResult) -> pa.Table:
    """Return every account's verdict, ordered by account_id; campaign_id is null where there is none."""
    verdicts = sorted(result.verdicts, key=lambda verdict: verdict.account_id)
    columns = [
        [verdict.account_id for verdict in verdicts],
        [verdict.campaign_id for verdict in verdicts],
        [verdict.verdict.value for verdict in verdicts],
        [verdict.log10_e for verdict in verdicts],
    ]
    arrays = [
        pa.array(values, field.type) for values, field in zip(columns, ACCOUNT_VERDICT_SCHEMA, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=ACCOUNT_VERDICT_SCHEMA)
