"""The board's votes without those of some accounts."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revenuer.rank.rigging.findings import Suspect
from revenuer.rank.votes import Votes
from revenuer.records import UsageError


def without(votes: Votes, suspects: Iterable[Suspect | str]) -> Votes:
    """Return `votes` without those of `suspects`, given as suspects or as names of accounts; models keep
    their places.

    Raises UsageError where the votes have no voters. Names that never voted are no error.
    """
    if votes.voter is None or votes.voters is None:
        raise UsageError("expected votes with voter ids, got none: nobody's votes can be set aside by name")
    names = [suspect if isinstance(suspect, str) else suspect.account for suspect in suspects]
    chosen = pc.is_in(votes.voters.cast(pa.string()), value_set=pa.array(names, pa.string()))
    gone = np.append(np.asarray(chosen, bool), False)
    return votes.chosen(~gone[votes.voter])
