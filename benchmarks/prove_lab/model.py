"""A small decoder-only transformer whose key-value cache serves whole batches."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

Cache = list[tuple[Tensor, Tensor]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The sizes of a decoder. `context`: the most tokens it sees."""

    vocabulary: int
    context: int = 96
    width: int = 128
    layers: int = 3
    heads: int = 4


STUDENT_WIDTH, TEACHER_WIDTH = 128, 192


class Block(nn.Module):
    """Attention and a feed-forward layer, each on a normalised copy and added (pre-norm)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.before_attention = nn.LayerNorm(shape.width)
        self.query_key_value = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.out = nn.Linear(shape.width, shape.width, bias=False)
        self.before_forward = nn.LayerNorm(shape.width)
        self.widen = nn.Linear(shape.width, 4 * shape.width, bias=False)
        self.narrow = nn.Linear(4 * shape.width, shape.width, bias=False)

    def forward(self, x: Tensor, past: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Return the new states (rows, positions, width) and the keys and values so far."""
        rows, positions, width = x.shape
        parts = self.query_key_value(self.before_attention(x)).view(rows, positions, 3, self.heads, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        if past is not None:
            key, value = torch.cat((past[0], key), 2), torch.cat((past[1], value), 2)
        # With a past there is one new position, which may see everything.
        mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=past is None)
        x = x + self.out(mixed.transpose(1, 2).reshape(rows, positions, width))
        x = x + self.narrow(functional.gelu(self.widen(self.before_forward(x))))
        return x, (key, value)


class Decoder(nn.Module):
    """Tokens to logits; input and output embeddings are one matrix."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.tokens = nn.Embedding(shape.vocabulary, shape.width)
        self.positions = nn.Embedding(shape.context, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.last = nn.LayerNorm(shape.width)

    def states(self, tokens: Tensor, past: Cache | None = None) -> tuple[Tensor, Cache]:
        """Return the last layer's states (rows, positions, width) and the cache. With `past`, `tokens` has one column."""
        begin = 0 if past is None else past[0][0].shape[2]
        x = self.tokens(tokens) + self.positions.weight[begin : begin + tokens.shape[1]]
        cache: Cache = []
        for i, block in enumerate(self.blocks):
            x, kept = block(x, None if past is None else past[i])
            cache.append(kept)
        return self.last(x), cache

    def logits(self, states: Tensor) -> Tensor:
        """Return logits (..., vocabulary) of states (..., width)."""
        return functional.linear(states, self.tokens.weight)

    @property
    def parameters_count(self) -> int:
        """How many numbers training sets."""
        return sum(p.numel() for p in self.parameters())


def new_decoder(shape: Shape, seed: int) -> Decoder:
    """Return an untrained decoder: the same for the same seed, whatever was drawn before."""
    generator = torch.Generator().manual_seed(seed)
    model = Decoder(shape)
    for name, parameter in model.named_parameters():
        if parameter.ndim == 1:
            nn.init.constant_(parameter, 1.0 if name.endswith("weight") else 0.0)
        else:
            deep = name.endswith(("out.weight", "narrow.weight"))
            spread = 0.02 / (2 * shape.layers) ** 0.5 if deep else 0.02
            nn.init.normal_(parameter, 0.0, spread, generator=generator)
    return model
