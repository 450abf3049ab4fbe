"""Reasoning signatures that an account replays without ever having received them: a deterministic link.

A signature is issued once, in one conversation of one account. When two accounts of different organisations replay the same one, at
least one of them never received it. The first to replay it is taken for the receiver, so only the others are called guilty
by the signature itself; all of them are linked. Source: Anthropic's September 2026 report, second and third campaign.
"""

from dataclasses import dataclass

import numpy as np

from revenuer.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """`source` and `target` (M,) account codes: `target` replayed a signature that `source` replayed first, `count` times.

    `foreign` (N,): requests of each account that replay a signature first used by another account; `signed` (N,): requests
    that replay any; `moved` (N,): requests whose signature was first used in another session of the same account.
    """

    source: np.ndarray
    target: np.ndarray
    count: np.ndarray
    foreign: np.ndarray
    signed: np.ndarray
    moved: np.ndarray
    available: bool


def find_replays(engine: Engine, size: int, organization: np.ndarray) -> Replay:
    """Return the replays of the table `ex`; accounts of one organisation (equal codes >= 0) may share signatures."""
    engine.create(
        "signature_first",
        "SELECT sig, acct, session FROM (SELECT reasoning_signature AS sig, acct, session, row_number() OVER "
        "(PARTITION BY reasoning_signature ORDER BY t, acct, session NULLS LAST) AS place FROM ex "
        "WHERE reasoning_signature IS NOT NULL) f WHERE place = 1",
    )
    rows = engine.query(
        "SELECT f.acct AS source, e.acct AS target, count(*) AS n, "
        "sum(CASE WHEN e.session <> f.session THEN 1 ELSE 0 END) AS moved "
        "FROM ex e JOIN signature_first f ON e.reasoning_signature = f.sig GROUP BY ALL ORDER BY source, target"
    )
    source, target = rows["source"].to_numpy(), rows["target"].to_numpy()
    count = rows["n"].to_numpy().astype(np.int64)
    signed, moved, foreign = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size, np.int64)
    np.add.at(signed, target, count)
    own = source == target
    np.add.at(moved, target[own], rows["moved"].to_numpy().astype(np.int64)[own])
    kin = own | ((organization[source] == organization[target]) & (organization[source] >= 0))
    np.add.at(foreign, target[~kin], count[~kin])
    return Replay(
        source=source[~kin],
        target=target[~kin],
        count=count[~kin],
        foreign=foreign,
        signed=signed,
        moved=moved,
        available=bool(len(source)),
    )
