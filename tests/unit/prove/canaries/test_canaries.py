"""Canaries: drawn by the lots alone, sealed, opened strictly, and found in a suspect that read them and in no other."""

import json
from pathlib import Path

import pytest

from builders.twin_logs import empty_log
from builders.word_scorer import WordScorer
from revenuer.prove.canaries import (
    CanaryOptions,
    candidates_of,
    drawn_canary,
    open_canaries,
    pool_of,
    rank_canaries,
    rank_canaries_in_answers,
    read_pool,
    seal_canaries,
)
from revenuer.prove.canaries.canary import content_of
from revenuer.prove.canaries.pool import SLOT
from revenuer.prove.suspect import Answer
from revenuer.prove.twins.twin_log import LOG_FILE, STORE_FILE, start_log
from revenuer.records import InputError, Outcome, UsageError

POOL = read_pool()


def test_our_pool_is_sound_and_says_nothing_of_real_things() -> None:
    assert {template.kind for template in POOL.templates} == {"fact", "phrasing"}
    for template in POOL.templates:
        assert POOL.choices(template) >= 1000
        if template.kind == "fact":
            assert any(
                word in template.prompt
                for word in ("invented", "fictional", "imaginary", "made-up", "tale of")
            )
    names = POOL.slots["name"]
    assert len(names[0]) * len(names[1]) * len(names[2]) == 960


def test_every_filler_is_drawn_alike() -> None:
    counts: dict[str, int] = {}
    for number in range(0, 14 * 1200, 14):
        [count] = [
            text
            for text in POOL.slots["number"][0]
            if f" {text} " in drawn_canary(POOL, b"s" * 32, "C", number).text
        ]
        counts[count] = counts.get(count, 0) + 1
    assert len(counts) == 24
    # 50 each, standard deviation 6.9.
    assert all(abs(count - 50) < 4.5 * 6.9 for count in counts.values())


def test_canaries_differ_by_seed_campaign_and_number() -> None:
    texts = {
        drawn_canary(POOL, seed * 32, campaign, number).text
        for seed in (b"s", b"t")
        for campaign in ("C-1", "C-2")
        for number in (0, 14, 28)
    }
    assert len(texts) == 12
    assert all(not SLOT.search(text) for text in texts)


def test_sealed_canaries_open_and_sealing_again_adds_none(tmp_path: Path) -> None:
    log = empty_log(tmp_path / "log")
    served = seal_canaries(log, POOL, "C-1", 5)
    seal_canaries(log, POOL, "C-1", 5)
    seal_canaries(log, POOL, "C-2", 2, first=3)
    canaries, opened = open_canaries(tmp_path / "log", POOL)
    assert canaries[:5] == served
    assert [(one.campaign, one.number) for one in canaries[5:]] == [("C-2", 3), ("C-2", 4)]
    assert opened.head.entries == 13
    assert len(open_canaries(tmp_path / "log", POOL, ["C-2"])[0]) == 2
    assert served[0].text not in (tmp_path / "log" / LOG_FILE).read_text("utf-8")


def test_a_canary_that_somebody_chose_is_found(tmp_path: Path) -> None:
    log = empty_log(tmp_path / "log")
    wished = drawn_canary(POOL, b"other seed", "C-1", 0)
    log.commit("canary", "C-1", content_of(wished))
    with pytest.raises(InputError, match=r"line 2: .*not the one that the lots draw"):
        open_canaries(tmp_path / "log", POOL)


def test_a_canary_of_another_pool_or_campaign_is_found(tmp_path: Path) -> None:
    log = empty_log(tmp_path / "log")
    seal_canaries(log, POOL, "C-1", 1)
    small = json.loads(POOL.content)
    small["templates"] = small["templates"][:3]
    with pytest.raises(InputError, match="drawn from the pool with SHA-256"):
        open_canaries(tmp_path / "log", pool_of(json.dumps(small).encode()))
    log.commit("canary", "C-9", content_of(drawn_canary(POOL, log.seed, "C-1", 0)))
    with pytest.raises(InputError, match="another campaign"):
        open_canaries(tmp_path / "log", POOL)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda pool: pool.update(schema_version=2), "schema_version 1"),
        (lambda pool: pool.update(templates=[]), "at least one template"),
        (lambda pool: pool["templates"].append(pool["templates"][0]), "two templates have one name"),
        (lambda pool: pool["templates"][0].update(text="{nowhere}"), "slot nowhere is not declared"),
        (lambda pool: pool["templates"][0].update(text="{animal}"), "can make 12 texts"),
        (lambda pool: pool["templates"][0].update(text="no slot"), "can make 1 texts"),
        (lambda pool: pool["slots"].update(animal=[["owl", "owl"]]), "a piece twice"),
        (lambda pool: pool["slots"].update(animal=[[]]), "an empty part"),
        (lambda pool: pool.update(more=1), "no pool of canaries"),
    ],
)
def test_a_pool_that_cannot_serve_is_refused(change, words: str) -> None:
    pool = json.loads(POOL.content)
    change(pool)
    with pytest.raises(InputError, match=words):
        pool_of(json.dumps(pool).encode())


