"""Radioactivity: does a suspect carry the trace of marked text in what it writes (closed) or in its next-token distribution (open)?"""

from revenuer.prove.radioactivity.accounts import AccountFindings, account_findings
from revenuer.prove.radioactivity.closed_test import closed_test
from revenuer.prove.radioactivity.counted_test import counted_test
from revenuer.prove.radioactivity.next_tokens import NextTokens
from revenuer.prove.radioactivity.open_options import OpenOptions
from revenuer.prove.radioactivity.open_test import open_test

__all__ = [
    "AccountFindings",
    "NextTokens",
    "OpenOptions",
    "account_findings",
    "closed_test",
    "counted_test",
    "open_test",
]
