"""From the accounts' arrays to settled groups with their facts: everything before judging."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from revenuer.detect.account_behavior import RHYTHM, Behavior, read_behavior
from revenuer.detect.account_content import Content
from revenuer.detect.cluster import Candidate, cluster
from revenuer.detect.families import Family, find_families
from revenuer.detect.group import Context, Group, Reference
from revenuer.detect.group_facts import read_group_facts
from revenuer.detect.group_index import GroupIndex
from revenuer.detect.identity import Identity, read_identity
from revenuer.detect.link import LinkGraph, link_accounts
from revenuer.detect.look_alikes import (
    declared,
    guests,
    houses,
    one_company,
    without_declared_siblings,
)
from revenuer.detect.membership import Linkage, settle
from revenuer.detect.peer_claims import Claimed
from revenuer.detect.population import Population
from revenuer.detect.regions import read_scattered
from revenuer.detect.replay import Replay, find_replays
from revenuer.detect.seam import trimmed
from revenuer.engine import Engine

MIN_ACCOUNTS = 4
"""Fewer accounts than this are not judged as a group: no variance between accounts can be estimated."""
LEAST = {"graph": 12, "family": 8, "claim": 8, "replay": MIN_ACCOUNTS}
"""Least accounts of a group by what proposed it: among thousands a handful is alike by chance, or shares a text; a replay is no chance."""
MOST_CUTS = 3
"""A group is parted at its seam, its parts at theirs, so many times."""
SAME_AGAIN = 0.9
"""Groups with this Jaccard index are one group found twice; it is judged as it was found first, marked ones before others."""
CLUMP_SHARE = 0.2
"""Part of a group that one mail domain must hold, and leave, for the group to be judged in two parts as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A candidate that facts known to the provider explain, before anything is weighed."""

    accounts: np.ndarray
    look_alike: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Groups to judge, groups already explained, and the context and links that they came from."""

    groups: list[Group]
    explained: list[Explained]
    context: Context
    graph: LinkGraph
    linkage: Linkage


def find_candidates(
    engine: Engine,
    population: Population,
    columns_missing: frozenset[str],
    seed: int,
    claimed: Sequence[Claimed] = (),
) -> Candidates:
    """Link, cluster and settle the accounts of `population` into groups worth judging; what peers claim proposes groups, too."""
    rng = np.random.Generator(np.random.PCG64(seed))
    behavior = read_behavior(engine, population.size, population.origin)
    families = find_families(engine, population.size)
    identity = read_identity(engine, population.size, population.registry, rng)
    replay = find_replays(engine, population.size, population.organization)
    scattered = read_scattered(engine, population.size, rng)
    graph = link_accounts(population, scattered, behavior, identity, families, replay, rng)
    context = _context(population, scattered, behavior, identity, replay, families, columns_missing, seed)
    linkage = Linkage(
        content=graph.content,
        scattered=graph.scattered,
        behavior=graph.behavior,
        identity=identity,
        replay=replay,
        families=tuple(families),
        size=population.size,
        source=graph.source,
        target=graph.target,
        claimed=tuple(claimed),
    )
    claims = [Candidate(accounts=one.accounts, origin="claim") for one in claimed]
    proposed = _distinct(cluster(graph, families, population.size, seed) + claims)
    settled, explained = _settle_all(proposed, linkage, population, engine.threads)
    facts = read_group_facts(engine, [found.accounts for found in settled], population.origin)
    groups = [
        Group(
            accounts=found.accounts,
            odds=found.odds,
            facts=fact,
            family=found.candidate.family,
            origin=found.candidate.origin,
        )
        for found, fact in zip(settled, facts, strict=True)
    ]
    return Candidates(groups=groups, explained=explained, context=context, graph=graph, linkage=linkage)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    """A group on its way to judgement."""

    accounts: np.ndarray
    odds: np.ndarray
    candidate: Candidate


