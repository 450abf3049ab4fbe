"""Files and log exports -> Exchange tables, with every row that did not make it accounted for."""

from revenuer.ingest.accounts import read_accounts
from revenuer.ingest.formats import DEFAULT_ACCOUNTS, FORMATS
from revenuer.ingest.mapping import LogMapping, load_mapping
from revenuer.ingest.read import Outside, read_logs
from revenuer.ingest.result import AccountsResult, IngestResult, SourceReport

__all__ = [
    "AccountsResult",
    "DEFAULT_ACCOUNTS",
    "FORMATS",
    "IngestResult",
    "LogMapping",
    "Outside",
    "SourceReport",
    "load_mapping",
    "read_accounts",
    "read_logs",
]
