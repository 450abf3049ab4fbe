"""Open weights as a suspect: scores, where the continuation begins, seeded answers, and directories that are refused."""

from pathlib import Path

import numpy as np
import pytest

from builders.tiny_weights import save_tiny, tiny_model, tiny_tokenizer
from revenuer.prove.suspect import Ask
from revenuer.prove.suspects import PromptForm, Sampling, Weights, load_weights
from revenuer.records import InputError, UsageError

torch = pytest.importorskip("torch")

PAIRS = [
    ("How do tides work", ", and why are there two of them in a day?"),
    ("The quick brown fox", " jumps over the lazy dog"),
    ("The quick brown f", "ox jumps over 東京 and back"),
    ("", "Write a short story"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    return save_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def weights(folder: Path) -> Weights:
    return load_weights(folder, batch=2)


def by_hand(weights: Weights, prompt: str, continuation: str) -> float:
    """The log-likelihood of the continuation's tokens, one model call, no batch."""
    split = weights.tokenizer(prompt + continuation, return_offsets_mapping=True)
    ids = torch.tensor([split["input_ids"]])
    logprobs = torch.log_softmax(weights.model(ids).logits[0].detach().double(), -1)
    spans = split["offset_mapping"]
    return float(sum(logprobs[i - 1, ids[0, i]] for i in range(1, len(spans)) if spans[i][1] > len(prompt)))


def test_scores_are_those_of_one_text_alone(weights: Weights) -> None:
    for pair, scored in zip(PAIRS, weights.score(PAIRS), strict=True):
        assert scored.total == pytest.approx(by_hand(weights, *pair), abs=1e-4)


def test_the_parts_of_a_text_add_up(weights: Weights) -> None:
    whole, first, second = weights.score(
        [("", "The quick brown fox jumps"), ("", "The quick brown fox"), ("The quick brown fox", " jumps")]
    )
    assert whole.total == pytest.approx(first.total + second.total, abs=1e-4)


def test_a_token_on_both_sides_is_the_continuations_and_is_named(weights: Weights) -> None:
    whole, cut = "The quick brown fox", len("The quick brown f")
    split = weights.tokenizer(whole, return_offsets_mapping=True)["offset_mapping"]
    on_both = any(start < cut < end for start, end in split)
    assert on_both, "the builder's tokenizer was meant to join 'fox'"
    scored = weights.score([(whole[:cut], whole[cut:])])[0]
    assert scored.straddling
    assert scored.logprobs is not None
    assert len(scored.logprobs) == sum(end > cut for _, end in split)
    assert not weights.score([("The quick", " brown")])[0].straddling


def test_what_cannot_be_scored_says_why(weights: Weights) -> None:
    long, empty = weights.score([("x", "a very long tale " * 60), ("x", "")])
    assert long.logprobs is None
    assert "more than the model reads (128)" in long.reason
    assert "no token" in empty.reason


def test_next_token_distributions(weights: Weights) -> None:
    contexts = [[5, 6, 7], [9], [5, 6, 7, 8, 9, 10], [11, 12]]
    found = weights.next_token_logprobs(contexts)
    assert found.shape == (4, len(weights.tokenizer))
    assert found.dtype == np.float32
    assert np.exp(found).sum(1) == pytest.approx(np.ones(4), abs=1e-5)
    for ids, row in zip(contexts, found, strict=True):
        alone = torch.log_softmax(weights.model(torch.tensor([ids])).logits[0, -1].float(), -1)
        assert row == pytest.approx(alone.detach().numpy(), abs=1e-5)
    for bad in ([], [10_000], [5] * 200):
        with pytest.raises(ValueError, match="expected"):
            weights.next_token_logprobs([bad])


def asks(n: int, samples: int = 2) -> list[Ask]:
    return [
        Ask(prompt_id=f"p{i}", prompt="How do tides " * (i + 1), sample=s)
        for i in range(n)
        for s in range(samples)
    ]


def test_answers_depend_on_the_seed_and_not_on_the_company(folder: Path) -> None:
    drawn = Sampling(max_tokens=12, seed=3)
    some = {
        (a.prompt_id, a.sample): a.tokens
        for a in load_weights(folder, sampling=drawn, batch=4).answers(asks(3))
    }
    alone = {
        (a.prompt_id, a.sample): a.tokens
        for a in load_weights(folder, sampling=drawn, batch=1).answers(asks(3)[::-1])
    }
    other = {
        (a.prompt_id, a.sample): a.tokens
        for a in load_weights(folder, sampling=Sampling(max_tokens=12, seed=4)).answers(asks(3))
    }
    assert some == alone
    assert some != other
    assert some["p0", 0] != some["p0", 1]


def test_the_most_probable_answer_is_the_models_own(folder: Path) -> None:
    weights = load_weights(folder, sampling=Sampling(max_tokens=8, temperature=0.0), batch=3)
    for answer in weights.answers(asks(3, 1)):
        ids = torch.tensor([weights.encode_context(answer.prompt)])
        own = weights.model.generate(ids, max_new_tokens=8, do_sample=False, pad_token_id=4)[
            0, ids.shape[1] :
        ].tolist()
        assert list(answer.tokens or ()) == [token for token in own if token != 1]
        assert answer.finish_reason == ("stop" if 1 in own else "length")


def test_a_small_nucleus_draws_from_the_top(folder: Path) -> None:
    greedy = load_weights(folder, sampling=Sampling(max_tokens=8, temperature=0.0))
    narrow = load_weights(folder, sampling=Sampling(max_tokens=8, top_p=1e-6))
    assert [a.tokens for a in greedy.answers(asks(2))] == [a.tokens for a in narrow.answers(asks(2))]


def test_a_prompt_beyond_the_models_length_is_counted(weights: Weights) -> None:
    long = Ask(prompt_id="long", prompt="a very long tale " * 60)
    assert list(weights.answers([long])) == []
    assert weights.failed["the prompt is longer than the model reads"] == 1


def test_a_chat_template_goes_around_the_prompt() -> None:
    tokenizer = tiny_tokenizer(chat=True)
    weights = Weights(tiny_model(len(tokenizer)), tokenizer, "tiny")
    assert weights.context("Hi") == "<|user|>Hi<|end|><|assistant|>"
    ids, first, straddling = weights.encode_pair("Hi", " there")
    assert tokenizer.decode(ids[:first]) == "<|user|>Hi<|end|><|assistant|>"
    assert not straddling
    plain = Weights(weights.model, tokenizer, "tiny", form=PromptForm("Q: ", " A:"))
    assert plain.context("Hi") == "Q: Hi A:"
    with pytest.raises(UsageError, match="no chat template"):
        Weights(weights.model, tiny_tokenizer(), "tiny", form="chat")


def test_directories_that_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no config"):
        load_weights(tmp_path)
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(InputError, match="merge it"):
        load_weights(tmp_path)
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    (pickled / "config.json").write_bytes((folder / "config.json").read_bytes())
    (pickled / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(InputError, match="no safetensors"):
        load_weights(pickled)
    broken = tmp_path / "broken"
    broken.mkdir()
    for item in folder.iterdir():
        (broken / item.name).write_bytes(item.read_bytes())
    (broken / "model.safetensors").write_bytes(b"\0" * 20)
    with pytest.raises(InputError, match="cannot be loaded"):
        load_weights(broken)


def test_tensors_that_are_missing_are_not_drawn_at_random(folder: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    for item in folder.iterdir():
        (tmp_path / item.name).write_bytes(item.read_bytes())
    tensors = load_file(tmp_path / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match="drawn at random"):
        load_weights(tmp_path)


def test_code_of_the_directory_is_not_run(folder: Path, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    own = tmp_path / "own"
    own.mkdir()
    for item in folder.iterdir():
        (own / item.name).write_bytes(item.read_bytes())
    config = (
        (own / "config.json")
        .read_text()
        .replace(
            '"model_type": "llama"',
            '"model_type": "odd", "auto_map": {"AutoConfig": "own.Own", "AutoModelForCausalLM": "own.Own"}',
        )
    )
    (own / "config.json").write_text(config)
    (own / "own.py").write_text(f"open({str(marker)!r}, 'w')\nclass Own: ...\n")
    with pytest.raises(InputError, match="no code of its own"):
        load_weights(own)
    assert not marker.exists()