def _settle_all(
    candidates: list[Candidate], linkage: Linkage, population: Population, threads: int
) -> tuple[list[_Settled], list[Explained]]:
    """Settle `candidates` and, wave by wave, the parts of those through which a seam runs."""
    exempt, house = declared(population), houses(population)
    known = GroupIndex(linkage.size)
    settled: list[_Settled] = []
    explained: dict[bytes, Explained] = {}
    waiting = candidates[::-1]
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(MOST_CUTS + 1):
            shaped = list(pool.map(partial(settle, linkage=linkage), waiting))
            cut: list[Candidate] = []
            for candidate, (accounts, odds) in zip(waiting, shaped, strict=True):
                if len(accounts) < MIN_ACCOUNTS or _again(accounts, known):
                    continue
                known.add(accounts)
                whole = _Settled(accounts=accounts, odds=odds, candidate=candidate)
                for found in _open_parts(whole, population, exempt, house, explained):
                    group, cuts = _trimmed(found, linkage)
                    cut += [Candidate(accounts=part, origin="graph") for part in cuts]
                    if group is not None and len(group.accounts) >= LEAST[candidate.origin]:
                        settled.append(group)
            waiting = cut
    return settled, list(explained.values())


def _trimmed(whole: _Settled, linkage: Linkage) -> tuple[_Settled | None, list[np.ndarray]]:
    """Return the group without odd ones out, None if it is of two pieces, and the parts to be settled for themselves.

    A mark outweighs any seam.
    """
    if whole.candidate.origin != "graph":
        return whole, []
    accounts, off = trimmed(whole.accounts, linkage)
    kept = np.isin(whole.accounts, accounts)
    return replace(whole, accounts=accounts, odds=whole.odds[kept]) if len(accounts) else None, off


def _open_parts(
    group: _Settled,
    population: Population,
    exempt: np.ndarray,
    house: np.ndarray,
    explained: dict[bytes, Explained],
) -> list[_Settled]:
    """Return what of `group` is to be judged, whole and apart from a clump; what the provider knows is put into `explained`."""
    accounts = group.accounts
    set_aside = exempt[accounts]
    if group.candidate.origin != "replay":
        set_aside = set_aside | guests(accounts, house)
    open_, reason = without_declared_siblings(accounts[~set_aside], population)
    kept = np.isin(accounts, open_)
    why = reason or (one_company(open_, population) if len(open_) >= MIN_ACCOUNTS else None)
    if why is not None:
        explained[accounts.tobytes()] = Explained(
            accounts=accounts, look_alike="one customer's own accounts", reason=why
        )
    if why is not None and reason is None:
        return []
    parts = (kept, *_apart_from_a_clump(accounts, kept, population))
    return [replace(group, accounts=accounts[part], odds=group.odds[part]) for part in parts]


def _again(accounts: np.ndarray, known: GroupIndex) -> bool:
    """Say whether a known group has nearly these accounts (Jaccard index SAME_AGAIN or more)."""
    both = known.common(accounts)
    return bool((both >= SAME_AGAIN * (known.sizes + len(accounts) - both)).any())


def _distinct(candidates: list[Candidate]) -> list[Candidate]:
    """Return each candidate once, in order: the cuts of the graph often agree on a group."""
    return list({(c.accounts.tobytes(), c.origin, id(c.family)): c for c in candidates}.values())


def _apart_from_a_clump(accounts: np.ndarray, kept: np.ndarray, population: Population) -> list[np.ndarray]:
    """Return masks over `accounts` of the kept ones with and without the commonest mail domain, if neither part is small.

    A class or an office that does the same work at the same time as an operator's pool can be taken into its group; its one
    domain shows the seam. Both parts are judged beside the whole.
    """
    code = population.mail_domain[0][accounts]
    known = code[kept & (code >= 0)]
    if not len(known):
        return []
    clump = kept & (code == np.bincount(known).argmax())
    share = clump.sum() / kept.sum()
    return [clump, kept & ~clump] if CLUMP_SHARE <= share <= 1 - CLUMP_SHARE else []


def _context(
    population: Population,
    scattered: Content,
    behavior: Behavior,
    identity: Identity,
    replay: Replay,
    families: list[Family],
    columns_missing: frozenset[str],
    seed: int,
) -> Context:
    return Context(
        population=population,
        scattered=scattered,
        behavior=behavior,
        identity=identity,
        replay=replay,
        families=tuple(families),
        columns_missing=columns_missing,
        content_reference=Reference.build(
            population.content.half_mean, population.content.half_effective, min_n=3.0, seed=seed
        ),
        scattered_reference=Reference.build(
            scattered.half_mean, scattered.half_effective, min_n=3.0, seed=seed
        ),
        rhythm_reference=Reference.build(behavior.half[:, :, RHYTHM], behavior.days, min_n=1.0, seed=seed),
        seed=seed,
    )
