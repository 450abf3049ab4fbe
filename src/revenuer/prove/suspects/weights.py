"""A suspect given as open weights: a local directory that transformers loads, without remote code, from safetensors alone."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from revenuer.prove.suspect import Answer, Ask, FloatArray, Scored
from revenuer.prove.suspects.continuation import first_token_of_continuation
from revenuer.prove.suspects.prompt_form import PLAIN, PromptForm
from revenuer.prove.suspects.sampling import Sampling, sampled_tokens
from revenuer.records import InputError, MissingDependencyError, UsageError

Form = Literal["auto", "chat", "plain"]
"""`chat`: the tokenizer's chat template around the prompt. `plain`: the prompt alone. `auto`: chat where there is a template."""

Encoded = tuple[list[int], int, bool]
"""(ids of context and continuation, index of the continuation's first token, whether that token straddles the boundary)."""


class Weights:
    """A causal language model with its tokenizer. Implements Writer and Scorer. `failed`: asks that were not answered, by reason.

    Scores are those of the text as the tokenizer splits it in one piece, prompt and continuation together, by log-softmax in float32.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        name: str,
        *,
        form: Form | PromptForm = "auto",
        sampling: Sampling | None = None,
        batch: int = 8,
    ) -> None:
        self.model, self.tokenizer, self.name = model, tokenizer, name
        self.sampling = sampling or Sampling()
        self.batch = batch
        self.chat = form == "chat" or (form == "auto" and bool(tokenizer.chat_template))
        if self.chat and not tokenizer.chat_template:
            raise UsageError(f"{name} has no chat template; use the plain form or give a template")
        self.form = form if isinstance(form, PromptForm) else PLAIN
        self.failed: Counter[str] = Counter()
        self.longest = int(getattr(model.config, "max_position_embeddings", 0) or 0)

    def answers(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Yield an answer to each ask. The same ask gives the same answer with the same seed and batch size, on the same machine."""
        encoded = [(ask, self.encode_context(self.context(ask.prompt))) for ask in asks]
        fitting = [item for item in encoded if not self.longest or len(item[1]) < self.longest]
        self.failed["the prompt is longer than the model reads"] += len(encoded) - len(fitting)
        for low in range(0, len(fitting), self.batch):
            part = [ask for ask, _ in fitting[low : low + self.batch]]
            contexts = [context for _, context in fitting[low : low + self.batch]]
            for ask, (tokens, ended) in zip(part, sampled_tokens(self, contexts, part), strict=True):
                yield Answer(
                    prompt_id=ask.prompt_id,
                    prompt=ask.prompt,
                    text=self.tokenizer.decode(tokens, skip_special_tokens=True),
                    sample=ask.sample,
                    finish_reason="stop" if ended else "length",
                    tokens=tuple(tokens),
                )

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Scored]:
        """Return the continuation's log-probabilities for each pair, in order; pairs that are too long or empty are not scored."""
        encoded = [self.encode_pair(*pair) for pair in pairs]
        faults = [self._fault(item) for item in encoded]
        order = sorted((i for i in range(len(pairs)) if not faults[i]), key=lambda i: len(encoded[i][0]))
        scores = [Scored(logprobs=None, reason=fault) for fault in faults]
        for low in range(0, len(order), self.batch):
            places = order[low : low + self.batch]
            rows = [encoded[i] for i in places]
            for i, logprobs in zip(places, self._batch_logprobs(rows), strict=True):
                scores[i] = Scored(logprobs=logprobs, straddling=encoded[i][2])
        return scores

    def next_token_logprobs(self, contexts: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """Return log-probabilities of the token after each context of token ids: array (contexts, vocabulary), nats.

        Raises ValueError for an empty context, one beyond the model's length, or ids that it does not know.
        """
        size = int(self.model.get_output_embeddings().weight.shape[0])
        for ids in contexts:
            if not ids or (self.longest and len(ids) > self.longest):
                raise ValueError(
                    f"expected 1 to {self.longest or 'any number of'} tokens of context, got {len(ids)}"
                )
            if min(ids) < 0 or max(ids) >= size:
                raise ValueError(f"expected token ids from 0 to {size - 1}, got {min(ids)} to {max(ids)}")
        found = np.empty((len(contexts), size), np.float32)
        for low in range(0, len(contexts), self.batch):
            part = contexts[low : low + self.batch]
            lasts = np.array([len(ids) - 1 for ids in part])
            found[low : low + len(part)] = self._last_logprobs(part, lasts)
        return found

    def context(self, prompt: str) -> str:
        """Return the text that the model reads before it answers the prompt."""
        if not self.chat:
            return self.form.context(prompt)
        turn = [{"role": "user", "content": prompt}]
        return str(self.tokenizer.apply_chat_template(turn, tokenize=False, add_generation_prompt=True))

    def encode_context(self, context: str) -> list[int]:
        """Return the token ids of a context, with the model's opening token where its tokenizer puts one (a chat template writes its own)."""
        ids: list[int] = self.tokenizer(context, add_special_tokens=not self.chat)["input_ids"]
        if not self.chat:
            ids = _without_end(ids, self.tokenizer)
        return ids or [_opening(self.tokenizer, self.name)]

    def encode_pair(self, prompt: str, continuation: str) -> Encoded:
        """Return a pair's token ids and where the continuation begins."""
        context = self.context(prompt)
        if not self.tokenizer.is_fast:
            before = self.encode_context(context)
            after: list[int] = self.tokenizer(continuation, add_special_tokens=False)["input_ids"]
            return before + after, len(before), False
        text = context + continuation
        split = self.tokenizer(text, add_special_tokens=not self.chat, return_offsets_mapping=True)
        ids = split["input_ids"] if self.chat else _without_end(split["input_ids"], self.tokenizer)
        ends = [end for _, end in split["offset_mapping"][: len(ids)]]
        first, straddling = first_token_of_continuation(ends, len(context))
        return ids, first, straddling

    def _fault(self, encoded: Encoded) -> str:
        ids, first, _ = encoded
        if first >= len(ids):
            return "the continuation has no token"
        if first == 0:
            return "nothing stands before the continuation's first token"
        if self.longest and len(ids) > self.longest:
            return f"{len(ids)} tokens are more than the model reads ({self.longest})"
        return ""

    def _batch_logprobs(self, rows: Sequence[Encoded]) -> list[FloatArray]:
        import torch

        ids, mask = _padded([row[0] for row in rows], self.model.device)
        with torch.inference_mode():
            logits = self.model(input_ids=ids, attention_mask=mask, use_cache=False).logits
        found: list[FloatArray] = []
        for row, (tokens, first, _) in enumerate(rows):
            part = torch.log_softmax(logits[row, first - 1 : len(tokens) - 1].float(), dim=-1)
            picked = part.gather(1, ids[row, first : len(tokens), None])[:, 0]
            found.append(picked.cpu().numpy().astype(np.float64))
        return found

    def _last_logprobs(
        self, contexts: Sequence[Sequence[int]], lasts: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float32]:
        import torch

        ids, mask = _padded(contexts, self.model.device)
        with torch.inference_mode():
            logits = self.model(input_ids=ids, attention_mask=mask, use_cache=False).logits
            last = logits[torch.arange(len(contexts)), torch.from_numpy(lasts)].float()
            found: npt.NDArray[np.float32] = torch.log_softmax(last, dim=-1).cpu().numpy()
        return found


def load_weights(
    path: Path,
    *,
    form: Form | PromptForm = "auto",
    sampling: Sampling | None = None,
    batch: int = 8,
    device: str = "auto",
) -> Weights:
    """Return the model of a directory: nothing is fetched from a network, no code of the directory is run, no pickle is opened.

    `device`: `cpu`, `cuda`, or `auto` for cuda where there is one. Raises InputError for a directory that is no such model, and
    MissingDependencyError without torch and transformers.
    """
    try:
        import torch
        import transformers
        from safetensors import SafetensorError
    except ImportError as error:
        raise MissingDependencyError(
            f"open weights need torch and transformers ({error.name} is missing); install revenuer[prove]"
        ) from error
    _check_directory(path)
    place = device if device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
    settings: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer: Any = transformers.AutoTokenizer.from_pretrained(str(path), **settings)
        loaded: Any = transformers.AutoModelForCausalLM.from_pretrained(
            str(path), use_safetensors=True, dtype="auto", output_loading_info=True, **settings
        )
        model, report = loaded
        model = model.to(place)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, TypeError, SafetensorError) as error:
        detail = " ".join(str(error).split())[:300]
        raise InputError(
            f"{path} cannot be loaded as a causal language model ({detail}); "
            "expected a transformers directory with config.json, safetensors and a tokenizer, and no code of its own"
        ) from error
    if report["missing_keys"]:
        missing = sorted(report["missing_keys"])
        raise InputError(
            f"{path} lacks {len(missing)} of its model's tensors ({missing[0]} ...), which would be drawn at random; copy it again"
        )
    model.eval()
    return Weights(model, tokenizer, path.resolve().name, form=form, sampling=sampling, batch=batch)


