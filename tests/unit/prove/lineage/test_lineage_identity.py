"""What a suspect says of itself: counted, ranked, and never more certain than the floor."""

from dataclasses import replace

import pytest

from builders.recomputed import recomputed_log10_p
from revenuer.prove.lineage.identity import identity_verdict, name_pattern, says_it_is
from revenuer.prove.lineage.panel import Panel, PanelModel
from revenuer.prove.suspect import Answer
from revenuer.records import Outcome


def model(name: str, texts: list[str], **more: object) -> PanelModel:
    answers = {
        f"q{i}": Answer(prompt_id=f"q{i}", prompt=f"Who are you, {i}?", text=text)
        for i, text in enumerate(texts)
    }
    return PanelModel(name=name, project=name, answers=answers, **more)  # type: ignore[arg-type]


def panel(count: int) -> Panel:
    nulls = [
        model(f"n{i}", ["I am a helpful program."] * (9 - i % 2) + ["As an Acme model I know."] * (1 + i % 2))
        for i in range(count)
    ]
    return Panel(
        models=(*nulls, model("student", ["I was made by Acme."] * 10, derives_from=frozenset({"acme"})))
    )


def test_the_suspect_is_ranked_among_projects() -> None:
    suspect = model("suspect", ["I am Acme-2, trained by Acme."] * 4 + ["I am a program."] * 6)
    found, pack = identity_verdict(suspect, panel(19), "acme", ["Acme"], 0.05)
    assert found.outcome is Outcome.POSITIVE
    assert found.p == found.floor == 0.05
    assert pack is not None
    assert recomputed_log10_p(pack) == pytest.approx(found.log10_p)
    tied = model("suspect", ["I am Acme's."] * 2 + ["I am a program."] * 8)
    found, pack = identity_verdict(tied, panel(19), "acme", ["Acme"], 0.05)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.p == 0.5
    assert pack is not None
    assert recomputed_log10_p(pack) == pytest.approx(found.log10_p)


def test_nothing_is_claimed_below_the_floor() -> None:
    suspect = model("suspect", ["I am Acme-2."] * 10)
    found, _ = identity_verdict(suspect, panel(18), "acme", ["Acme"], 0.05)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "18 independent null projects" in found.reason


def test_silence_clears_nobody() -> None:
    found, _ = identity_verdict(model("suspect", ["I am a program."] * 10), panel(19), "acme", ["Acme"], 0.05)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "clears nobody" in found.reason


def test_too_little_is_not_judged() -> None:
    suspect = model("suspect", ["I am Acme-2."] * 3)
    assert identity_verdict(suspect, panel(19), "acme", ["Acme"], 0.05)[0].p is None
    full = model("suspect", ["I am Acme-2."] * 10)
    assert "2 null projects" in identity_verdict(full, panel(2), "acme", ["Acme"], 0.4)[0].reason
    asked = replace(full, answers={k: replace(a, prompt="Are you Acme?") for k, a in full.answers.items()})
    assert identity_verdict(asked, panel(19), "acme", ["Acme"], 0.05)[0].outcome is Outcome.NOT_EVALUATED


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("I am Acme-2, a model.", True),
        ("Sure. My maker is ACME!", True),
        ("I'm not made by Acme.", False),
        ("I don't work for Acme.", False),
        ("Acme sells anvils.", False),
        ("I like anvils. Acme sells them.", False),
        ("I am Acmeist.", False),
        ("", False),
    ],
)
def test_what_counts(text: str, counts: bool) -> None:
    assert says_it_is(text, name_pattern(["Acme", "Roadrunner 2"])) is counts
