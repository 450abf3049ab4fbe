"""One operator's accounts, whose requests are sampled each by itself or with seeds that they share."""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from degrade_lab.prose import LENGTH, PROMPT, RESPONSE, VOCABULARY, Tokens, with_fillers
from prove_lab.model import Decoder
from prove_lab.sample import sample
from revenuer.guard.shared_seed import shared_seed

SECRET = b"the secret of this experiment"


class SeededSampling:
    """Draws as serving engines do: the likeliest word after Gumbel noise, which a request's seed alone decides. Source: E. J. Gumbel 1954;
    vLLM's sampler divides by exponential noise, which is the same."""

    def __init__(
        self,
        seeds: npt.NDArray[np.int64],
        places: int,
        words: int,
        prompt: int,
        begun: npt.NDArray[np.int64] | int = 0,
    ) -> None:
        """`places`: of an answer; `prompt`: length of what comes before it. `begun`: words that an answer had before, by which its noise
        is further on."""
        distinct, which = np.unique(seeds, return_inverse=True)
        self._begun = np.broadcast_to(begun, len(seeds))
        places += int(self._begun.max())
        noise = [np.random.default_rng(seed).gumbel(size=(places, words)) for seed in distinct]
        self._prompt = prompt
        self._noise = np.asarray(noise, np.float32)
        self._which = which

    def choose(self, rows: Tokens, so_far: Tokens, logprobs: Tensor) -> Tensor:
        """Return one word a row."""
        place = so_far.shape[1] - self._prompt + self._begun[rows]
        return torch.argmax(logprobs + torch.from_numpy(self._noise[self._which[rows], place]), 1)


def ask(
    teacher: Decoder,
    asked: Tokens,
    shared: str,
    seed: int,
    preamble: int = 0,
    temperature: float = 1.0,
) -> Tokens:
    """Return the teacher's answers to requests of one operator. `shared`: `off`, `prompt` or `operator`, as in the guard's policy.

    `preamble`: each answer is asked for with fewer than so many other words before it, a number drawn for each. Assumes that the teacher
    obeys and that those words change nothing else, which favours the attacker.
    """
    rng = np.random.default_rng((seed, 5))
    begun = rng.integers(0, preamble, len(asked)) if preamble else 0
    if shared == "off":
        seeds = np.random.default_rng(seed).integers(0, 2**31, len(asked))
    else:
        words = [" ".join(f"w{word}" for word in prompt) for prompt in asked]
        told = [word if shared == "prompt" else None for word in words]
        seeds = np.array([shared_seed(SECRET, f"operator {seed}", prompt, 0) for prompt in told])
    return sample(
        teacher,
        asked,
        LENGTH,
        SeededSampling(seeds, RESPONSE, VOCABULARY, PROMPT, begun),
        temperature=temperature,
    )


def prompts_of(strategy: str, pool: Tokens, accounts: int, each: int, rng: np.random.Generator) -> Tokens:
    """Return what `accounts` accounts ask, `each` prompts an account: `same`: all the same; `nonce`: the same, each under a filler of the
    account's own; `split`: each account others."""
    if strategy == "split":
        return pool[: accounts * each]
    first = pool[:each]
    later = [with_fillers(first, rng) if strategy == "nonce" else first for _ in range(accounts - 1)]
    return np.concatenate([first, *later])


def distinct_share_lost(teacher: Decoder, prompts: Tokens, shared: str, seed: int, again: int = 8) -> float:
    """Return the share of different answers that an honest user loses who asks each prompt `again` times."""
    asked = np.repeat(prompts, again, 0)
    counts = [
        np.mean(
            [
                len(np.unique(told, axis=0))
                for told in ask(teacher, asked, how, seed).reshape(len(prompts), again, -1)
            ]
        )
        for how in ("off", shared)
    ]
    return float(1.0 - counts[1] / counts[0])
