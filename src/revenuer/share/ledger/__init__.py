"""The ledger of all that left the house: hash-chained, append-only, written before the bytes leave, exportable for counsel."""

from revenuer.share.ledger.check import LedgerCheck, check_ledger
from revenuer.share.ledger.entry import CHANNELS, EMPTY, Departure, LedgerHead, LedgerLine
from revenuer.share.ledger.ledger import LEDGER_TABLES, Ledger
from revenuer.share.ledger.summary import DaySummary, summary

__all__ = [
    "CHANNELS",
    "EMPTY",
    "LEDGER_TABLES",
    "DaySummary",
    "Departure",
    "Ledger",
    "LedgerCheck",
    "LedgerHead",
    "LedgerLine",
    "check_ledger",
    "summary",
]
