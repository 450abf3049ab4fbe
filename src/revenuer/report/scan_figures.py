"""What the browser draws of one campaign: timeline, heat map and account graph as small plain data.

Pictures are coarsened and thinned to fit a page; each returned figure says in words what was left out.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from revenuer.records import CampaignDetail, GraphEdge
from revenuer.report.visible import plain
from revenuer.report.wording import as_utc, count, duration, minute, percent, plural

EDGES_PER_NODE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much of one campaign is drawn."""

    columns: int
    heat_rows: int
    nodes: int
    edges: int


LEADING = Budget(columns=240, heat_rows=60, nodes=300, edges=1_200)
TRAILING = Budget(columns=96, heat_rows=20, nodes=100, edges=300)
"""For campaigns beyond the first twenty of a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Data for one drawing, its caption, and a sentence that stands in for it where it cannot be seen."""

    data: dict[str, Any]
    caption: str
    alternative: str


def timeline(detail: CampaignDetail, budget: Budget) -> Figure | None:
    """Return requests over time, the campaign's above everyone else's; None without bins."""
    if not detail.bin_starts:
        return None
    factor = _factor(len(detail.bin_starts), budget.columns)
    ours, others = _merged(detail.timeline, factor), _merged(detail.deployment_timeline, factor)
    starts = detail.bin_starts[::factor]
    width = timedelta(seconds=detail.bin_s * factor)
    peak = max(range(len(ours)), key=ours.__getitem__)
    total = sum(ours) + sum(others)
    return Figure(
        data={"starts": _epochs(starts), "bin_s": detail.bin_s * factor, "ours": ours, "others": others},
        caption=f"Requests per {duration(width)} (UTC): this campaign above, everyone else below, each on its own scale.",
        alternative=(
            f"The campaign peaks at {plural(ours[peak], 'request')} in the {duration(width)} from {minute(starts[peak])} UTC "
            f"and sends in {count(sum(1 for value in ours if value))} of {plural(len(ours), 'interval')}; "
            f"it is {percent(sum(ours) / total if total else 0.0)} of all requests drawn."
        ),
    )


def heat(detail: CampaignDetail, budget: Budget, total_accounts: int) -> Figure | None:
    """Return requests by account and time as (row, column, requests) cells without zeros; None without rows."""
    if not detail.bin_starts or not detail.heat:
        return None
    factor = _factor(len(detail.bin_starts), budget.columns)
    rows = [_merged(row, factor) for row in detail.heat[: budget.heat_rows]]
    accounts = [plain(name) for name in detail.heat_accounts[: len(rows)]]
    cells = [(y, x, n) for y, row in enumerate(rows) for x, n in enumerate(row) if n]
    width = duration(timedelta(seconds=detail.bin_s * factor))
    return Figure(
        data={
            "starts": _epochs(detail.bin_starts[::factor]),
            "bin_s": detail.bin_s * factor,
            "accounts": accounts,
            "cells": [value for cell in cells for value in cell],
        },
        caption=(
            f"Activity of {count(len(rows))} of {plural(total_accounts, 'account')}, one row each; "
            f"a column is {width} (UTC), the legend gives the requests in it. Blank: none."
        ),
        alternative=(
            f"The rows drawn are active in {percent(len(cells) / max(1, len(rows) * len(rows[0])))} of their cells; "
            f"the busiest cell has {plural(max((n for *_, n in cells), default=0), 'request')}."
        ),
    )


def graph(detail: CampaignDetail, budget: Budget, total_accounts: int) -> Figure | None:
    """Return the best-connected accounts and their strongest links, at most six per account; None without links."""
    if not detail.edges:
        return None
    strength: dict[str, float] = defaultdict(float)
    for edge in detail.edges:
        strength[edge.source] += edge.weight
        strength[edge.target] += edge.weight
    names = sorted(strength, key=lambda name: (-strength[name], name))[: budget.nodes]
    index = {name: position for position, name in enumerate(names)}
    edges = _strongest(
        [edge for edge in detail.edges if edge.source in index and edge.target in index], budget
    )
    tally: dict[str, int] = defaultdict(int)
    for edge in edges:
        tally[edge.kind] += 1
    kinds = sorted(tally, key=lambda kind: (-tally[kind], kind))
    exchanges = {row.account_id: row.exchanges for row in detail.accounts}
    return Figure(
        data={
            "nodes": [plain(name) for name in names],
            "sizes": [exchanges.get(name, 0) for name in names],
            "kinds": [plain(kind).replace("_", " ") for kind in kinds],
            "tally": [tally[kind] for kind in kinds],
            "edges": [
                (index[edge.source], index[edge.target], kinds.index(edge.kind), round(edge.weight, 2))
                for edge in edges
            ],
        },
        caption=(
            f"Why these accounts are held to be one operator's: {count(len(names))} of {plural(total_accounts, 'account')} "
            f"(the best connected) and {count(len(edges))} of {plural(len(detail.edges), 'link')} (the strongest of each). "
            "A larger dot sends more requests."
        ),
        alternative=(
            f"Links drawn: {', '.join(f'{count(tally[kind])} by {plain(kind)}' for kind in kinds).replace('_', ' ')}."
        ),
    )


def _strongest(edges: Sequence[GraphEdge], budget: Budget) -> list[GraphEdge]:
    degree: dict[str, int] = defaultdict(int)
    kept: list[GraphEdge] = []
    for edge in sorted(edges, key=lambda edge: (-edge.weight, edge.source, edge.target, edge.kind)):
        if min(degree[edge.source], degree[edge.target]) >= EDGES_PER_NODE:
            continue
        degree[edge.source] += 1
        degree[edge.target] += 1
        kept.append(edge)
        if len(kept) == budget.edges:
            break
    return kept


def _factor(columns: int, limit: int) -> int:
    return max(1, -(-columns // limit))


def _merged(values: Sequence[int], factor: int) -> list[int]:
    return [sum(values[start : start + factor]) for start in range(0, len(values), factor)]


def _epochs(starts: Sequence[datetime]) -> list[int]:
    return [int(as_utc(start).timestamp() * 1000) for start in starts]
