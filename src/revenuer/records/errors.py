"""The errors that Revenuer raises, one class per different action of the caller.

A message says what was got, what was expected and what to do next, in one or two sentences.
"""


class RevenuerError(Exception):
    """Root of every error raised on purpose; the command line prints it without a traceback (exit 2)."""


class InputError(RevenuerError):
    """The data given cannot be read or does not fit its contract: mend the file or name another format."""


class UsageError(RevenuerError):
    """The call itself is wrong (an unknown scenario, options that exclude each other): change the call."""


class ResourceError(RevenuerError):
    """The machine ran out of something (disk, memory): free some and run again; nothing half-written is left."""


class MissingDependencyError(RevenuerError):
    """An optional package is absent: install the extra that the message names."""
