"""A small decoder-only transformer whose key-value cache serves whole batches."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


class Cache:
    """Keys and values of a batch's positions so far, in memory laid out once: growing it piece by piece costs most of the time."""

    def __init__(self, shape: "Shape", rows: int) -> None:
        size = (shape.layers, rows, shape.heads, shape.context, shape.width // shape.heads)
        self.keys, self.values = torch.zeros(size), torch.zeros(size)
        self.length = 0

    def extend(self, layer: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Enter the new positions of a layer and return all of its keys and values. `length` is the caller's to move."""
        end = self.length + key.shape[2]
        self.keys[layer, :, :, self.length : end] = key
        self.values[layer, :, :, self.length : end] = value
        return self.keys[layer, :, :, :end], self.values[layer, :, :, :end]


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

    def forward(self, x: Tensor, layer: int, cache: Cache | None) -> Tensor:
        """Return the new states (rows, positions, width)."""
        rows, positions, width = x.shape
        parts = self.query_key_value(self.before_attention(x)).view(rows, positions, 3, self.heads, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        if cache is not None:
            key, value = cache.extend(layer, key, value)
        if positions == 1:
            weights = torch.softmax(query @ key.transpose(2, 3) / key.shape[3] ** 0.5, -1)
            mixed = weights @ value
        else:
            mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(rows, positions, width))
        wide = functional.gelu(self.widen(self.before_forward(x)))
        out: Tensor = x + self.narrow(wide)
        return out


class Decoder(nn.Module):
    """Tokens to logits; input and output embeddings are one matrix."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.tokens = nn.Embedding(shape.vocabulary, shape.width)
        self.positions = nn.Embedding(shape.context, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.last = nn.LayerNorm(shape.width)

    def states(self, tokens: Tensor, cache: Cache | None = None) -> Tensor:
        """Return the last layer's states (rows, positions, width). A cache that holds positions takes one column of tokens at a time."""
        begin = 0 if cache is None else cache.length
        if begin and tokens.shape[1] != 1:
            raise ValueError(f"expected one new position after {begin}, got {tokens.shape[1]}")
        x = self.tokens(tokens) + self.positions.weight[begin : begin + tokens.shape[1]]
        for layer, block in enumerate(self.blocks):
            x = block(x, layer, cache)
        if cache is not None:
            cache.length += tokens.shape[1]
        states: Tensor = self.last(x)
        return states

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
