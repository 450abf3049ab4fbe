"""Real text, read in place, as token sequences of one length: the opening of an answer stands for the prompt, the rest is the response."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

OUTPUTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "outputs" / "outputs.parquet"
TOKENIZER_TEXTS = 3_000
AT_ONCE = 2_000

Tokens = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """`sequences`: (n, length) token ids in a random order; the first `prompt_length` of each are its prompt. No two share a prompt."""

    tokenizer: Tokenizer
    sequences: Tokens
    prompt_length: int

    @property
    def vocabulary(self) -> int:
        """How many tokens the tokenizer knows."""
        return int(self.tokenizer.get_vocab_size())


def read_texts(path: Path = OUTPUTS) -> list[str]:
    """Return the answers of a Parquet file with a column `output`. Raises FileNotFoundError that says what is missing."""
    if not path.exists():
        raise FileNotFoundError(
            f"no real text at {path}: this laboratory trains on it and does not run without it"
        )
    return [text for text in pq.read_table(path, columns=["output"])["output"].to_pylist() if text]


def make_corpus(
    texts: Sequence[str],
    *,
    seed: int,
    vocabulary: int = 1024,
    sequences: int = 24_000,
    prompt_length: int = 16,
    length: int = 96,
) -> Corpus:
    """Return as many sequences as there are texts for, at most `sequences`. Texts too short for one are left out."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(texts))
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator((texts[i] for i in order[:TOKENIZER_TEXTS]), trainer)
    rows: list[list[int]] = []
    seen: set[tuple[int, ...]] = set()
    for begin in range(0, len(order), AT_ONCE):
        part = [texts[i][: length * 8] for i in order[begin : begin + AT_ONCE]]
        for encoded in tokenizer.encode_batch(part):
            prompt = tuple(encoded.ids[:prompt_length])
            if len(encoded.ids) >= length and prompt not in seen:
                seen.add(prompt)
                rows.append(encoded.ids[:length])
        if len(rows) >= sequences:
            break
    return Corpus(
        tokenizer=tokenizer, sequences=np.asarray(rows[:sequences], np.int32), prompt_length=prompt_length
    )
