"""The evidence pack of an open test: what was staked after each window, and the key; its script recomputes p from these alone."""

import msgspec

from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.pack import EvidencePack
from revenuer.prove.radioactivity.stakes import Stakes

SCRIPT = "radioactivity_open.py"
PACK_SCHEMA_VERSION = 1


def open_pack(
    stakes: Stakes, candidate: Candidate, keys: int, *, served: bool, decoy_seed: int
) -> EvidencePack:
    """Return the pack of the strongest key, which is disclosed and thereby spent; of the other keys only the number is said.

    `test.json`: scheme, key and form; `rows.jsonl`: window, its frequency, tokens, and both models' probabilities of them.
    """
    test = {
        "schema_version": PACK_SCHEMA_VERSION,
        **candidate.scheme.options(),
        "label": candidate.label,
        "epoch": candidate.epoch,
        "commitment": candidate.commitment,
        "key": candidate.words,
        "opening": candidate.opening,
        "secret": candidate.secret.hex(),
        "keys_tried": keys,
        "served": served,
        "counted": stakes.counted,
    }
    return EvidencePack(
        script=SCRIPT,
        data={"test.json": msgspec.json.encode(test), "rows.jsonl": rows_json(stakes)},
        seeds={"decoys": decoy_seed},
    )


def rows_json(stakes: Stakes) -> bytes:
    """Return one line a row."""
    names = ("window", "frequency", "tokens", "suspect", "reference")
    arrays = (stakes.windows, stakes.frequencies, stakes.tokens, stakes.suspect, stakes.reference)
    rows = zip(*(array.tolist() for array in arrays), strict=True)
    return b"".join(msgspec.json.encode(dict(zip(names, row, strict=True))) + b"\n" for row in rows)
