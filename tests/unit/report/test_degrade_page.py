"""The page of what giving less costs: complete, of one piece, and safe to open whatever the file says."""

import re

from page_reader import Reader
from rich.console import Console
from scan_fixture import NOW

from revenuer.prove.degrade import judge_runs
from revenuer.records.degradation import DegradeResult, DegradeRun
from revenuer.report.degrade_page import degrade_page
from revenuer.report.degrade_terminal import print_degrade

HOSTILE = '<script>alert(1)</script>\u202e"&'


def result(seeds: int = 3, name: str = "less") -> DegradeResult:
    """Two policies, of which one helps nobody, and a naive attacker who does badly."""
    scores = {
        ("undefended", "naive", ""): 0.5,
        (name, "naive", "as it comes"): -0.9,
        (name, "adaptive", "first"): 0.3,
        (name, "adaptive", "second"): 0.2,
        ("rounded", "naive", ""): 0.5,
    }
    return judge_runs(
        [
            DegradeRun(
                task="the task", policy=policy, attacker=attacker, strategy=strategy, exchanges=n, seed=seed,
                score=score + 0.1 * (n == 4000) + 0.01 * seed * (policy == name), honest_loss=0.25, honest_user="asks again",
            )
            for (policy, attacker, strategy), score in scores.items()
            for n in (250, 1000, 4000)
            for seed in range(seeds)
        ],
        "runs.jsonl",
    )  # fmt: skip


def text_of(found: DegradeResult) -> str:
    return " ".join(" ".join(Reader(degrade_page(found, NOW)).text).split())


def test_the_page_says_what_each_policy_comes_to() -> None:
    text = text_of(result())
    assert "1 of 2 policies cost an adaptive attacker something" in text
    assert "less adaptive: first 0.31 [0.29, 0.33] 0.19 [0.17, 0.21] > 16 ×" in text
    assert "nothing measurable" in text
    assert "Nothing here stops a determined adaptive attacker" in text
    assert "the share lost by one who asks again" in text


def test_one_seed_is_not_called_a_finding() -> None:
    assert "0 of 2 policies cost" in text_of(result(seeds=1))
    assert "one seed gives no interval" in text_of(result(seeds=1))


def test_drawings_stay_in_their_cells_and_have_words() -> None:
    page = degrade_page(result(), NOW)
    panels = re.findall(r'<svg class="panel".*?</svg>', page, re.DOTALL)
    assert len(panels) == 2
    for panel in panels:
        places = [float(place) for place in re.findall(r'="(-?[\d.]+)%"', panel)]
        assert places
        assert 0 <= min(places) <= max(places) <= 100
        assert 'role="img" aria-label="' in panel
    assert "undefended has 0.50 at 250, 0.50 at 1,000, 0.60 at 4,000" in page


def test_names_from_the_file_cannot_act() -> None:
    page = degrade_page(result(name=HOSTILE), NOW)
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "style=" not in page


def test_the_terminal_says_the_same() -> None:
    console = Console(width=160, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    print_degrade(result(name=HOSTILE), console)
    text = console.export_text()
    assert "1 of 2 policies cost an adaptive attacker something" in text
    assert "0.19 [0.17, 0.21]" in text
    assert "<U+202E>" in text
