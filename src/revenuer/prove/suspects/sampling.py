"""Drawing answers from open weights, each ask from a generator of its own: what is asked beside it or before it changes nothing in the draw."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from revenuer.prove.suspect import Ask

if TYPE_CHECKING:
    from revenuer.prove.suspects.weights import Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How answers are drawn. `temperature` 0 takes the most probable token; `top_p`: the smallest set of tokens with that mass is drawn from."""

    max_tokens: int = 256
    temperature: float = 1.0
    top_p: float = 1.0
    seed: int = 0


def seed_of(seed: int, ask: Ask) -> int:
    """Return the seed of one ask: 63 bits of SHA-256 over the run's seed, the prompt's id and the sample's number."""
    digest = hashlib.sha256(
        f"{seed}\0{ask.sample}\0{ask.prompt_id}".encode("utf-8", "surrogatepass")
    ).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def sampled_tokens(
    weights: "Weights", contexts: Sequence[Sequence[int]], asks: Sequence[Ask]
) -> list[tuple[list[int], bool]]:
    """Return for each ask (its tokens without the closing one, whether the model closed the answer itself).

    Contexts stand padded on the left, so that all go on at the same place.
    """
    import torch

    sampling, device = weights.sampling, weights.model.device
    generators = [torch.Generator(device="cpu").manual_seed(seed_of(sampling.seed, ask)) for ask in asks]
    ends = end_tokens(weights.model, weights.tokenizer)
    width = max(len(context) for context in contexts)
    ids = torch.zeros((len(contexts), width), dtype=torch.long)
    mask = torch.zeros((len(contexts), width), dtype=torch.long)
    for row, context in enumerate(contexts):
        ids[row, width - len(context) :] = torch.tensor(list(context))
        mask[row, width - len(context) :] = 1
    limits = [min(sampling.max_tokens, (weights.longest or 1 << 40) - len(context)) for context in contexts]
    drawn: list[list[int]] = [[] for _ in asks]
    ended, stopped = [False] * len(asks), [False] * len(asks)
    cache: Any = None
    step, mask = ids.to(device), mask.to(device)
    with torch.inference_mode():
        while not all(stopped):
            places = (mask.cumsum(-1) - 1).clamp(0, (weights.longest or 1 << 40) - 1)[:, -step.shape[1] :]
            out = weights.model(
                input_ids=step,
                attention_mask=mask,
                position_ids=places,
                past_key_values=cache,
                use_cache=True,
            )
            cache = out.past_key_values
            rows = out.logits[:, -1].float().cpu()
            chosen = [_draw(row, sampling, own) for row, own in zip(rows, generators, strict=True)]
            for row, token in enumerate(chosen):
                if stopped[row]:
                    continue
                ended[row] = token in ends
                if not ended[row]:
                    drawn[row].append(token)
                stopped[row] = ended[row] or len(drawn[row]) >= limits[row]
            step = torch.tensor(chosen, device=device)[:, None]
            mask = torch.cat([mask, torch.ones_like(step)], dim=1)
    return list(zip(drawn, ended, strict=True))


def end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    """Return the tokens that close an answer, as the model's generation settings and its tokenizer name them."""
    named = getattr(model.generation_config, "eos_token_id", None)
    several = named if isinstance(named, list) else [named]
    return frozenset(int(token) for token in (*several, tokenizer.eos_token_id) if token is not None)


def _draw(logits: Any, sampling: Sampling, generator: Any) -> int:
    """Return one token. `logits`: float32, one a token of the vocabulary."""
    import torch

    if sampling.temperature == 0.0:
        return int(logits.argmax())
    chances = torch.softmax(logits / sampling.temperature, dim=-1)
    if sampling.top_p < 1.0:
        ordered, places = chances.sort(descending=True)
        beyond = ordered.cumsum(0) - ordered >= sampling.top_p
        ordered[beyond] = 0.0
        return int(places[torch.multinomial(ordered, 1, generator=generator)])
    return int(torch.multinomial(chances, 1, generator=generator))
