"""Puts the laboratory's models to the tests of `revenuer.prove` and keeps one line of figures for each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from scipy import stats

from prove_lab.corpus import Tokens
from prove_lab.model import Decoder
from prove_lab.study import Study
from prove_lab.suspect import LabSuspect, RememberingScorer, as_text
from revenuer.prove.marks import decoy_keys, distinct_pairs, sample_of
from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.marks.detect import DetectOptions
from revenuer.prove.marks.scheme import Scheme
from revenuer.prove.radioactivity import OpenOptions, closed_test, counted_test, open_test
from revenuer.prove.twins.audit import AuditOptions, audit
from revenuer.prove.twins.lots import released_of
from revenuer.prove.twins.twin_record import TwinRecord
from revenuer.records.suspect_verdict import SuspectVerdict

DECOYS = 199
NULL_KEYS = 400
WINDOWS = {1: 4000, 2: 6000, 4: 6000}
KEPT = {1: 256, 2: 64, 4: 64}
CONTEXTS = 1000
"""Texts that contexts free of the keys are taken from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One test of one suspect. `share`: of the training records that carry what is looked for (twins: of the audited records that were trained
    on). `n`: pairs, windows or records."""

    student: str
    test: str
    scheme: str
    share: float
    log10_p: float
    z: float | None
    n: int
    more: dict[str, Any] = field(default_factory=dict)


def closed(name: str, own: Tokens, candidate: Candidate, share: float, prompt_length: int) -> Line:
    """Return what the suspect's own text (answers to prompts of ours) says of one key."""
    sample = sample_of(list(own[:, prompt_length:]), list(own[:, :prompt_length]))
    verdict, _ = closed_test(sample, [candidate], DetectOptions(seed=1, decoys=DECOYS), name)
    first = verdict.details["keys"][0]
    scheme = verdict.details["schemes"][0]
    return _line(
        name,
        "closed",
        candidate.scheme,
        share,
        verdict,
        first["z"],
        verdict.n["pairs"],
        inflation=scheme["inflation"],
    )


def counted(
    study: Study, name: str, own: Tokens, reference: Decoder, keys: Sequence[Candidate], share: float
) -> Line:
    """Return what the suspect's own text says against what our unmarked student expects in its contexts."""
    scheme, prompt = keys[0].scheme, study.prompt_length
    exchanges = [(row[:prompt].tolist(), row[prompt:].tolist()) for row in own]
    options = OpenOptions(windows=WINDOWS[scheme.width], kept=KEPT[scheme.width], decoys=DECOYS)
    verdict, _ = counted_test(exchanges, name, LabSuspect("shadow", reference), keys, options, seed=2)
    first = verdict.details["keys"][0]
    inflation = verdict.details["decoys_inflation"]
    more = {"named": verdict.details["named"], **_strongest(verdict)} if len(keys) > 1 else {}
    return _line(
        name,
        "closed, reference",
        scheme,
        share,
        verdict,
        first["z"],
        verdict.n["windows"],
        inflation=inflation,
        **more,
    )


def _strongest(verdict: SuspectVerdict) -> dict[str, Any]:
    return {"strongest_z": {row["label"]: round(row["z"], 1) for row in verdict.details["keys"][:5]}}


def opened(
    study: Study,
    name: str,
    model: Decoder,
    reference: Decoder,
    candidate: Candidate,
    share: float,
    *,
    served: bool,
) -> Line:
    """Return what the suspect's next-token distribution says of one key. Free contexts are the unreleased twins'; served ones the marked log."""
    verdict = _open(study, name, model, reference, [candidate], served)
    first = verdict.details["keys"][0]
    form = "open, served contexts" if served else "open, free contexts"
    inflation = verdict.details["decoys_inflation"]
    return _line(
        name, form, candidate.scheme, share, verdict, first["z"], verdict.n["windows"], inflation=inflation
    )


