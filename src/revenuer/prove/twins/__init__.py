"""Resample twins: unreleased answers, sealed beside the released one, and what a suspect's preference between them proves."""

from revenuer.prove.twins.audit import AuditOptions, audit
from revenuer.prove.twins.audit_answers import AnswerAuditOptions, audit_answers
from revenuer.prove.twins.commitment_log import Entry, Head, LogCheck, LogFault, check_log, read_log
from revenuer.prove.twins.draw import Release, campaign_to_draw_for, draw_twins
from revenuer.prove.twins.lots import is_sampled, released_of
from revenuer.prove.twins.open_records import (
    OpenedLog,
    fault_of_opening,
    head_of,
    open_records,
    planned_head,
)
from revenuer.prove.twins.private_store import Opening
from revenuer.prove.twins.twin_log import LOG_FILE, Reservation, TwinLog, open_log, start_log
from revenuer.prove.twins.twin_record import TwinRecord

__all__ = [
    "LOG_FILE",
    "AnswerAuditOptions",
    "AuditOptions",
    "Entry",
    "Head",
    "LogCheck",
    "LogFault",
    "OpenedLog",
    "Opening",
    "Release",
    "Reservation",
    "TwinLog",
    "TwinRecord",
    "audit",
    "audit_answers",
    "campaign_to_draw_for",
    "check_log",
    "draw_twins",
    "fault_of_opening",
    "head_of",
    "is_sampled",
    "open_log",
    "open_records",
    "planned_head",
    "read_log",
    "released_of",
    "start_log",
]
