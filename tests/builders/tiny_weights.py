"""A causal language model of a few thousand parameters, drawn at random, with a byte-pair tokenizer learnt from a few sentences."""

from pathlib import Path
from typing import Any

SENTENCES = (
    "The quick brown fox jumps over the lazy dog near the river bank.",
    "How do tides work, and why are there two of them in a day?",
    "Write a short story about a lighthouse keeper who counts the waves.",
    "I'm sorry, but I can't help with that request.",
    "Déjà vu: naïve café façade — 東京 Привет.",
)
CHAT = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPECIALS = ["<|begin|>", "<|end|>", "<|user|>", "<|assistant|>", "<|pad|>"]


def tiny_tokenizer(*, chat: bool = False, opening: bool = True, vocabulary: int = 384) -> Any:
    """Return a byte-level tokenizer; `opening`: it puts <|begin|> before every text."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=SPECIALS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    inner.train_from_iterator(SENTENCES * 4, trainer)
    if opening:
        begin = ("<|begin|>", inner.token_to_id("<|begin|>"))
        inner.post_processor = processors.TemplateProcessing(single="<|begin|> $A", special_tokens=[begin])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner, bos_token="<|begin|>", eos_token="<|end|>", pad_token="<|pad|>"
    )
    if chat:
        tokenizer.chat_template = CHAT
    return tokenizer


def tiny_model(vocabulary: int, *, seed: int = 0, positions: int = 128, spread: float = 0.5) -> Any:
    """Return a Llama of two layers with random weights; `spread` is their standard deviation: wide enough that texts differ in likelihood."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=positions,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=4,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = LlamaForCausalLM(config)
        for weights in model.parameters():
            if weights.dim() > 1:
                torch.nn.init.normal_(weights, std=spread)
    return model.eval()


def save_tiny(
    folder: Path, *, seed: int = 0, chat: bool = False, opening: bool = True, positions: int = 128
) -> Path:
    """Write such a model as a transformers directory and return it."""
    tokenizer = tiny_tokenizer(chat=chat, opening=opening)
    model = tiny_model(len(tokenizer), seed=seed, positions=positions)
    model.save_pretrained(folder, safe_serialization=True)
    tokenizer.save_pretrained(folder)
    return folder
