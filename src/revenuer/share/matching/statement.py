"""What a server says of its set, signed with its house's key: which key, which revision, which bytes. The client trusts nothing else."""

import hashlib
from datetime import datetime
from pathlib import Path

import msgspec

from revenuer.records import InputError
from revenuer.share.matching.bands import BANDS, LEAST_SPANS, ROWS
from revenuer.share.matching.bands import VERSION as BANDS_VERSION
from revenuer.share.matching.fault import MatchFault
from revenuer.share.matching.match_key import key_id_of
from revenuer.share.matching.ristretto import checked_element
from revenuer.share.matching.table import KEY_ID_BYTES, MOST_ROWS, size_of
from revenuer.share.matching.voprf import SUITE
from revenuer.share.signing.canonical import canonical
from revenuer.share.signing.jws import MATCH_SET, detached, is_signed
from revenuer.share.signing.key_ring import KeyRing
from revenuer.share.signing.own_keys import PrivateKey

STATEMENT_VERSION = 1
STATEMENT_FILE = "statement.json"
MOST_BYTES = 16_384


class SetStatement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hex for keys, ids and hashes. `house`: STIX id of the server's identity. `made_at`: UTC. `budget_per_day`: elements that the partner may
    have evaluated in a day. `marking`: TLP label of all that a match reveals. `bands`: how prompt families are cut."""

    schema_version: int
    suite: str
    house: str
    key_id: str
    public_key: str
    revision: int
    rows: int
    sha256: str
    made_at: datetime
    budget_per_day: int
    marking: str
    bands: dict[str, int]

    @property
    def size(self) -> int:
        """Bytes of the set file."""
        return size_of(self.rows)


class SignedStatement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement with the detached JWS over its RFC 8785 form."""

    statement: SetStatement
    signature: str


def family_cut() -> dict[str, int]:
    """Return how this version cuts prompt families into bands: both sides must do alike."""
    return {"version": BANDS_VERSION, "bands": BANDS, "rows": ROWS, "least_spans": LEAST_SPANS}


def new_statement(
    *,
    house: str,
    public_key: bytes,
    revision: int,
    rows: int,
    path: Path,
    made_at: datetime,
    budget_per_day: int,
    marking: str,
) -> SetStatement:
    """Return the statement about the set file at `path`."""
    with open(path, "rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return SetStatement(
        schema_version=STATEMENT_VERSION,
        suite=SUITE.decode(),
        house=house,
        key_id=key_id_of(public_key).hex(),
        public_key=public_key.hex(),
        revision=revision,
        rows=rows,
        sha256=digest,
        made_at=made_at,
        budget_per_day=budget_per_day,
        marking=marking,
        bands=family_cut(),
    )


def signed_statement(statement: SetStatement, key: PrivateKey) -> bytes:
    """Return what is published."""
    payload = canonical(msgspec.to_builtins(statement))
    signature = detached(key.sign(payload, MATCH_SET))
    return msgspec.json.encode(SignedStatement(statement=statement, signature=signature))


def read_statement(raw: bytes) -> SetStatement:
    """Return the statement without a look at its signature: for our own. Raises InputError for bytes that hold none."""
    return _decoded(raw).statement


def verified_statement(raw: bytes, keys: KeyRing, now: datetime) -> SetStatement:
    """Return a partner's statement. Raises MatchFault unless one of the partner's keys signed it and all in it fits together."""
    try:
        signed = _decoded(raw)
        payload = canonical(msgspec.to_builtins(signed.statement))
        key = keys.key_for(signed.signature, signed.statement.made_at)
        if not is_signed(payload, signed.signature, key, MATCH_SET):
            raise InputError("its signature is not over this content")
    except MatchFault:
        raise
    except InputError as error:
        raise MatchFault(f"the partner's statement about their set does not count: {error}") from error
    _check(signed.statement, now)
    return signed.statement


def _check(statement: SetStatement, now: datetime) -> None:
    if statement.schema_version != STATEMENT_VERSION or statement.suite != SUITE.decode():
        raise MatchFault(
            f"the partner's set is of version {statement.schema_version}, suite {statement.suite[:40]}; this program"
            f" knows version {STATEMENT_VERSION}, suite {SUITE.decode()}: upgrade whichever is older"
        )
    try:
        public = checked_element(bytes.fromhex(statement.public_key), "the partner's public key")
    except ValueError as error:
        raise MatchFault("the partner's public key is no hex; conclude nothing from it") from error
    if key_id_of(public).hex() != statement.key_id or len(statement.key_id) != 2 * KEY_ID_BYTES:
        raise MatchFault("the partner's key id is not that of the public key; conclude nothing from it")
    if not 0 <= statement.rows <= MOST_ROWS or statement.revision < 1:
        raise MatchFault(
            f"the partner's set has {statement.rows} rows in revision {statement.revision}: out of bounds"
        )
    if statement.made_at.tzinfo is None or statement.made_at > now:
        raise MatchFault("the partner's set is of a time that has not come, or has no zone: set the clocks")


def _decoded(raw: bytes) -> SignedStatement:
    if len(raw) > MOST_BYTES:
        raise MatchFault(f"the statement about a set has {len(raw)} bytes, the most is {MOST_BYTES}")
    try:
        return msgspec.json.decode(raw, type=SignedStatement)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MatchFault(f"this is no statement about a set: {error}; conclude nothing from it") from error
