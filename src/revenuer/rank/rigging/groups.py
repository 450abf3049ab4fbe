"""Suspects that belong together: those that vote in lockstep, and those that lift one model."""

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from revenuer.rank.rigging import lockstep
from revenuer.rank.rigging.findings import Group, Suspect
from revenuer.rank.rigging.lockstep import Meetings

LEAST_SHARED_E = 3.0
"""log10 of the evidence of a pair of suspects that makes them of one group: suspects are few, so pairs of
them are too."""


def groups_of(suspects: tuple[Suspect, ...], codes: np.ndarray, meetings: Meetings) -> tuple[Group, ...]:
    """Return the groups of two or more `suspects`, whose accounts have `codes`; one may be in several."""
    return _in_lockstep(suspects, codes, meetings) + _by_model(suspects)


def _in_lockstep(suspects: tuple[Suspect, ...], codes: np.ndarray, meetings: Meetings) -> tuple[Group, ...]:
    place = {int(code): row for row, code in enumerate(codes)}
    strong = meetings.log10_e >= LEAST_SHARED_E
    edges = [
        (place[i], place[j])
        for i, j in zip(meetings.first[strong].tolist(), meetings.second[strong].tolist(), strict=True)
        if i in place and j in place
    ]
    if not edges:
        return ()
    i, j = np.array(edges).T
    graph = sparse.csr_array((np.ones(len(i)), (i, j)), shape=(len(suspects), len(suspects)))
    number, label = csgraph.connected_components(graph, directed=False)
    members = [np.flatnonzero(label == part) for part in range(number)]
    return tuple(
        Group(
            kind="lockstep",
            accounts=tuple(suspects[row].account for row in rows),
            model="",
            words=f"{len(rows)} suspects vote within {lockstep.NARROW_S:.0f} s of one another time and again",
            look_alike=lockstep.LOOK_ALIKE,
            log10_e=max(suspects[row].log10_e for row in rows),
        )
        for rows in members
        if len(rows) > 1
    )


def _by_model(suspects: tuple[Suspect, ...]) -> tuple[Group, ...]:
    lifted: dict[str, list[Suspect]] = {}
    for suspect in suspects:
        model = next((reason.model for reason in suspect.reasons if reason.model), "")
        if model:
            lifted.setdefault(model, []).append(suspect)
    return tuple(
        Group(
            kind="same_model",
            accounts=tuple(suspect.account for suspect in of_model),
            model=model,
            words=f"{len(of_model)} suspects seem to lift {model}",
            look_alike="several who like one model: each of them was found for a reason of their own",
            log10_e=max(suspect.log10_e for suspect in of_model),
        )
        for model, of_model in sorted(lifted.items(), key=lambda item: -len(item[1]))
        if len(of_model) > 1
    )
