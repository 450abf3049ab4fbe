"""A key that a text is tried with, and the name that is said when it fires."""

from dataclasses import dataclass
from datetime import date

from revenuer.prove.marks.keys import derive_key
from revenuer.prove.marks.scheme import Scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`label`: whose mark it is. `words`: the key's 32-bit words. `epoch`: empty where the key was not derived. `secret`, `opening`: what
    the commitment hashes, SHA-256(opening + secret); empty where the key was given as it is."""

    label: str
    scheme: Scheme
    words: tuple[int, ...]
    epoch: str = ""
    opening: str = ""
    secret: bytes = b""
    commitment: str = ""


def derived_candidate(master: bytes, scheme: Scheme, label: str, epoch: date) -> Candidate:
    """Return the candidate whose key is derived from the master. Raises InputError for a label of another form."""
    key = derive_key(master, scheme.name, label, epoch)
    return Candidate(
        label=label,
        scheme=scheme,
        words=key.words(scheme.key_words),
        epoch=epoch.isoformat(),
        opening=key.opening,
        secret=key.secret,
        commitment=key.commitment,
    )
