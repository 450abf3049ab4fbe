"""One entry of the audit log, its canonical text and its hash: what an outsider needs to verify the chain."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields

AUDIT_VERSION = 1
"""`schema_version` of every entry."""

GENESIS = "0" * 64
"""What the first entry names as the hash of the one before it."""

EVENTS = (
    "imposed",
    "extended",
    "changed",
    "expired",
    "withdrawn",
    "lifted",
    "unreadable",
    "policy",
    "index",
    "started_empty",
    "marked",
)
"""What an entry can be about. The first seven and the last concern one account, the others the whole guard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change that a customer could feel, or what it rests on. Times in microseconds since 1970 UTC.

    `time`: when the journal was told. `actor`: the owner who asked for it, `guard` where a rule did. `since`, `until`: the measure's.
    `log10_e`: evidence with three decimals, as text, so that no reader's floating-point printer matters. `rule`: the policy's, that the
    measure follows from. `shadow`: it was taken in shadow mode, and the customer felt nothing. `digest`: in hex, of the policy (SHA-256) or
    index (the BLAKE2b-256 that its file ends with) in force. `seq` counts from 1, `previous` is the hash of the entry before; both are
    set when the entry is placed in the chain.
    """

    time: int
    event: str
    actor: str
    reason: str
    account: str | None = None
    action: str | None = None
    operator: str | None = None
    log10_e: str | None = None
    rule: str | None = None
    shadow: bool | None = None
    since: int | None = None
    until: int | None = None
    digest: str | None = None
    seq: int = 0
    previous: str = GENESIS
    schema_version: int = AUDIT_VERSION


ENTRY_FIELDS = frozenset(item.name for item in fields(AuditEntry))
"""Every entry has exactly these members."""


def canonical(entry: dict[str, object]) -> bytes:
    """Return the text that is hashed: JSON with sorted keys, no spaces, UTF-8, nothing escaped that JSON allows as it is.

    For the members of an entry (ASCII names, strings, integers, null) this is RFC 8785. Raises UnicodeEncodeError on a lone surrogate.
    """
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(text: bytes) -> str:
    """Return the SHA-256 of `text` in lower-case hex."""
    return hashlib.sha256(text).hexdigest()


def sealed(entry: AuditEntry) -> tuple[str, str]:
    """Return the line of the log that holds `entry`, and the entry's hash.

    The line is `{"entry":CANONICAL,"sha256":HASH}`, itself canonical.
    """
    text = canonical(asdict(entry))
    digest = digest_of(text)
    return f'{{"entry":{text.decode()},"sha256":"{digest}"}}', digest
