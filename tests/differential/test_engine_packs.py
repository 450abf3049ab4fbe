"""The packs' scripts for engines' marks, in Python alone, beside the kernels: the same log10 p, with and without a mark."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest

from revenuer.prove.marks import Scheme, distinct_pairs, sample_of
from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.marks.detect import DetectOptions, detect
from revenuer.prove.marks.engines import (
    SglangDual,
    SglangGumbel,
    SynthId,
    TransformersGreen,
    VllmDual,
    VllmGumbel,
)
from revenuer.prove.marks.engines.g_values import GValues
from revenuer.prove.marks.engines.transformers_green import KEY_MASK
from revenuer.prove.marks.engines.vllm_gumbel import whole_key
from revenuer.prove.pack import EvidencePack, pack_bytes, verify_pack
from revenuer.prove.pack.verify import PackCheck
from revenuer.records.suspect_verdict import SuspectVerdict
from revenuer.report import json_bytes
from revenuer.report.verdict_json import verdict_json

NOW = datetime(2026, 3, 1, tzinfo=UTC)
VOCABULARY = 300
SCHEMES: tuple[Scheme, ...] = (
    VllmGumbel(),
    VllmGumbel(width=6),
    VllmDual(width=2),
    VllmDual(alpha=0.5),
    VllmDual(alpha=0.7),
    SglangGumbel(width=2),
    SglangDual(width=1, mixing=0.3),
    TransformersGreen(vocabulary=VOCABULARY),
    TransformersGreen(vocabulary=VOCABULARY, seeding="selfhash", context_width=3, ratio=0.4),
    SynthId(layers=4, ngram=3),
    SynthId(layers=3, ngram=2, table_size=1024, statistic="mean"),
)


def pair_score(scheme: Scheme, key: tuple[int, ...], window: list[int], token: int) -> float:
    """What one pair speaks for the mark, without the law of the whole."""
    windows, tokens = np.array([window]), np.array([token])
    if isinstance(scheme, SynthId):
        values = GValues(keys=key, ngram=scheme.ngram, table_size=scheme.table_size)
        return float(values.values(values.classes(windows, tokens)).sum())
    if isinstance(scheme, TransformersGreen):
        return float(scheme.counts(windows, tokens, whole_key(np.array(key, np.uint32)) & KEY_MASK)[0])
    pairs = distinct_pairs(sample_of([[*window, token]]), scheme.width)
    return float(scheme.statistics(pairs, np.array([key], np.uint32))[0])


def marked_text(scheme: Scheme, key: tuple[int, ...], rng: np.random.Generator, length: int) -> list[int]:
    """Each token is, of three offered, the one that speaks most for the key: what any of these marks comes to."""
    text = rng.integers(1, VOCABULARY, scheme.width).tolist()
    while len(text) < length:
        offered = rng.integers(1, VOCABULARY, 3).tolist()
        text.append(max(offered, key=lambda token: pair_score(scheme, key, text[-scheme.width :], token)))
    return text


def found(scheme: Scheme, marked: bool) -> tuple[SuspectVerdict, EvidencePack]:
    rng = np.random.default_rng(4)
    keys = [tuple(int(word) for word in rng.integers(0, 1 << 32, scheme.key_words)) for _ in range(2)]
    tried = [Candidate(label=f"server:{i}", scheme=scheme, words=key) for i, key in enumerate(keys)]
    texts = [marked_text(scheme, keys[1], rng, 40) for _ in range(2)] if marked else []
    texts += rng.integers(0, VOCABULARY, (4, 50)).tolist()
    verdict, pack = detect(
        sample_of(texts, [text[:10] for text in texts]), tried, DetectOptions(seed=5, decoys=99), "s"
    )
    assert pack is not None
    return verdict, pack


def checked(verdict: SuspectVerdict, pack: EvidencePack, folder: Path) -> PackCheck:
    path = folder / "evidence.zip"
    path.write_bytes(pack_bytes(pack, verdict, json_bytes(verdict_json(verdict, NOW)), NOW, None))
    return verify_pack(path, run=True)


@pytest.mark.parametrize("marked", [False, True], ids=["plain", "marked"])
@pytest.mark.parametrize("scheme", SCHEMES, ids=str)
def test_the_script_gives_the_verdicts_p(scheme: Scheme, marked: bool, tmp_path: Path) -> None:
    verdict, pack = found(scheme, marked)
    assert verdict.details["schemes"][0]["p_by"] == "analytic"
    check = checked(verdict, pack, tmp_path)
    assert check.faults == ()
    assert check.recomputed == pytest.approx(verdict.log10_p, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize(
    "scheme", [SglangDual(), TransformersGreen(vocabulary=VOCABULARY), SynthId(layers=9)], ids=str
)
def test_the_script_finds_the_rank_among_decoys(scheme: Scheme, tmp_path: Path) -> None:
    verdict, pack = found(scheme, False)
    test = msgspec.json.decode(pack.data["test.json"]) | {"p_by": "decoys"}
    rank = verdict.details["keys"][0]["decoy_rank_p"]
    stated = replace(verdict, log10_p=min(0.0, float(np.log10(rank * 2))), p=min(1.0, rank * 2))
    changed = replace(pack, data={**pack.data, "test.json": msgspec.json.encode(test)})
    assert checked(stated, changed, tmp_path).faults == ()
