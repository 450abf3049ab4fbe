"""What every form of file is turned into: columns of some rows, and where those rows stand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from revenuer.records import InputError

REQUIRED = ("model_a", "model_b", "winner")
VOTER, PROMPT, TIMESTAMP = ("voter_id", "judge"), ("prompt_id",), ("timestamp", "tstamp")
"""Names of a column, the preferred first; the second are those of the Arena's public files."""
WEIGHT = "weight"
_SHOWN_COLUMNS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteBlock:
    """Some consecutive rows. `columns` holds Arrow arrays of any type by the file's own names, all of length `rows`;
    `locate(row)` returns the row's 1-based line and an excerpt (slow: for bad rows only)."""

    columns: Mapping[str, pa.Array]
    rows: int
    locate: Callable[[int], tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which columns to look for: `style` covariates, and whether `ids` (voter, prompt, timestamp) are of interest."""

    style: tuple[str, ...]
    ids: bool

    @property
    def texts(self) -> tuple[str, ...]:
        """Names of columns that hold text."""
        return (*REQUIRED, *(VOTER + PROMPT if self.ids else ()))

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that matters, each once."""
        times = TIMESTAMP if self.ids else ()
        styles = (name for stem in self.style for name in (stem, *halves(stem)))
        return tuple(dict.fromkeys((*self.texts, *times, WEIGHT, *styles)))

    def check(self, file: str, present: Sequence[str]) -> None:
        """Raise InputError where a required column or covariate is not among `present`, the names of the file's columns."""
        missing = [name for name in REQUIRED if name not in present]
        if missing:
            raise InputError(
                f"{file} has no column {' and no column '.join(missing)} (it has {_shown(present)}), expected model_a, "
                f"model_b and winner; rename its columns"
            )
        for stem in self.style:
            if stem not in present and not set(halves(stem)) <= set(present):
                raise InputError(
                    f"{file} has neither a column {stem} nor {' and '.join(halves(stem))} (it has {_shown(present)}); "
                    f"leave {stem} out of the style covariates or add its column"
                )


def halves(stem: str) -> tuple[str, str]:
    """Return the names of the columns that hold a covariate for each side."""
    return f"{stem}_a", f"{stem}_b"


def _shown(present: Sequence[str]) -> str:
    names = [name[:40] for name in present[:_SHOWN_COLUMNS]]
    return ", ".join(names) + (", ..." if len(present) > _SHOWN_COLUMNS else "") if names else "none"
