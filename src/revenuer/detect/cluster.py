"""Cuts the account graph into candidate groups. A candidate is only worth judging, nothing more."""

from dataclasses import dataclass

import networkit as nk
import numpy as np

from revenuer.detect.families import Family
from revenuer.detect.link import KINDS, LinkGraph

MIN_GROUP = 3
FINER = 5.0
"""Resolution of a second, finer cut, so that operators who share a tool or a mail domain do not come as one."""
LOOSER = 0.6
"""A second cut at this share of the prior odds: a dense group shows although no single pair reaches them."""
CONTENT_THRESHOLD = 1.3
"""A third cut on content and intent alone, for siblings that differ in everything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`accounts` sorted codes; `origin` says what proposed the group (`graph`, `family`, `replay`, `claim`)."""

    accounts: np.ndarray
    origin: str
    family: Family | None = None


def cluster(graph: LinkGraph, families: list[Family], size: int, seed: int) -> list[Candidate]:
    """Return candidate groups, which may overlap: graph communities, families, and accounts that replays connect.

    Communities are also cut without identity: shared addresses and clients pull strangers together as well as siblings.
    """
    total = graph.total
    unnamed = total - graph.score[:, KINDS.index("identity")]
    wording = graph.score[:, KINDS.index("content")] + graph.score[:, KINDS.index("intent")]
    candidates = [
        Candidate(accounts=part, origin="graph")
        for weight, threshold, resolution in (
            (total, np.log10(size), 1.0),
            (unnamed, LOOSER * np.log10(size), 1.0),
            (unnamed, LOOSER * np.log10(size), FINER),
            (total, LOOSER * np.log10(size), FINER),
            (wording, CONTENT_THRESHOLD, 1.0),
            (wording, CONTENT_THRESHOLD, FINER),
        )
        for part in communities(graph, weight, threshold, seed, resolution)
    ]
    candidates += [Candidate(accounts=f.accounts, origin="family", family=f) for f in families]
    replays = graph.score[:, KINDS.index("replay")] > 0
    candidates += [
        Candidate(accounts=part, origin="replay")
        for part in _components(graph.source[replays], graph.target[replays], size)
    ]
    return [c for c in candidates if len(c.accounts) >= MIN_GROUP]


def communities(
    graph: LinkGraph, score: np.ndarray, threshold: float, seed: int, resolution: float
) -> list[np.ndarray]:
    """Return the communities (Leiden, modularity) of the pairs whose `score` (M,) exceeds `threshold`, as sorted codes.

    A higher `resolution` cuts finer.
    """
    kept = score > threshold
    source, target, weight = graph.source[kept], graph.target[kept], score[kept] - threshold
    if not len(source):
        return []
    nodes, index = np.unique(np.concatenate([source, target]), return_inverse=True)
    half = len(source)
    nk.setSeed(seed, False)
    nk.setNumberOfThreads(1)
    network = nk.GraphFromCoo(
        (weight, (index[:half], index[half:])), n=len(nodes), weighted=True, directed=False
    )
    leiden = nk.community.ParallelLeiden(network, randomize=False, gamma=resolution)
    leiden.run()
    labels = np.array(leiden.getPartition().getVector())
    return _parts(nodes, labels)


def _components(source: np.ndarray, target: np.ndarray, size: int) -> list[np.ndarray]:
    from scipy.sparse import coo_matrix, csgraph

    if not len(source):
        return []
    _, labels = csgraph.connected_components(
        coo_matrix((np.ones(len(source)), (source, target)), shape=(size, size)), directed=False
    )
    touched = np.unique(np.concatenate([source, target]))
    return _parts(touched, labels[touched])


def _parts(nodes: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    order = np.argsort(labels, kind="stable")
    _, starts = np.unique(labels[order], return_index=True)
    return [np.sort(part) for part in np.split(nodes[order], starts[1:]) if len(part)]
