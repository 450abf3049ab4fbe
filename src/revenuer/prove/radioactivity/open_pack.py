"""The evidence pack of an open test: what was staked after each window, and the key; its script recomputes p from these alone."""

import msgspec

from revenuer.prove.marks import Scheme
from revenuer.prove.pack import EvidencePack
from revenuer.prove.radioactivity.stakes import Stakes

SCRIPT = "radioactivity_open.py"


def open_pack(
    stakes: Stakes, scheme: Scheme, key: tuple[int, ...], *, served: bool, decoy_seed: int
) -> EvidencePack:
    """Return the pack. `test.json`: scheme, key words and form; `rows.jsonl`: window, tokens, and both models' probabilities of them."""
    choices = {"scheme": scheme.options(), "key": list(key), "served": served}
    return EvidencePack(
        script=SCRIPT,
        data={"test.json": msgspec.json.encode(choices), "rows.jsonl": rows_json(stakes)},
        seeds={"decoys": decoy_seed},
    )


def rows_json(stakes: Stakes) -> bytes:
    """Return one line a row."""
    names = ("window", "tokens", "suspect", "reference")
    arrays = (stakes.windows, stakes.tokens, stakes.suspect, stakes.reference)
    rows = zip(*(array.tolist() for array in arrays), strict=True)
    return b"".join(msgspec.json.encode(dict(zip(names, row, strict=True))) + b"\n" for row in rows)
