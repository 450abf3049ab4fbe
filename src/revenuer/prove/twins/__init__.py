"""Resample twins: unreleased answers, sealed beside the released one, and what a suspect's preference between them proves."""

from revenuer.prove.twins.audit import AuditOptions, audit
from revenuer.prove.twins.commitment_log import Entry, Head, LogCheck, LogFault, check_log, read_log
from revenuer.prove.twins.lots import is_sampled, released_of
from revenuer.prove.twins.open_records import OpenedLog, head_of, open_records
from revenuer.prove.twins.twin_log import Reservation, TwinLog, open_log, start_log
from revenuer.prove.twins.twin_record import TwinRecord

__all__ = [
    "AuditOptions",
    "Entry",
    "Head",
    "LogCheck",
    "LogFault",
    "OpenedLog",
    "Reservation",
    "TwinLog",
    "TwinRecord",
    "audit",
    "check_log",
    "head_of",
    "is_sampled",
    "open_log",
    "open_records",
    "read_log",
    "released_of",
    "start_log",
]