def _check_directory(path: Path) -> None:
    if not (path / "config.json").is_file():
        adapter = (path / "adapter_config.json").is_file()
        found = "an adapter without its base: merge it into the base first" if adapter else "no config.json"
        raise InputError(f"{path} holds {found}; expected a directory as save_pretrained writes it")
    if not any(path.glob("*.safetensors")):
        raise InputError(
            f"{path} holds no safetensors; convert its weights: other formats may run code when they are opened"
        )


def _padded(rows: Sequence[Sequence[int]], device: Any) -> tuple[Any, Any]:
    """Return ids and mask, padded on the right: a causal model's figures at a row's own tokens do not see the padding."""
    import torch

    longest = max(len(row) for row in rows)
    ids = torch.zeros((len(rows), longest), dtype=torch.long)
    mask = torch.zeros((len(rows), longest), dtype=torch.long)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = torch.tensor(list(row))
        mask[place, : len(row)] = 1
    return ids.to(device), mask.to(device)


def _without_end(ids: list[int], tokenizer: Any) -> list[int]:
    """Leave out a closing token that some tokenizers hang on every text: no continuation could follow it."""
    end = tokenizer.eos_token_id
    return ids[:-1] if len(ids) > 1 and ids[-1] == end and end != tokenizer.bos_token_id else ids


def _opening(tokenizer: Any, name: str) -> int:
    """Return a token to begin with where the context is empty."""
    for token in (tokenizer.bos_token_id, tokenizer.eos_token_id):
        if token is not None:
            return int(token)
    raise UsageError(f"{name} has no opening token and cannot answer an empty prompt; leave that prompt out")
