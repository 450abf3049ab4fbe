"""The JSON that tells a server what to mark with, and a detector what to look for: scheme, options, key."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.marks.prf import WORDS
from revenuer.prove.marks.scheme import Scheme
from revenuer.prove.marks.scheme_names import OURS, make_scheme
from revenuer.records import InputError, UsageError

KEY_SCHEMA_VERSION = 1
OWN_FIELDS = frozenset({"schema_version", "scheme", "label", "epoch", "key", "commitment"})


def key_document(candidate: Candidate) -> dict[str, Any]:
    """Return what a server needs to mark with: the scheme's options and the key's words. It is a secret."""
    return {
        "schema_version": KEY_SCHEMA_VERSION,
        **candidate.scheme.options(),
        "label": candidate.label,
        "epoch": candidate.epoch,
        "key": list(candidate.words),
        "commitment": candidate.commitment,
    }


def read_keys(path: Path, schemes: Mapping[str, type[Scheme]] = OURS) -> list[Candidate]:
    """Return the candidates of a file of such documents, one a line. Raises InputError where one is none, with its line."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError(
            f"cannot read the keys {path}: {error.strerror}; name a file that you can read"
        ) from error
    found = [_candidate(path, i, line, schemes) for i, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise InputError(f"{path} holds no key; make one with: revenuer prove mark derive")
    return found


def _candidate(path: Path, line: int, raw: bytes, schemes: Mapping[str, type[Scheme]]) -> Candidate:
    remedy = "make it with: revenuer prove mark derive"
    try:
        document = msgspec.json.decode(raw, type=dict[str, Any])
        name, label, key = document["scheme"], document.get("label", "unnamed"), document["key"]
        options = {option: value for option, value in document.items() if option not in OWN_FIELDS}
        scheme = make_scheme(name, options, schemes)
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise InputError(f"{path}, line {line}, is no key document ({error}); {remedy}") from error
    except UsageError as error:
        raise InputError(f"{path}, line {line}: {error}") from error
    words = isinstance(key, list) and all(type(word) is int and 0 <= word < WORDS for word in key)
    if not words or len(key) != scheme.key_words or not isinstance(label, str):
        raise InputError(
            f"{path}, line {line}: expected a label and a key of {scheme.key_words} words of 32 bits, got {str(key)[:80]}; {remedy}"
        )
    return Candidate(
        label=label,
        scheme=scheme,
        words=tuple(key),
        epoch=str(document.get("epoch", "")),
        commitment=str(document.get("commitment", "")),
    )