def named_accounts(
    study: Study, name: str, model: Decoder, reference: Decoder, leaking: Sequence[int]
) -> Line:
    """Return which of the 64 accounts the weights name. z are of the 50 strongest keys, which the verdict lists."""
    verdict = _open(study, name, model, reference, study.accounts, served=False)
    z = {row["label"]: row["z"] for row in verdict.details["keys"]}
    guilty = {f"account:{i}": z.get(f"account:{i}") for i in leaking}
    others = [value for label, value in z.items() if label not in guilty]
    more = {
        "named": verdict.details["named"],
        "leaking_z": guilty,
        "largest_innocent_z": max(others),
        "inflation": verdict.details["decoys_inflation"],
    }
    return _line(
        name,
        "accounts",
        study.accounts[0].scheme,
        0.0,
        verdict,
        max(z.values()),
        verdict.n["windows"],
        **more,
    )


def twins(
    study: Study, suspect: RememberingScorer, rows: Sequence[int], share: float, *, reference: bool = True
) -> Line:
    """Return what the likelihoods of released answers and unreleased twins say, for these records of the log."""
    prompt = study.prompt_length
    seed = study.seed.to_bytes(32, "big")
    records = []
    for i in rows:
        released, twin = (study.texts[which][i] for which in ("released", "twin"))
        lot = released_of(seed, i, 2)
        texts = (as_text(released[prompt:]), as_text(twin[prompt:]))
        records.append(
            TwinRecord(
                index=i,
                campaign="log",
                prompt=as_text(released[:prompt]),
                texts=texts if lot == 0 else texts[::-1],
                released=lot,
            )
        )
    base = study.scorers["base"] if reference else None
    options = AuditOptions(with_texts=False)
    verdict, _ = audit(records, suspect, base, options, teacher=study.scorers["teacher"])
    test = "twins" if reference else "twins, base not known"
    effect = verdict.effect.value if verdict.effect is not None else None
    return Line(
        student=suspect.name,
        test=test,
        scheme="",
        share=share,
        log10_p=_p(verdict),
        z=None,
        n=len(records),
        more={"nats_per_record": effect, "floor": verdict.floor},
    )


def null_spread(name: str, own: Tokens, scheme: Scheme, prompt_length: int) -> dict[str, Any]:
    """Return how the z of keys that marked nothing spread on a suspect's own text: standard deviation, mean, and the p of a Kolmogorov-Smirnov
    test of their exact p-values for uniformity."""
    sample = sample_of(list(own[:, prompt_length:]), list(own[:, :prompt_length]))
    pairs = distinct_pairs(sample, scheme.width)
    statistics = scheme.statistics(pairs, decoy_keys(77, NULL_KEYS, scheme.key_words))
    z = scheme.z(statistics, pairs.n)
    p = [10.0 ** scheme.log10_p(float(value), pairs.n) for value in statistics]
    return {
        "student": name,
        "scheme": f"{scheme.name} {scheme.width}",
        "sd": float(z.std(ddof=1)),
        "mean": float(z.mean()),
        "ks_p": float(stats.kstest(p, "uniform").pvalue),
        "pairs": pairs.n,
    }


def _open(
    study: Study, name: str, model: Decoder, reference: Decoder, keys: Sequence[Candidate], served: bool
) -> SuspectVerdict:
    scheme = keys[0].scheme
    texts = study.texts[f"{scheme.name} {scheme.width}"] if served else study.texts["twin"][:CONTEXTS]
    prompt = study.prompt_length
    exchanges = [(row[:prompt].tolist(), row[prompt:].tolist()) for row in texts]
    options = OpenOptions(
        served=served,
        windows=WINDOWS[scheme.width],
        kept=KEPT[scheme.width],
        longest=study.length,
        decoys=DECOYS,
    )
    verdict, _ = open_test(
        exchanges, LabSuspect(name, model), LabSuspect("shadow", reference), keys, options, seed=2
    )
    return verdict


def _line(
    name: str,
    test: str,
    scheme: Scheme,
    share: float,
    verdict: SuspectVerdict,
    z: float,
    n: int,
    **more: Any,
) -> Line:
    return Line(
        student=name,
        test=test,
        scheme=f"{scheme.name} {scheme.width}",
        share=share,
        log10_p=_p(verdict),
        z=z,
        n=n,
        more=more,
    )


def _p(verdict: SuspectVerdict) -> float:
    if verdict.log10_p is None:
        raise ValueError(f"{verdict.suspect} was not evaluated: {verdict.reason}")
    return verdict.log10_p
