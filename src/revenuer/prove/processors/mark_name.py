"""The name by which guard hands a mark on (`campaign:C-17;scheme=green;epoch=2026-11-01`), and the key that it stands for."""

from datetime import date

from revenuer.prove.marks.candidate import Candidate, derived_candidate
from revenuer.prove.marks.scheme_names import parse_scheme
from revenuer.records import InputError


def candidate_of(name: str, master: bytes) -> Candidate:
    """Return the key that a mark's name stands for. Raises InputError for what is no such name, UsageError for an unknown scheme."""
    label, *parts = name.split(";")
    said = dict(part.partition("=")[::2] for part in parts)
    if len(parts) != 2 or said.keys() != {"scheme", "epoch"}:
        raise InputError(
            f"got the mark {name[:300]!r}, expected LABEL;scheme=SCHEME;epoch=YYYY-MM-DD as the guard words it"
        )
    try:
        epoch = date.fromisoformat(said["epoch"])
    except ValueError as error:
        raise InputError(
            f"got the epoch {said['epoch']!r} in the mark {name[:300]!r}, expected YYYY-MM-DD"
        ) from error
    return derived_candidate(master, parse_scheme(said["scheme"]), label, epoch)
