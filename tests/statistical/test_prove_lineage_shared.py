"""Lineage from answers on other people's models, read in place: no innocent project is accused more often than alpha allows."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "lineage.py"
ALPHA = 0.1


@pytest.fixture(scope="module")
def bench() -> Any:
    spec = importlib.util.spec_from_file_location("benchmark_lineage", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    if not (module.OUTPUTS / "outputs.parquet").exists():
        pytest.skip(f"the answers of other people's models are not at {module.OUTPUTS}")
    panel = module.read_panel(module.OUTPUTS)
    return module.Bench(panel, module.whole_prompts(panel, 100))


@pytest.mark.shared
def test_false_positives_and_power(bench: Any) -> None:
    models = {model.name: model for model in bench.panel.models}
    accused, asked = [], 0
    for name in (
        "guanaco-7b",
        "vicuna-7b",
        "alpaca-7b",
        "cohere",
        "airoboros-33b",
        "claude2-alpaca-13b",
        "cut-13b",
    ):
        for teacher, judged in bench.judge(models[name], ALPHA).items():
            if models[name].is_from(judged.teachers):
                continue
            asked += 1
            if judged.rank.p <= ALPHA:
                accused.append((name, teacher))
    assert asked > 40
    assert len(accused) <= ALPHA * asked
    student = bench.judge(models["claude2-alpaca-13b"], ALPHA)["claude"]
    assert student.teachers == ("claude", "claude3")
    assert student.rank.p == student.rank.floor <= ALPHA
