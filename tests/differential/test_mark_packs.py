"""The packs' scripts, in Python alone, beside the kernels: the same log10 p, from the same pairs."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest

from builders.token_streams import Language
from revenuer.prove.marks import DualGumbel, Green, Gumbel, Scheme, sample_of, write_marked
from revenuer.prove.marks.candidate import derived_candidate
from revenuer.prove.marks.detect import DetectOptions, KeyInPack, detect
from revenuer.prove.pack import EvidencePack, pack_bytes, verify_pack
from revenuer.prove.pack.verify import PackCheck
from revenuer.records.suspect_verdict import SuspectVerdict
from revenuer.report import json_bytes
from revenuer.report.verdict_json import verdict_json

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LANGUAGE = Language(np.random.default_rng(1))
SCHEMES = (
    Green(width=1),
    Green(width=3, gamma=0.37),
    Green(width=4, gamma=0.5),
    Gumbel(width=2),
    Gumbel(width=4),
    DualGumbel(width=1, first_share=0.3),
)


def found(scheme: Scheme, share: float, key_in_pack: KeyInPack) -> tuple[SuspectVerdict, EvidencePack]:
    """A verdict on texts of which a share is marked, half of them answers to a prompt that holds their beginning."""
    rng = np.random.default_rng(2)
    tried = [derived_candidate(bytes(range(32)), scheme, f"account:{i}", date(2026, 3, 1)) for i in range(8)]
    assert isinstance(scheme, Green | Gumbel | DualGumbel)
    texts = [write_marked(scheme, tried[3].words, LANGUAGE.logits, 80, rng) for _ in range(round(20 * share))]
    texts += LANGUAGE.texts(20 - len(texts), 80, rng).tolist()
    prompts = [text[:30] if i % 2 else [] for i, text in enumerate(texts)]
    verdict, pack = detect(
        sample_of(texts, prompts), tried, DetectOptions(seed=5, decoys=99, key_in_pack=key_in_pack), "s"
    )
    assert pack is not None
    return verdict, pack


def checked(verdict: SuspectVerdict, pack: EvidencePack, folder: Path) -> PackCheck:
    path = folder / "evidence.zip"
    path.write_bytes(pack_bytes(pack, verdict, json_bytes(verdict_json(verdict, NOW)), NOW, None))
    return verify_pack(path, run=True)


@pytest.mark.parametrize("key_in_pack", ["always", "never"])
@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("scheme", SCHEMES, ids=str)
def test_the_script_gives_the_verdicts_p(
    scheme: Scheme, share: float, key_in_pack: KeyInPack, tmp_path: Path
) -> None:
    verdict, pack = found(scheme, share, key_in_pack)
    check = checked(verdict, pack, tmp_path)
    assert check.faults == ()
    assert check.recomputed == pytest.approx(verdict.log10_p, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("scheme", [Green(width=1), DualGumbel(width=2)], ids=str)
def test_the_script_finds_the_rank_among_decoys(scheme: Scheme, tmp_path: Path) -> None:
    verdict, pack = found(scheme, 0.0, "always")
    test = msgspec.json.decode(pack.data["test.json"]) | {"p_by": "decoys"}
    rank = verdict.details["keys"][0]["decoy_rank_p"]
    stated = replace(verdict, log10_p=min(0.0, float(np.log10(rank * 8))), p=min(1.0, rank * 8))
    check = checked(
        stated, replace(pack, data={**pack.data, "test.json": msgspec.json.encode(test)}), tmp_path
    )
    assert check.faults == ()


def test_the_script_refuses_a_key_that_was_not_committed_to(tmp_path: Path) -> None:
    verdict, pack = found(Green(width=1), 1.0, "positive")
    test = msgspec.json.decode(pack.data["test.json"])
    test["secret"] = "00" + test["secret"][2:]
    check = checked(
        verdict, replace(pack, data={**pack.data, "test.json": msgspec.json.encode(test)}), tmp_path
    )
    assert any("committed" in fault for fault in check.faults)
