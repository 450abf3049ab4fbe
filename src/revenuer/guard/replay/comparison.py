"""What a change of policy changes, from the decisions of two replays of one log."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from revenuer.engine import Engine
from revenuer.records import ACTIONS, RESTRICTIVE, Action


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRow:
    """One segment: its accounts, and how many of them the new policy newly restricts, newly denies, no longer restricts
    or no longer denies; `requests` that are met differently. Restricted: met at least once with something that a customer feels."""

    segment: str
    accounts: int
    restricted_before: int
    restricted_after: int
    newly_restricted: int
    newly_denied: int
    no_longer_restricted: int
    no_longer_denied: int
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One account whose most severe action differs; `requests` of it that are met differently."""

    account_id: str
    segment: str
    before: Action
    after: Action
    requests: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`changes`: the first `limit` accounts, most severe change first; `changed`: how many there are."""

    segments: tuple[SegmentRow, ...]
    changes: tuple[Change, ...]
    changed: int


def compare(engine: Engine, before: Path, after: Path, segments: pa.Table, *, limit: int = 50) -> Comparison:
    """Return what differs between two files of decisions on the same requests, by segment and by account.

    `segments` has account_id and segment; an account that it does not name is in the segment "other".
    """
    engine.read_parquet("old_decision", [before])
    engine.read_parquet("new_decision", [after])
    engine.register("segment", segments)
    levels = {"action": [str(one) for one in ACTIONS], "level": list(range(len(ACTIONS)))}
    engine.register("severity", pa.table(levels))
    engine.create("account_change", _PER_ACCOUNT)
    rows = engine.query(_PER_SEGMENT).to_pylist()
    changed = engine.query(f"SELECT count(*) AS n FROM account_change WHERE {_CHANGED}").to_pylist()[0]["n"]
    listed = engine.query(
        f"""
        SELECT account_id, segment, before, after, requests, reason FROM account_change WHERE {_CHANGED}
        ORDER BY abs(after - before) DESC, after DESC, account_id LIMIT {limit}
        """
    ).to_pylist()
    changes = [
        Change(**{**row, "before": ACTIONS[row["before"]], "after": ACTIONS[row["after"]]}) for row in listed
    ]
    return Comparison(
        segments=tuple(SegmentRow(**row) for row in rows), changes=tuple(changes), changed=changed
    )


_FELT = min(ACTIONS.index(action) for action in RESTRICTIVE)
_DENY = ACTIONS.index(Action.DENY)
_CHANGED = "before <> after"

_PER_ACCOUNT = """
SELECT account_id, coalesce(any_value(segment), 'other') AS segment, max(o.level) AS before, max(n.level) AS after,
    count(*) FILTER (WHERE o.level <> n.level) AS requests,
    first(new_decision.reason ORDER BY n.level DESC, timestamp, request_id) AS reason
FROM old_decision JOIN new_decision USING (request_id, account_id, timestamp)
    JOIN severity o ON o.action = old_decision.action JOIN severity n ON n.action = new_decision.action
    LEFT JOIN segment USING (account_id)
GROUP BY account_id
"""

_PER_SEGMENT = f"""
SELECT segment, count(*) AS accounts,
    count(*) FILTER (WHERE before >= {_FELT}) AS restricted_before,
    count(*) FILTER (WHERE after >= {_FELT}) AS restricted_after,
    count(*) FILTER (WHERE after >= {_FELT} AND before < {_FELT}) AS newly_restricted,
    count(*) FILTER (WHERE after = {_DENY} AND before < {_DENY}) AS newly_denied,
    count(*) FILTER (WHERE after < {_FELT} AND before >= {_FELT}) AS no_longer_restricted,
    count(*) FILTER (WHERE after < {_DENY} AND before = {_DENY}) AS no_longer_denied,
    sum(requests)::BIGINT AS requests
FROM account_change GROUP BY segment
ORDER BY newly_restricted + newly_denied + no_longer_restricted + no_longer_denied DESC, requests DESC, segment
"""
