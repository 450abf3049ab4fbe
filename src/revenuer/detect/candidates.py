"""From the accounts' arrays to settled groups with their facts: everything before judging."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from revenuer.detect.account_behavior import RHYTHM, Behavior, read_behavior
from revenuer.detect.account_content import Content
from revenuer.detect.cluster import Candidate, cluster
from revenuer.detect.families import Family, find_families
from revenuer.detect.group import Context, Group, Reference
from revenuer.detect.group_facts import read_group_facts
from revenuer.detect.identity import Identity, read_identity
from revenuer.detect.link import LinkGraph, link_accounts
from revenuer.detect.look_alikes import declared, one_company, without_declared_siblings
from revenuer.detect.membership import Linkage, settle
from revenuer.detect.population import Population
from revenuer.detect.regions import read_scattered
from revenuer.detect.replay import Replay, find_replays
from revenuer.engine import Engine

MIN_ACCOUNTS = 4
"""Fewer accounts than this are not judged as a group: no variance between accounts can be estimated."""
MIN_UNMARKED = 8
"""Nor are fewer than this that no family and no replay marks: among thousands of accounts a handful is alike by chance."""
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
    engine: Engine, population: Population, columns_missing: frozenset[str], seed: int
) -> Candidates:
    """Link, cluster and settle the accounts of `population` into groups worth judging."""
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
    )
    proposed = _distinct(cluster(graph, families, population.size, seed))
    settled, explained = _settle_all(proposed, linkage, population, engine.threads)
    facts = read_group_facts(engine, [accounts for accounts, _, _ in settled], population.origin)
    groups = [
        Group(accounts=accounts, odds=odds, facts=fact, family=candidate.family, origin=candidate.origin)
        for (accounts, odds, candidate), fact in zip(settled, facts, strict=True)
    ]
    return Candidates(groups=groups, explained=explained, context=context, graph=graph, linkage=linkage)


def _settle_all(
    candidates: list[Candidate], linkage: Linkage, population: Population, threads: int
) -> tuple[list[tuple[np.ndarray, np.ndarray, Candidate]], list[Explained]]:
    exempt = declared(population)
    seen: set[bytes] = set()
    settled, explained = [], {}
    with ThreadPoolExecutor(threads) as pool:
        shaped = list(pool.map(partial(settle, linkage=linkage), candidates))
    for candidate, (accounts, odds) in zip(candidates, shaped, strict=True):
        open_, reason = without_declared_siblings(accounts[~exempt[accounts]], population)
        kept = np.isin(accounts, open_)
        why = reason or (one_company(open_, population) if len(open_) >= MIN_ACCOUNTS else None)
        if why is not None:
            explained[accounts.tobytes()] = Explained(
                accounts=accounts, look_alike="one customer's own accounts", reason=why
            )
        least = MIN_UNMARKED if candidate.origin == "graph" else MIN_ACCOUNTS
        if int(kept.sum()) < least or (why is not None and reason is None):
            continue
        for part in (kept, *_apart_from_a_clump(accounts, kept, population)):
            if int(part.sum()) >= least and accounts[part].tobytes() not in seen:
                seen.add(accounts[part].tobytes())
                settled.append((accounts[part], odds[part], candidate))
    return settled, list(explained.values())


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
