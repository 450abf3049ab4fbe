"""What every test of suspects keeps: no more false accusations than alpha, the same verdict for the same input, p at or above its floor, a
page, a JSON, and a pack whose script gives the p that it states."""

import json
import math
from datetime import UTC, datetime
from pathlib import Path

import pytest

from builders.null_suspects import ALPHA, WORLDS
from revenuer.prove.pack import pack_bytes, verify_pack
from revenuer.records import Outcome
from revenuer.report.contract import json_bytes
from revenuer.report.verdict_json import verdict_json
from revenuer.report.verdict_page import verdict_page

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("test", WORLDS)
def test_the_innocent_are_accused_no_more_often_than_alpha(test: str) -> None:
    """Four standard errors above alpha, and above a level at which more can be seen: coarse, and the same for all. Each test's own calibration
    is finer."""
    world, worlds = WORLDS[test]
    verdicts = [world(number)[0] for number in range(worlds)]
    assert all(one.log10_p is not None for one in verdicts)
    for level in (ALPHA, 0.25):
        low = sum(one.log10_p is not None and one.log10_p <= math.log10(level) for one in verdicts)
        assert low / worlds <= level + 4.0 * math.sqrt(level * (1.0 - level) / worlds)
    accused = [one for one in verdicts if one.outcome is Outcome.POSITIVE]
    assert all(one.p is not None and one.p <= one.alpha == ALPHA for one in accused)


@pytest.mark.parametrize("test", WORLDS)
def test_the_same_input_gives_the_same_verdict(test: str) -> None:
    world, _ = WORLDS[test]
    (first, one), (second, other) = world(3), world(3)
    assert first == second
    assert one is not None
    assert other is not None
    assert one.data == other.data


@pytest.mark.parametrize("test", WORLDS)
def test_the_verdict_says_what_it_rests_on(test: str) -> None:
    verdict, _ = WORLDS[test][0](4)
    assert verdict.test == test.partition(",")[0]
    assert verdict.h0
    assert verdict.summary
    assert verdict.assumptions
    assert verdict.explanations
    assert verdict.n
    if verdict.floor is not None and verdict.p is not None:
        assert verdict.p >= verdict.floor * (1.0 - 1e-9)


@pytest.mark.parametrize("test", WORLDS)
def test_page_json_and_pack_agree(test: str, tmp_path: Path) -> None:
    verdict, pack = WORLDS[test][0](5)
    assert pack is not None
    content = json_bytes(verdict_json(verdict, NOW))
    assert json.loads(content)["log10_p"] == verdict.log10_p
    assert verdict.h0.split(".")[0][:40] in verdict_page(verdict, None, NOW)
    path = tmp_path / "evidence.zip"
    path.write_bytes(pack_bytes(pack, verdict, content, NOW, None))
    check = verify_pack(path, run=True)
    assert check.faults == ()
    assert check.known_script
    assert check.recomputed == pytest.approx(verdict.log10_p, rel=1e-6, abs=1e-6)
