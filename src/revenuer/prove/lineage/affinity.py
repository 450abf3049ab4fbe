"""How alike two models answer the same prompts, in words that few others use there, with the length of the answers taken out.

Everything here treats the projects alike: exchanging two of them exchanges their rows and columns and changes nothing else. That is what makes ranks among projects
valid under exchangeability alone.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revenuer.prove.lineage.terms import PromptTerms

FloatArray = npt.NDArray[np.float64]
LENGTH_TERMS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthFit:
    """What two answers' lengths explain of their similarity. `coefficients`: see `fit_length`. `prompts`: what it was learnt
    on. `mean`: (models, models), the similarity left over on those prompts, averaged: for choices made before the suspect is judged."""

    coefficients: FloatArray
    prompts: tuple[str, ...]
    mean: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Affinity:
    """`prompts`: the prompts that are judged, none of which the fit saw. `residual`: (prompts, models, models), cosine less what the two lengths
    explain. `cosine`: before that."""

    prompts: tuple[str, ...]
    residual: FloatArray
    cosine: FloatArray
    fit: LengthFit

    @property
    def mean(self) -> FloatArray:
        """(models, models): the residual similarity, averaged over the judged prompts."""
        return np.asarray(self.residual.mean(axis=0), np.float64)


def is_for_fitting(prompt_id: str) -> bool:
    """Whether a prompt serves to learn what length explains (and nothing else): by its name alone, about half of them."""
    return hashlib.sha256(prompt_id.encode("utf-8", "surrogatepass")).digest()[0] % 2 == 0


def cosines(prompt: PromptTerms, rows: Sequence[int], projects: Sequence[str]) -> FloatArray:
    """Return the (models, models) cosine of which distinct terms the answers hold, each term weighted by how few projects use it here.

    `rows`: the models to take; `projects`: theirs, in that order. The weight is ln((projects + 1) / (df + 1/2)), where df adds, over projects, the share of
    the project's models that use the term: many models of one project count as one. An answer without terms is similar to none.
    """
    names, project_of = np.unique(np.asarray(projects), return_inverse=True)
    share = 1.0 / np.bincount(project_of)
    taken = [prompt.terms[row] for row in rows]
    flat = np.concatenate(taken)
    owner = np.repeat(np.arange(len(taken)), [terms.size for terms in taken])
    df = np.bincount(flat, weights=share[project_of][owner], minlength=prompt.size)
    squared = np.log((len(names) + 1.0) / (df + 0.5)) ** 2
    norm = np.sqrt(np.bincount(owner, weights=squared[flat], minlength=len(taken)))
    norm[norm == 0.0] = np.inf
    # A term of one model alone adds to its norm and to no product: most terms, so the matrix holds the others only.
    shared = np.bincount(flat, minlength=prompt.size) > 1
    column = np.cumsum(shared) - 1
    kept = shared[flat]
    held = np.zeros((len(taken), int(shared.sum())))
    held[owner[kept], column[flat[kept]]] = 1.0
    inner = (held * squared[shared]) @ held.T
    np.fill_diagonal(inner, np.where(np.isinf(norm), 0.0, norm) ** 2)
    return np.asarray(inner / np.outer(norm, norm), np.float64)


def fit_length(prompts: Mapping[str, PromptTerms], rows: Sequence[int], projects: Sequence[str]) -> LengthFit:
    """Return the least-squares fit of every pair's cosine on the full quadratic in |d| and s, the difference and sum of the two log(1 +
    words): length explains much of how alike two answers are, and a terse model is not a terse teacher's student for that.

    It learns on the prompts of `is_for_fitting` alone. Raises ValueError where there are none.
    """
    fitting = sorted(name for name in prompts if is_for_fitting(name))
    if not fitting:
        raise ValueError("expected prompts to fit on; give more of them")
    pairs = np.triu_indices(len(rows), 1)
    gram, moment = np.zeros((LENGTH_TERMS, LENGTH_TERMS)), np.zeros(LENGTH_TERMS)
    total, terms = np.zeros((len(rows), len(rows))), np.zeros((len(rows), len(rows), LENGTH_TERMS))
    for name in fitting:
        cosine, x = cosines(prompts[name], rows, projects), _length_terms(prompts[name].words[list(rows)])
        gram += x[pairs].T @ x[pairs]
        moment += x[pairs].T @ cosine[pairs]
        total += cosine
        terms += x
    coefficients = np.asarray(np.linalg.lstsq(gram, moment, rcond=None)[0], np.float64)
    mean = (total - terms @ coefficients) / len(fitting)
    return LengthFit(coefficients=coefficients, prompts=tuple(fitting), mean=mean)


def affinity(prompts: Mapping[str, PromptTerms], rows: Sequence[int], projects: Sequence[str]) -> Affinity:
    """Return the affinity of the chosen models on the prompts that `fit_length` does not see.

    `prompts`: prompt id -> the answers of all models; `rows`: places of the chosen ones; `projects`: theirs. Raises ValueError where either half of
    the prompts is empty.
    """
    judged = sorted(name for name in prompts if not is_for_fitting(name))
    if not judged:
        raise ValueError("expected prompts to judge; give more of them")
    fit = fit_length(prompts, rows, projects)
    cosine = np.stack([cosines(prompts[name], rows, projects) for name in judged])
    explained = [_length_terms(prompts[name].words[list(rows)]) @ fit.coefficients for name in judged]
    return Affinity(prompts=tuple(judged), residual=cosine - np.stack(explained), cosine=cosine, fit=fit)


def _length_terms(words: npt.NDArray[np.int64]) -> FloatArray:
    """Return (models, models, LENGTH_TERMS): what the cosine of two answers is regressed on."""
    log = np.log1p(words.astype(np.float64))
    d, s = np.abs(log[:, None] - log[None, :]), log[:, None] + log[None, :]
    return np.stack([np.ones_like(d), d, s, d * d, s * s, d * s], axis=-1)
