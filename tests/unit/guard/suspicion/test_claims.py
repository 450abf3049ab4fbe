"""Peers' claims at the guard: an operator that carries one waits behind fewer, and nobody is accused for one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from builders.live import Live, check_books
from builders.signal_cases import INSTRUCTION
from revenuer.detect.campaign_index import CampaignIndex, index_bytes, index_claims
from revenuer.detect.keyed_hash import UNKEYED, Key, derive_key
from revenuer.detect.span_text import spans_of
from revenuer.guard.core import use_index
from revenuer.guard.suspicion.weighing import Place, discount
from revenuer.records import CLAIM_SCHEMA

NOW = datetime(2026, 6, 10, tzinfo=UTC)


def claimed(
    folder: Path, *values: tuple[str, str], key: Key = UNKEYED, until: datetime | None = None
) -> CampaignIndex:
    rows = [
        {
            "claim_id": "indicator--1", "partner": "lab-a", "campaign": "campaign--1", "kind": kind, "value": value, "how": "match",
            "confidence": 80, "source_weight": 1.0, "marking": "TLP:AMBER", "first_seen": None, "valid_until": until,
        }
        for kind, value in values
    ]  # fmt: skip
    path = folder / "claims.index"
    path.write_bytes(index_bytes(index_claims(pa.Table.from_pylist(rows, CLAIM_SCHEMA), key, NOW)))
    return CampaignIndex.open(path)


PROXIES = tuple(("ip", f"203.0.113.{i}") for i in range(4))
SPANS = tuple(("span", words) for _, words in spans_of(INSTRUCTION, UNKEYED, 0))


def busy(index: CampaignIndex | None) -> Live:
    """A guard that has looked at a thousand pools and operators, as after a month."""
    live = Live(seed=1)
    live.crowd(1500)
    live.state.books.pool_queue.seen = live.state.books.operator_queue.seen = 1000
    live.state = use_index(index, live.state)
    return live


def accounts_until_contained(live: Live) -> int:
    for i in range(60):
        live.person(f"op-{i}", address=f"203.0.113.{i % 4}")
        for _ in range(5):
            live.send(f"op-{i}", f"{INSTRUCTION}. {live.talk()}")
        if live.contained():
            return i + 1
    return 1000


def test_an_operator_that_a_peer_knows_is_contained_after_fewer_accounts(tmp_path: Path) -> None:
    alone = accounts_until_contained(busy(None))
    live = busy(claimed(tmp_path, *PROXIES))
    warned = accounts_until_contained(live)
    assert warned < alone < 1000
    (operator,) = live.contained()
    assert operator.claimed == {"lab-a:campaign--1"}
    told = [live.send(name, live.talk()).reason for name in sorted(operator.members)[:1]]
    assert any("counts for its prior alone" in reason for reason in told)
    check_books(live.state)


@pytest.mark.parametrize("values", [PROXIES, SPANS], ids=["addresses", "spans"])
def test_whoever_only_holds_what_a_peer_names_is_no_suspect(
    tmp_path: Path, values: tuple[tuple[str, str], ...]
) -> None:
    """Honest neighbours of the proxies, and people who quote the instruction once."""
    live = busy(claimed(tmp_path, *values))
    for i in range(40):
        live.person(f"neighbour-{i}", address=f"203.0.113.{i % 4}")
        for _ in range(3):
            live.send(f"neighbour-{i}", live.talk())
        live.send(f"neighbour-{i}", f"What does this mean: {INSTRUCTION}?")
    assert not live.contained()
    assert live.worst_of(f"neighbour-{i}" for i in range(40)) == 0


def test_operators_without_a_claim_pay_a_factor_of_two_and_no_more(tmp_path: Path) -> None:
    live = busy(claimed(tmp_path, ("ip", "192.0.2.99")))
    place = live.state.books.pool_queue.take(claimed=False)
    assert discount(place, 0) == pytest.approx(discount(Place(ordinal=1001), 0) + 0.30103)
    assert accounts_until_contained(live) < 60
    (operator,) = live.contained()
    assert not operator.claimed


def test_a_claim_that_everybody_fits_is_heard_no_more(tmp_path: Path) -> None:
    live = busy(claimed(tmp_path, ("ip", "203.0.113.77")))
    for i in range(300):
        live.send(live.person(f"carrier-{i}", address="203.0.113.77"), live.talk())
    assert len(live.state.books.claimed) == 200


def test_an_index_without_claims_or_with_expired_ones_changes_nothing(tmp_path: Path) -> None:
    live = busy(claimed(tmp_path, *PROXIES, until=NOW - timedelta(days=1)))
    assert live.state.books.pool_queue.split_at == 0
    assert accounts_until_contained(live) == accounts_until_contained(busy(None))


def test_claims_are_hashed_under_the_guards_key(tmp_path: Path) -> None:
    secret = derive_key(b"a secret of the provider")
    keyed, plain = (claimed(tmp_path, *PROXIES, *SPANS, key=key) for key in (secret, UNKEYED))
    assert set(keyed.entries["key"].tolist()).isdisjoint(plain.entries["key"].tolist())
