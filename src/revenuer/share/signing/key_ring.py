"""Whose signatures count: a house's keys as a partner pinned them, carried forward by statements that those keys signed."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from revenuer.records import InputError
from revenuer.share.signing.canonical import canonical
from revenuer.share.signing.jws import KEY_STATEMENT, header_of, is_signed, payload_of
from revenuer.share.signing.public_key import PublicKey, read_key

MOST_STATEMENTS = 1000


class KeyStatement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one key says of keys. `introduction`: `key` succeeds the signer, whose own signatures count until `signer_exp`. `revocation`: what
    the key `kid` signed counts no longer, unless it was verified before."""

    type: Literal["introduction", "revocation"]
    time: int
    key: PublicKey | None = None
    signer_exp: int | None = None
    kid: str | None = None
    reason: str | None = None


class JwkSet(msgspec.Struct, frozen=True, kw_only=True):
    """A published set: keys, and statements oldest first."""

    keys: list[dict[str, object]]
    statements: list[str] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """A house's keys by kid; which succeeded which; which were revoked, and why; and the statements that say so, in the order taken."""

    keys: dict[str, PublicKey]
    successor: dict[str, str] = field(default_factory=dict)
    revoked: dict[str, str] = field(default_factory=dict)
    statements: tuple[str, ...] = ()

    def after(self, statements: Iterable[str]) -> "KeyRing":
        """Return the ring that these statements lead to; those already taken change nothing.

        Raises InputError for a statement by an unknown or revoked key, a second successor of one key (its secret is in two hands), or a
        revocation by a key that neither is nor succeeded the revoked one.
        """
        ring = self
        for statement in statements:
            if statement not in ring.statements:
                if len(ring.statements) >= MOST_STATEMENTS:
                    raise InputError(
                        f"more than {MOST_STATEMENTS} key statements; ask the partner for a new JWK set"
                    )
                ring = ring._took(statement)
        return ring

    def key_for(self, signature: str, at: datetime) -> PublicKey:
        """Return the key that `signature` names. Raises InputError where it is unknown, revoked, or not valid at this time."""
        kid = header_of(signature)["kid"]
        if kid not in self.keys:
            raise InputError(
                f"signed by the key {kid[:64]}, which is not among the partner's; ask them for their JWK set"
            )
        if kid in self.revoked:
            raise InputError(f"signed by the key {kid}, which was revoked: {self.revoked[kid]}")
        key = self.keys[kid]
        if not key.is_valid(at):
            raise InputError(
                f"signed at {at:%Y-%m-%d %H:%M:%SZ} by the key {kid}, which counts from {_day(key.nbf)} until {_day(key.exp)} only"
            )
        return key

    def _took(self, compact: str) -> "KeyRing":
        statement = _statement(compact)
        signer = self.keys.get(header_of(compact)["kid"])
        if signer is None or not is_signed(payload_of(compact), compact, signer, KEY_STATEMENT):
            raise InputError(
                "a key statement is not signed by a known key of the partner; ask them for their JWK set"
            )
        if statement.type == "revocation":
            return self._revoked_by(signer, statement, compact)
        if signer.kid in self.revoked:
            raise InputError(
                f"the revoked key {signer.kid} introduces another; ask the partner by another way which keys are theirs"
            )
        if not signer.is_valid(datetime.fromtimestamp(statement.time, UTC)):
            raise InputError(f"the key {signer.kid} introduces another at a time when it does not count")
        return self._introduced_by(signer, statement, compact)

    def _introduced_by(self, signer: PublicKey, statement: KeyStatement, compact: str) -> "KeyRing":
        if statement.key is None or statement.signer_exp is None:
            raise InputError("a key's introduction lacks the key, or the end of the old one")
        key = read_key(msgspec.to_builtins(statement.key))
        known = self.successor.get(signer.kid)
        if known not in (None, key.kid):
            raise InputError(
                f"the key {signer.kid} names two successors, {known} and {key.kid}: its secret is in two hands; ask the partner by another way"
            )
        if signer.kid == key.kid or signer.kid in self._successors(key.kid):
            raise InputError(f"the key {signer.kid} introduces {key.kid}, which it came after itself")
        ended = msgspec.structs.replace(signer, exp=min(signer.exp, statement.signer_exp))
        return replace(
            self,
            keys={**self.keys, key.kid: self.keys.get(key.kid, key), signer.kid: ended},
            successor={**self.successor, signer.kid: key.kid},
            statements=(*self.statements, compact),
        )

    def _revoked_by(self, signer: PublicKey, statement: KeyStatement, compact: str) -> "KeyRing":
        kid = statement.kid or ""
        if kid not in self.keys:
            raise InputError("a revocation names a key that is not the partner's")
        if signer.kid != kid and (signer.kid in self.revoked or signer.kid not in self._successors(kid)):
            raise InputError(f"the key {signer.kid} may not revoke {kid}: it neither is it nor succeeded it")
        revoked = {**self.revoked, kid: statement.reason or "no reason given"}
        return replace(self, revoked=revoked, statements=(*self.statements, compact))

    def _successors(self, kid: str) -> set[str]:
        found: set[str] = set()
        while kid in self.successor and self.successor[kid] not in found:
            kid = self.successor[kid]
            found.add(kid)
        return found


def read_jwk_set(raw: bytes) -> KeyRing:
    """Return the ring of a published JWK set: its keys are taken at its word, since a partner handed it over. Raises InputError for bytes that
    are none, an empty set, or statements that do not fit."""
    try:
        found = msgspec.json.decode(raw, type=JwkSet)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(
            f"this is no JWK set: {error}; expected what `revenuer share key show --public` prints"
        ) from error
    if not found.keys:
        raise InputError(
            "the JWK set is empty; ask the partner for what `revenuer share key show --public` prints"
        )
    keys = [read_key(key) for key in found.keys]
    return KeyRing(keys={key.kid: key for key in keys}).after(found.statements)


def read_jwk_file(path: Path) -> KeyRing:
    """Return the ring of a partner's JWK set. Raises InputError, naming the file."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot read the partner's keys {path}: {error.strerror}; name their JWK set in house.toml"
        ) from error
    try:
        return read_jwk_set(raw)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def statement_bytes(statement: KeyStatement) -> bytes:
    """Return what is signed."""
    return canonical(msgspec.to_builtins(statement))


def _statement(compact: str) -> KeyStatement:
    try:
        return msgspec.json.decode(payload_of(compact), type=KeyStatement)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"a key statement cannot be read: {error}") from error


def _day(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"
