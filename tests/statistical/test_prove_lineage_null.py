"""Size of the lineage tests where nothing is to be found, and their power where something is."""

import os
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from builders.lineage_panel import World
from revenuer.prove.lineage.affinity import affinity
from revenuer.prove.lineage.panel import Panel
from revenuer.prove.lineage.project_scores import rank_suspect
from revenuer.prove.lineage.same_base import match, same_base_verdict
from revenuer.prove.lineage.same_model import SLACK, discrepancy
from revenuer.prove.lineage.terms import prompt_terms
from revenuer.prove.lineage.weights_file import open_weights
from revenuer.records import Outcome


def test_innocent_projects_are_accused_no_more_often_than_alpha() -> None:
    """Every project takes the suspect's place once: sixty ranks, of lengths and habits of their own."""
    world = World(11, prompts=40)
    nulls = [model for model in world.innocents(60) if model.name.endswith("-0")]
    panel = Panel(models=(world.model("T-1", world.habits(), project="maker", teacher="T"), *nulls))
    everyone = [model.project for model in panel.models]
    prompts = {name: prompt_terms([m.answers[name].text for m in panel.models]) for name in world.prompts}
    p = []
    for row, suspect in enumerate(nulls, 1):
        rest = panel.without(suspect.project)
        order = [place for place in range(len(everyone)) if place != row] + [row]
        found = affinity(prompts, order, [everyone[place] for place in order])
        p.append(rank_suspect(rest, suspect, "T", rest.null_models(("T",)), found.mean).p)
    for alpha in (0.02, 0.05, 0.1, 0.2, 0.5):
        assert np.mean(np.array(p) <= alpha) <= alpha
    assert len(set(p)) > 50


def test_the_same_model_is_told_from_itself_no_more_often_than_alpha() -> None:
    world = World(12, prompts=3)
    style = world.habits()
    p = []
    for run in range(300):
        sides = [
            {name: [world.answers(style, 20)[name].text for _ in range(3)] for name in world.prompts}
            for _ in range(2)
        ]
        observed, drawn = discrepancy(world.prompts, *sides, seed=run, draws=99)
        p.append((1 + (drawn >= observed - SLACK).sum()) / 100)
    for alpha in (0.01, 0.05, 0.2):
        assert sum(value <= alpha for value in p) <= stats.binom.ppf(0.999, len(p), alpha)


def test_independent_matchings_have_the_stated_law() -> None:
    rng = np.random.default_rng(13)
    shared = rng.normal(size=24)
    fixed = []
    for _ in range(1500):
        # What all models learn alike (a common direction, a few large units) must not make fixed points.
        one, two = (rng.normal(size=(24, 24)) + shared for _ in range(2))
        scale = [1.0 + 5.0 * (rng.random(24) < 0.1) for _ in range(2)]
        a, b = one * scale[0][:, None] + shared, two * scale[1][:, None] + shared
        a, b = (m / np.linalg.norm(m, axis=1, keepdims=True) for m in (a, b))
        fixed.append(match("x", a.astype(np.float32), b.astype(np.float32)).fixed)
    counts = np.bincount(np.minimum(fixed, 4), minlength=5)
    expected = 1500 * np.array([*stats.poisson.pmf(range(4), 1.0), stats.poisson.sf(3, 1.0)])
    assert stats.chisquare(counts, expected).pvalue > 0.001


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Five language models trained on the same text from independent initialisations, and one of them trained on to other text."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("models")
    rng = np.random.default_rng(14)
    texts = [_markov(rng) for _ in range(2)]
    found = {}
    config = transformers.GPT2Config(
        vocab_size=40,
        n_positions=32,
        n_embd=32,
        n_layer=2,
        n_head=2,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
    )
    for seed in range(5):
        torch.manual_seed(seed)
        model = transformers.GPT2LMHeadModel(config)
        _train(torch, model, texts[0], 80)
        found[f"model{seed}"] = folder / f"model{seed}"
        model.save_pretrained(found[f"model{seed}"])
        if seed == 0:
            _train(torch, model, texts[1], 160)
            found["tuned"] = folder / "tuned"
            model.save_pretrained(found["tuned"])
    return found


def _markov(rng: np.random.Generator) -> np.ndarray:
    chain = rng.dirichlet(np.full(40, 0.1), 40).cumsum(axis=1)
    rows = np.zeros((256, 32), np.int64)
    rows[:, 0] = rng.integers(0, 40, 256)
    for step in range(1, 32):
        rows[:, step] = (rng.random((256, 1)) > chain[rows[:, step - 1]]).sum(axis=1).clip(max=39)
    return rows


def _train(torch: object, model: object, rows: np.ndarray, steps: int) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)  # type: ignore[attr-defined]
    for step in range(steps):
        batch = torch.tensor(rows[(step * 32) % 256 : (step * 32) % 256 + 32])  # type: ignore[attr-defined]
        loss = model(batch, labels=batch).loss  # type: ignore[operator]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def test_independently_trained_models_share_no_base(trained: dict[str, Path]) -> None:
    opened = [open_weights(trained[f"model{i}"]) for i in range(5)]
    p = [
        same_base_verdict(one, two, name="x", alpha=0.01)[0].p
        for i, one in enumerate(opened)
        for two in opened[:i]
    ]
    assert len(p) == 10
    assert min(value for value in p if value is not None) > 0.01


def test_a_tuned_model_shares_its_base(trained: dict[str, Path]) -> None:
    tuned, base, other = (open_weights(trained[name]) for name in ("tuned", "model0", "model1"))
    found, _ = same_base_verdict(tuned, base, name="x", alpha=1e-9)
    assert found.outcome is Outcome.POSITIVE
    assert found.log10_p is not None
    assert found.log10_p < -100
    assert same_base_verdict(tuned, other, name="x", alpha=0.01)[0].outcome is Outcome.INCONCLUSIVE
