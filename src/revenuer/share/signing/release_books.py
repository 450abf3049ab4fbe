"""What the books keep of chains: our own releases, and of each partner's the heads, versions and key statements that were verified."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from revenuer.share.signing.attestation import TYPE, Head, Signer, attest, head_of
from revenuer.share.signing.canonical import read_time, stix_time
from revenuer.share.signing.key_ring import KeyRing
from revenuer.share.signing.verify import Verified, verify_releases

RELEASE_TABLES = (
    "CREATE TABLE IF NOT EXISTS own_release (chain TEXT, sequence INTEGER, sha256 TEXT NOT NULL, created TEXT NOT NULL,"
    " audience TEXT NOT NULL, PRIMARY KEY (chain, sequence)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS seen_release (partner TEXT, chain TEXT, sequence INTEGER, sha256 TEXT NOT NULL, created TEXT NOT NULL,"
    " PRIMARY KEY (partner, chain, sequence)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS attested_version (partner TEXT, object_id TEXT, version TEXT NOT NULL, sha256 TEXT NOT NULL,"
    " PRIMARY KEY (partner, object_id)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS key_statement (number INTEGER PRIMARY KEY, partner TEXT NOT NULL, statement TEXT NOT NULL,"
    " UNIQUE (partner, statement))",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHead:
    """A head that the books hold. `partner`: whose chain it is; None for ours. `audience`: of ours, for whom."""

    partner: str | None
    audience: str | None
    head: Head


def issue(
    books: sqlite3.Connection,
    objects: Iterable[Mapping[str, object]],
    signer: Signer,
    audience: str,
    now: datetime,
) -> dict[str, object]:
    """Return the attestation of a release, with the chain moved on by it in the books: call it inside a transaction (`with books:`) that
    also stores what is released, so that both happen or neither does.

    Two processes that release to one audience at once: the second waits, and fails with sqlite3.IntegrityError rather than fork the chain.
    """
    attestation = attest(objects, signer, own_head(books, signer.chain), now)
    head = head_of(attestation, read_time(str(attestation["created"])))
    books.execute(
        "INSERT INTO own_release VALUES (?, ?, ?, ?, ?)",
        (head.chain, head.sequence, head.sha256, stix_time(head.created), audience),
    )
    return attestation


def own_head(books: sqlite3.Connection, chain: str) -> Head | None:
    """Return the head of one of our chains."""
    row = books.execute(
        "SELECT chain, sequence, sha256, created FROM own_release WHERE chain = ? ORDER BY sequence DESC LIMIT 1",
        (chain,),
    ).fetchone()
    return None if row is None else _head(row)


def check_received(
    books: sqlite3.Connection,
    partner: str,
    pinned: KeyRing,
    objects: Sequence[Mapping[str, object]],
    now: datetime,
) -> Verified:
    """Return what is wrong with all that a partner sent at once (attestations among it), and note in the books what counts.

    Call it inside a transaction. `pinned`: the ring of their JWK set as house.toml names it; statements that they sent earlier are taken from
    the books, so that a revocation, once seen, stays.
    """
    before = pinned.after(_statements(books, partner))
    attestations = [one for one in objects if one.get("type") == TYPE]
    known = _known(books, partner, objects)
    verified = verify_releases(
        attestations, objects, before, partner_head(books, partner), now=now, known=known
    )
    books.executemany(
        "INSERT OR IGNORE INTO seen_release VALUES (?, ?, ?, ?, ?)",
        [(partner, one.chain, one.sequence, one.sha256, stix_time(one.created)) for one in verified.heads],
    )
    rows = [(partner, name, *version) for name, version in verified.attested.items()]
    books.executemany("INSERT OR REPLACE INTO attested_version VALUES (?, ?, ?, ?)", rows)
    books.executemany(
        "INSERT OR IGNORE INTO key_statement (partner, statement) VALUES (?, ?)",
        [(partner, statement) for statement in verified.keys.statements],
    )
    return verified


def partner_head(books: sqlite3.Connection, partner: str) -> Head | None:
    """Return the head of a partner's chain that was verified last."""
    row = books.execute(
        "SELECT chain, sequence, sha256, created FROM seen_release WHERE partner = ? ORDER BY sequence DESC LIMIT 1",
        (partner,),
    ).fetchone()
    return None if row is None else _head(row)


def partner_keys(books: sqlite3.Connection, partner: str, pinned: KeyRing) -> KeyRing:
    """Return a partner's keys: what was pinned, carried on by the statements that they have sent since."""
    return pinned.after(_statements(books, partner))


def known_heads(books: sqlite3.Connection) -> list[KnownHead]:
    """Return all heads in the books, ours first, each chain in its order: two readers may have read to different points."""
    own = books.execute(
        "SELECT chain, sequence, sha256, created, audience FROM own_release ORDER BY audience, sequence"
    )
    found = [KnownHead(partner=None, audience=row[4], head=_head(row[:4])) for row in own]
    seen = books.execute(
        "SELECT chain, sequence, sha256, created, partner FROM seen_release ORDER BY partner, sequence"
    )
    return found + [KnownHead(partner=row[4], audience=None, head=_head(row[:4])) for row in seen]


def differing(ours: Iterable[Head], theirs: Iterable[Head]) -> tuple[list[tuple[Head, Head]], int]:
    """Return the pairs of heads of one chain and number that differ, which shows two views, and how many could be compared at all."""
    by_place = {(head.chain, head.sequence): head for head in ours}
    pairs = [(by_place[place], head) for head in theirs if (place := (head.chain, head.sequence)) in by_place]
    return [(one, other) for one, other in pairs if one.sha256 != other.sha256], len(pairs)


def _known(
    books: sqlite3.Connection, partner: str, objects: Sequence[Mapping[str, object]]
) -> dict[str, tuple[str, str]]:
    names = {str(one.get("id")) for one in objects}
    for one in objects:
        listed = one.get("released") if one.get("type") == TYPE else None
        if isinstance(listed, list):
            names |= {str(entry["id"]) for entry in listed if isinstance(entry, dict) and "id" in entry}
    found: dict[str, tuple[str, str]] = {}
    for name in names:
        row = books.execute(
            "SELECT version, sha256 FROM attested_version WHERE partner = ? AND object_id = ?",
            (partner, name),
        ).fetchone()
        if row is not None:
            found[name] = (row[0], row[1])
    return found


def _statements(books: sqlite3.Connection, partner: str) -> list[str]:
    rows = books.execute("SELECT statement FROM key_statement WHERE partner = ? ORDER BY number", (partner,))
    return [row[0] for row in rows]


def _head(row: tuple[str, int, str, str]) -> Head:
    return Head(chain=row[0], sequence=row[1], sha256=row[2], created=read_time(row[3]))
