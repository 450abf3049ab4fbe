"""A small marked text and what `detect` says of it: a real verdict with a real pack, for tests of what becomes of them."""

from datetime import date

import numpy as np

from revenuer.prove.marks.candidate import derived_candidate
from revenuer.prove.marks.detect import DetectOptions, detect
from revenuer.prove.marks.green import Green
from revenuer.prove.marks.pairs import sample_of
from revenuer.prove.marks.write import write_marked
from revenuer.prove.pack import EvidencePack, InputFile
from revenuer.records.suspect_verdict import SuspectVerdict

PROMPTS = InputFile(name="prompts.jsonl", size=12, sha256="12" * 32)


def detected(
    alpha: float,
    *,
    marked: bool,
    answers: int = 10,
    suspect: str = "acme-7b",
    inputs: tuple[InputFile, ...] = (PROMPTS,),
) -> tuple[SuspectVerdict, EvidencePack]:
    """Return the verdict on `answers` texts of 60 tokens out of 40, drawn under one green-list key where they are `marked`."""
    rng = np.random.default_rng(7)
    scheme = Green(width=1, delta=4.0)
    candidate = derived_candidate(b"m" * 32, scheme, "campaign:C-17", date(2026, 3, 1))
    texts = [
        write_marked(scheme if marked else None, candidate.words, lambda _: rng.normal(size=40), 60, rng)
        for _ in range(answers)
    ]
    verdict, pack = detect(
        sample_of(texts), [candidate], DetectOptions(seed=0, alpha=alpha, decoys=199), suspect, inputs
    )
    assert pack is not None
    return verdict, pack