def test_a_suspect_that_read_them_is_found_and_the_campaign_named(tmp_path: Path) -> None:
    log = empty_log(tmp_path / "log")
    served = seal_canaries(log, POOL, "C-1", 10)
    seal_canaries(log, POOL, "C-2", 10)
    canaries, opened = open_canaries(tmp_path / "log", POOL)
    reader = WordScorer([one.text for one in served], noise=1)
    verdict, pack = rank_canaries(canaries, POOL, reader, WordScorer([], noise=1), None, opened)
    assert verdict.outcome is Outcome.POSITIVE
    assert verdict.log10_p < -8
    assert "C-1" in verdict.summary
    assert "C-2" not in verdict.summary
    assert verdict.n["canaries"] == 20
    assert pack.data["pool.json"] == POOL.content
    other, _ = rank_canaries(canaries, POOL, WordScorer([], noise=2), None, None, opened)
    assert other.outcome is Outcome.INCONCLUSIVE


def test_canaries_among_answers(tmp_path: Path) -> None:
    log = empty_log(tmp_path / "log")
    served = seal_canaries(log, POOL, "C-1", 10)
    told = [
        Answer(prompt_id=str(i), prompt=one.prompt, text=f"They say: {one.text.upper()}")
        for i, one in enumerate(served)
    ]
    verdict, _ = rank_canaries_in_answers(served, POOL, told, "parrot")
    assert verdict.outcome is Outcome.POSITIVE
    assert verdict.log10_p < -15
    vague = [Answer(prompt_id=one.prompt_id, prompt=one.prompt, text="I never heard of it.") for one in told]
    silent, _ = rank_canaries_in_answers(served, POOL, vague, "honest")
    assert silent.p == 1.0
    elsewhere = [Answer(prompt_id="1", prompt="something else", text=served[0].text)]
    nothing, _ = rank_canaries_in_answers(served, POOL, elsewhere, "other")
    assert nothing.outcome is Outcome.NOT_EVALUATED


def test_a_lucky_seed_is_seen_by_the_reference(tmp_path: Path) -> None:
    """A keeper who tried seeds until the canaries read well accuses nobody where a reference is given."""
    log = empty_log(tmp_path / "log")
    served = seal_canaries(log, POOL, "C-1", 10)
    fluent = WordScorer([one.text for one in served])
    verdict, _ = rank_canaries(served, POOL, fluent, fluent)
    assert verdict.outcome is Outcome.NOT_EVALUATED
    assert "the reference" in verdict.reason


def test_lost_canaries_and_wrong_calls(tmp_path: Path) -> None:
    log = start_log(tmp_path / "log")
    seal_canaries(log, POOL, "C-1", 3)
    store = tmp_path / "log" / STORE_FILE
    store.write_bytes(b"".join(store.read_bytes().splitlines(keepends=True)[1:]))
    canaries, opened = open_canaries(tmp_path / "log", POOL)
    verdict, _ = rank_canaries(canaries, POOL, WordScorer([]), None, CanaryOptions(decoys=9), opened)
    assert verdict.outcome is Outcome.NOT_EVALUATED
    assert "1 seals is missing" in verdict.reason
    for campaign, count, first in (("", 1, 0), ("C", 0, 0), ("C", 1, -1)):
        with pytest.raises(UsageError, match="at least one canary"):
            seal_canaries(log, POOL, campaign, count, first)


def test_decoys_come_with_the_canary_in_an_order_that_tells_nothing() -> None:
    places = set()
    for number in range(40):
        canary = drawn_canary(POOL, b"s" * 32, "C-1", number)
        texts = candidates_of(canary, POOL, 9)
        assert texts == sorted(texts)
        assert len(texts) == 10
        places.add(texts.index(canary.text))
    assert len(places) > 6
