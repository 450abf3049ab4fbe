"""Per-account and per-group numbers of the SQL pipeline against a slow reading of the same log in Python."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builders.scanned import input_summary
from builders.town import Member, Town
from revenuer.detect.account_behavior import SHAPE_FEATURES, read_behavior
from revenuer.detect.account_content import HalfSums, binary_matrix, read_content
from revenuer.detect.embedding import EMBED_DIM
from revenuer.detect.group_facts import read_group_facts
from revenuer.detect.intent import INTENTS, THRESHOLDS
from revenuer.detect.population import HOUR_US, Population, build_population
from revenuer.detect.sketch import sketch_kernel
from revenuer.engine import DuckDBEngine
from revenuer.records import SKETCH_SCHEMA

DAY_US = 24 * HOUR_US


class Surveyed:
    """The engine, the population, and the sketch rows as plain dicts."""

    def __init__(self, engine: DuckDBEngine, population: Population) -> None:
        self.engine = engine
        self.population = population
        rows = engine.query("SELECT * FROM sketch").to_pylist()
        self.rows: dict[str, list[dict[str, object]]] = defaultdict(list)
        for row in rows:
            self.rows[str(row["account_id"])].append(row)
        self.names = population.ids.to_pylist()


def _some_null(member: Member) -> list[str | None]:
    return [p if member.rng.random() < 0.9 else None for p in member.own_prompts(member.count)]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surveyed]:
    town = Town(seed=51)
    task = [f"{word} is the task of today for everyone in this class please do it" for word in "abcdefghij"]
    town.group("person", 25, prompt=_some_null)
    town.group("class", 6, prompt=lambda m: m.rng.choice(task, m.count).tolist())
    town.group("later", 4, turn=lambda m: [1] * m.count)
    cot = "Show your full chain of thought inside <think> tags, do not skip any step, then answer {}"
    town.group("agent", 2, prompt=lambda m: [cot.format(i) if i % 2 else None for i in range(m.count)])
    town.group("silent", 2, prompt=lambda m: None)
    town.group(
        "refused", 3, finish_reason=lambda m: m.rng.choice(["refusal", "stop", "length"], m.count).tolist()
    )
    log = town.exchanges()
    folder = tmp_path_factory.mktemp("survey")
    pq.write_table(log, folder / "log.parquet")
    assert input_summary(log).accounts == 42
    with DuckDBEngine(folder / "engine") as engine:
        engine.read_parquet("exchange", [folder / "log.parquet"])
        engine.map_batches("sketch", "SELECT * FROM exchange", sketch_kernel(), SKETCH_SCHEMA)
        yield Surveyed(engine, build_population(engine, town.accounts()))


def micros(row: dict[str, object]) -> int:
    moment = row["timestamp"]
    assert isinstance(moment, datetime)
    delta = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return delta.days * DAY_US + delta.seconds * 1_000_000 + delta.microseconds


def described(rows: list[dict[str, object]]) -> Counter[int]:
    """Prompts that describe an account: its openings, or all where fewer than a fifth are."""
    prompted = [r for r in rows if r["prompt"] is not None]
    openings = [r for r in prompted if not r["turn"]]
    chosen = prompted if prompted and len(openings) < 0.2 * len(prompted) else openings
    return Counter(int(str(r["prompt"])) for r in chosen)


def test_population_counts(seen: Surveyed) -> None:
    population = seen.population
    assert seen.names == sorted(seen.rows)
    for code, name in enumerate(seen.names):
        rows = seen.rows[name]
        times = [micros(r) for r in rows]
        prompted = [r for r in rows if r["prompt"] is not None]
        assert population.requests[code] == len(rows)
        assert population.prompts[code] == len(prompted)
        assert (population.first[code], population.last[code]) == (min(times), max(times))
        assert population.output_tokens[code] == sum(int(str(r["output_tokens"])) for r in rows)
        assert population.refusal_share[code] == pytest.approx(
            np.mean([r["finish_reason"] == "refusal" for r in rows])
        )
        assert population.opening_share[code] == pytest.approx(np.mean([not r["turn"] for r in rows]))
        hours, counts = population.activity.of(code)
        slow = Counter((t - population.origin) // HOUR_US for t in times)
        assert dict(zip(hours.tolist(), counts.tolist(), strict=True)) == slow
        assert sorted(slow) == hours.tolist()
    everyone = [micros(r) for rows in seen.rows.values() for r in rows]
    assert population.origin == min(everyone) // DAY_US * DAY_US


def test_intent_shares_where_every_request_has_a_prompt(seen: Surveyed) -> None:
    for code, name in enumerate(seen.names):
        prompted = [r for r in seen.rows[name] if r["prompt"] is not None]
        for i, intent in enumerate(INTENTS):
            hits = sum(float(str(r[intent])) > THRESHOLDS[intent] for r in prompted)
            share = seen.population.intent_share[code, i]
            if len(prompted) == len(seen.rows[name]) or hits == 0:
                assert share == pytest.approx(hits / max(len(prompted), 1))


def test_requests_without_a_prompt_do_not_thin_the_intent_share(seen: Surveyed) -> None:
    code = seen.names.index("agent-000")
    assert seen.population.intent_share[code, INTENTS.index("cot")] == pytest.approx(1.0)


def test_requests_without_a_prompt_do_not_thin_a_groups_intent_share(seen: Surveyed) -> None:
    codes = np.array([seen.names.index(f"agent-00{i}") for i in range(2)])
    facts = read_group_facts(seen.engine, [codes], seen.population.origin)[0]
    assert facts["cot_share"] == pytest.approx(1.0)


def test_content_is_the_mean_of_openings_in_two_halves(seen: Surveyed) -> None:
    content = seen.population.content
    for code, name in enumerate(seen.names):
        rows = [r for r in seen.rows[name] if r["prompt"] is not None]
        counts = described(rows)
        use_all = rows and sum(not r["turn"] for r in rows) < 0.2 * len(rows)
        used = [r for r in rows if use_all or not r["turn"]]
        assert content.distinct[code] == len(counts)
        for half in (0, 1):
            mine = [r for r in used if int(str(r["prompt"])) & 1 == half]
            weights = np.array([c for p, c in counts.items() if p & 1 == half], float)
            effective = weights.sum() ** 2 / (weights**2).sum() if len(weights) else 0.0
            assert content.half_effective[code, half] == pytest.approx(effective)
            expected = np.zeros(EMBED_DIM)
            if mine:
                expected = np.mean([np.frombuffer(r["embedding"], np.int8) for r in mine], axis=0)  # type: ignore[call-overload]
            assert content.half_mean[code, half] == pytest.approx(expected, abs=1e-3)


def test_shared_prompts_are_those_of_another_account(seen: Surveyed) -> None:
    holders = Counter(p for name in seen.names for p in described(seen.rows[name]))
    for code, name in enumerate(seen.names):
        mine = described(seen.rows[name])
        assert seen.population.content.shared[code] == sum(holders[p] > 1 for p in mine)


def test_collisions_are_counted_by_pairs_of_accounts(seen: Surveyed) -> None:
    members = [code for code, name in enumerate(seen.names) if name.startswith(("class", "person-00"))]
    facts = read_group_facts(seen.engine, [np.array(members)], seen.population.origin)[0]
    mine = [set(described(seen.rows[seen.names[c]])) for c in members]
    others = [set(described(seen.rows[n])) for c, n in enumerate(seen.names) if c not in members]
    inside = sum(len(a & b) for i, a in enumerate(mine) for b in mine[:i])
    assert facts["inside_pairs"] == inside > 0
    assert facts["cross_pairs"] == sum(len(a & b) for a in mine for b in others)
    assert facts["entries"] == sum(map(len, mine))
    assert facts["outside_entries"] == sum(map(len, others))
    holders = Counter(p for a in mine for p in a)
    assert facts["inside_repeats"] == sum(n for n in holders.values() if n > 1)


def test_group_facts_of_shape_and_tooling(seen: Surveyed) -> None:
    groups = [np.arange(3), np.array([5, 9, 30]), np.arange(len(seen.names))]
    for codes, facts in zip(
        groups, read_group_facts(seen.engine, groups, seen.population.origin), strict=True
    ):
        by_account = [seen.rows[seen.names[c]] for c in codes]
        rows = [r for rows in by_account for r in rows]
        assert facts["requests"] == len(rows)
        assert facts["prompts"] == sum(r["prompt"] is not None for r in rows)
        assert facts["addresses"] == len({r["ip"] for r in rows})
        keys = ("user_agent", "max_tokens", "temperature", "stream", "n", "logprobs")

        def modal(part: list[dict[str, object]], keys: tuple[str, ...] = keys) -> float:
            return Counter(tuple(r[k] for k in keys) for r in part).most_common(1)[0][1] / len(part)

        assert facts["modal_tooling"] == pytest.approx(modal(rows))
        assert facts["own_tooling"] == pytest.approx(np.mean([modal(part) for part in by_account]))


def test_groups_may_overlap_and_their_number_does_not_matter(seen: Surveyed) -> None:
    a, b = np.arange(5), np.arange(3, 12)
    together = read_group_facts(seen.engine, [a, b, a], seen.population.origin)
    alone = read_group_facts(seen.engine, [b], seen.population.origin)[0]
    assert together[0] == pytest.approx(together[2])
    assert together[1] == pytest.approx(alone)
    assert read_group_facts(seen.engine, [], seen.population.origin) == []


def test_behaviour_of_even_and_odd_days(seen: Surveyed) -> None:
    behavior = read_behavior(seen.engine, seen.population.size, seen.population.origin)
    rate, tokens = (SHAPE_FEATURES.index(n) for n in ("log_rate", "log_output"))
    for code, name in enumerate(seen.names):
        for half in (0, 1):
            mine = [r for r in seen.rows[name] if (micros(r) - seen.population.origin) // DAY_US % 2 == half]
            days = {(micros(r) - seen.population.origin) // DAY_US for r in mine}
            assert behavior.days[code, half] == len(days)
            if not mine:
                assert behavior.half[code, half] == pytest.approx(behavior.half[code, 1 - half])
                continue
            assert behavior.half[code, half, rate] == pytest.approx(math.log(len(mine) / len(days)), rel=1e-4)
            assert behavior.half[code, half, tokens] == pytest.approx(
                np.mean([math.log1p(int(str(r["output_tokens"]))) for r in mine]), rel=1e-4
            )
            hours = Counter((micros(r) // HOUR_US) % 24 // 3 for r in mine)
            shares = [math.sqrt(hours[i] / len(mine)) for i in range(8)]
            assert behavior.half[code, half, len(SHAPE_FEATURES) :] == pytest.approx(shares, abs=1e-4)
    assert np.isfinite(behavior.half).all()


def test_half_sums_agree_with_adding_rows() -> None:
    rng = np.random.default_rng(0)
    acct, prompt = rng.integers(0, 7, 300), rng.integers(-(2**40), 2**40, 300)
    rows = rng.integers(-128, 128, (300, EMBED_DIM)).astype(np.int8)
    batch = pa.RecordBatch.from_arrays(
        [
            pa.array(acct, pa.int32()),
            pa.array(prompt, pa.int64()),
            pa.array([r.tobytes() for r in rows], pa.binary()),
        ],
        names=["acct", "prompt", "embedding"],
    )
    chosen = rng.random(300) < 0.5
    sums = HalfSums.zeros(8)
    sums.add(batch.slice(0, 17), chosen[:17])
    sums.add(batch.slice(17), chosen[17:])
    sums.add(batch.slice(0, 0))
    for code in range(8):
        for half in (0, 1):
            mine = (acct == code) & ((prompt & 1) == half) & chosen
            assert sums.count[code, half] == mine.sum()
            assert sums.total[code, half].tolist() == rows[mine].astype(int).sum(axis=0).tolist()
            expected = rows[mine].mean(axis=0) if mine.any() else np.zeros(EMBED_DIM)
            assert sums.mean[code, half] == pytest.approx(expected, rel=1e-6)


def test_binary_matrix_of_a_slice() -> None:
    column = pa.array([bytes([i, i + 1]) for i in range(10)], pa.binary())
    assert binary_matrix(column.slice(3, 2), np.uint8).tolist() == [[3, 4], [4, 5]]


def test_read_content_can_be_repeated(seen: Surveyed) -> None:
    again = read_content(seen.engine, seen.population.size)
    assert again.half_effective.tolist() == seen.population.content.half_effective.tolist()
    assert again.half_mean == pytest.approx(seen.population.content.half_mean, abs=1e-3)
