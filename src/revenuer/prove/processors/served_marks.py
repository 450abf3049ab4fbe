"""Which mark a server's request is to carry: the name in its `vllm_xargs`, the key from the master that the environment names."""

import logging
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.marks.keys import read_master
from revenuer.prove.processors.mark_name import candidate_of
from revenuer.prove.processors.marked_rows import MarkedRow, Sampling
from revenuer.records import RevenuerError, UsageError

MASTER_VARIABLE = "REVENUER_MARK_MASTER"
"""Environment variable that names the master key's file."""
FIELD = "revenuer_mark"
"""Name of the mark within `vllm_xargs`, as guard's fronts write it."""

_log = logging.getLogger("revenuer.prove.processors")


class ServedMarks:
    """Turns names of marks into rows; each name's key is derived once."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        """Raises UsageError where the environment names no master key, InputError where that file holds none: a server that is to mark and
        cannot shall not start."""
        named = (os.environ if environ is None else environ).get(MASTER_VARIABLE)
        if not named:
            raise UsageError(f"{MASTER_VARIABLE} is not set; let it name the file of the master key")
        master = read_master(Path(named))
        self._derived = lru_cache(maxsize=4096)(lambda name: candidate_of(name, master))

    def row(self, parameters: Any) -> MarkedRow | None:
        """Return what marks the request with these sampling parameters (vLLM's), None where it is to carry no mark.

        A name that cannot be read leaves the answer unmarked and is logged: the client shall not learn of it.
        """
        name = (getattr(parameters, "extra_args", None) or {}).get(FIELD)
        if name is None:
            return None
        try:
            return MarkedRow(candidate=self._candidate(name), sampling=_sampling(parameters))
        except RevenuerError as error:
            _log.error("an answer that was to be marked is not: %s", error)
            return None

    def _candidate(self, name: object) -> Candidate:
        if not isinstance(name, str):
            raise UsageError(f"got the mark {name!r}, expected a text")
        return self._derived(name)


def _sampling(parameters: Any) -> Sampling:
    top_k = int(getattr(parameters, "top_k", 0) or 0)
    return Sampling(
        temperature=float(parameters.temperature),
        top_k=max(top_k, 0),
        top_p=float(getattr(parameters, "top_p", 1.0)),
        min_p=float(getattr(parameters, "min_p", 0.0)),
    )
