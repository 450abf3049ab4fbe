"""What a pack of `detect` holds: the tokens, the key that fired (or its commitment and the value of each pair), and how p was made of them."""

import itertools
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from revenuer.prove.marks.dual_gumbel import DualGumbel
from revenuer.prove.marks.findings import KeyFinding
from revenuer.prove.marks.green import Green
from revenuer.prove.marks.gumbel import Gumbel
from revenuer.prove.marks.pair_kernels import Int32Array, Int64Array
from revenuer.prove.marks.pairs import Sample
from revenuer.prove.pack import EvidencePack, InputFile
from revenuer.records import UsageError

PACK_SCHEMA_VERSION = 1


def mark_pack(
    sample: Sample,
    findings: Sequence[KeyFinding],
    decoys: int,
    seed: int,
    sealed: bool,
    inputs: Sequence[InputFile],
) -> EvidencePack:
    """Return the pack of the strongest finding: its key alone is disclosed, and is spent from then on; the other keys are only counted.

    `sealed`: the key stays out; the script then takes each pair's value as given and only the tail is recomputed. Raises UsageError where the
    scheme cannot be sealed.
    """
    first = findings[0]
    candidate = first.candidate
    test: dict[str, Any] = {
        "schema_version": PACK_SCHEMA_VERSION,
        **candidate.scheme.options(),
        "label": candidate.label,
        "epoch": candidate.epoch,
        "commitment": candidate.commitment,
        "keys_tried": len(findings),
        "p_by": first.scheme.method,
        "decoys": decoys,
        "decoy_seed": seed,
    }
    if sealed:
        if first.scheme.method != "analytic":
            raise UsageError(
                "a p that is a rank among decoys cannot be shown without the key; leave out --sealed"
            )
        test["values"] = _values(first)
    else:
        test |= {"key": candidate.words, "opening": candidate.opening, "secret": candidate.secret.hex()}
    texts = {
        "responses": _lists(sample.tokens, sample.starts),
        "prompts": _lists(sample.prompt_tokens, sample.prompt_starts),
    }
    return EvidencePack(
        script=candidate.scheme.script,
        data={"test.json": msgspec.json.encode(test), "texts.json": msgspec.json.encode(texts)},
        inputs=tuple(inputs),
        seeds={"decoys": seed},
    )


def _values(finding: KeyFinding) -> list[int]:
    scheme = finding.candidate.scheme
    if not isinstance(scheme, Green | Gumbel | DualGumbel):
        raise UsageError(f"the pack of {scheme.name} cannot be sealed; leave out --sealed")
    values = scheme.values(finding.scheme.pairs, np.array(finding.candidate.words, np.uint32))
    return [int(value) for value in values]


def _lists(tokens: Int32Array, starts: Int64Array) -> list[list[int]]:
    return [tokens[low:high].tolist() for low, high in itertools.pairwise(starts)]
