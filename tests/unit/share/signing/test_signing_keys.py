"""Signing keys: made, rotated, revoked, published, and what a partner takes of a published set."""

import json
from pathlib import Path

import msgspec
import pytest

from builders.release_chains import DAY, NOON, Publisher
from revenuer.records import InputError, UsageError
from revenuer.share.signing import (
    KEYS_FILE,
    canonical,
    first_key,
    own_keys_bytes,
    read_jwk_file,
    read_jwk_set,
    read_own_keys,
    revoked,
    rotated,
)
from revenuer.share.signing.jws import KEY_STATEMENT
from revenuer.share.signing.key_ring import KeyStatement, statement_bytes


def kid(own: object, place: int) -> str:
    return str(own.keys[place].public.kid)  # type: ignore[attr-defined]


def test_a_house_rotates_with_an_overlap() -> None:
    own = rotated(first_key(NOON), NOON + 100 * DAY, overlap=30 * DAY)
    old, new = (key.public for key in own.keys)
    assert own.current(NOON + 101 * DAY).public == new
    assert old.is_valid(NOON + 129 * DAY)
    assert not old.is_valid(NOON + 130 * DAY)
    assert new.nbf == int((NOON + 100 * DAY).timestamp())


def test_no_secret_is_published_or_shown() -> None:
    own = rotated(first_key(NOON), NOON)
    for key in own.keys:
        assert key.d not in own.jwk_set().decode()
        assert key.d not in repr(own)
    assert '"d"' not in own.jwk_set().decode()


def test_the_published_set_leads_to_the_ring_and_can_be_read_by_others() -> None:
    from joserfc.jwk import KeySet

    own = rotated(first_key(NOON), NOON)
    own = revoked(own, kid(own, 0), "its disk was sold", NOON)
    ring = read_jwk_set(own.jwk_set())
    assert ring == own.ring()
    assert ring.revoked == {kid(own, 0): "its disk was sold"}
    theirs = KeySet.import_key_set(json.loads(own.jwk_set()))
    assert [key.kid for key in theirs.keys] == [key.public.kid for key in own.keys]
    assert [key.thumbprint() for key in theirs.keys] == [key.public.kid for key in own.keys]


def test_statements_once_taken_change_nothing_again() -> None:
    own = rotated(first_key(NOON), NOON)
    ring = own.ring()
    assert ring.after(own.statements) == ring


def test_what_cannot_be_revoked() -> None:
    own = first_key(NOON)
    with pytest.raises(UsageError, match="signs now"):
        revoked(own, kid(own, 0), "x", NOON)
    with pytest.raises(UsageError, match="no key"):
        revoked(own, "x", "x", NOON)
    own = rotated(own, NOON)
    own = revoked(own, kid(own, 0), "x", NOON)
    with pytest.raises(UsageError, match="already"):
        revoked(own, kid(own, 0), "x", NOON)
    with pytest.raises(UsageError, match="no signing key counts"):
        own.current(NOON + 1000 * DAY)


def test_only_a_successor_revokes() -> None:
    own = rotated(first_key(NOON), NOON)
    older, newer = own.keys
    of_newer = KeyStatement(type="revocation", time=0, kid=newer.public.kid, reason="x")
    with pytest.raises(InputError, match="may not revoke"):
        own.ring().after([older.sign(statement_bytes(of_newer), KEY_STATEMENT)])
    of_itself = KeyStatement(type="revocation", time=0, kid=older.public.kid, reason="x")
    assert own.ring().after([older.sign(statement_bytes(of_itself), KEY_STATEMENT)]).revoked


def introduction(by: object, of: object) -> str:
    statement = KeyStatement(
        type="introduction",
        time=int(NOON.timestamp()),
        key=of.public,
        signer_exp=by.public.exp,  # type: ignore[attr-defined]
    )
    return str(by.sign(statement_bytes(statement), KEY_STATEMENT))  # type: ignore[attr-defined]


def test_no_circle_of_introductions() -> None:
    own = rotated(first_key(NOON), NOON)
    with pytest.raises(InputError, match="came after itself"):
        own.ring().after([introduction(own.keys[1], own.keys[0])])


def test_a_revoked_key_introduces_nobody() -> None:
    own = rotated(first_key(NOON), NOON)
    own = revoked(own, kid(own, 0), "x", NOON)
    stranger = first_key(NOON).keys[0]
    with pytest.raises(InputError, match="revoked key"):
        own.ring().after([introduction(own.keys[0], stranger)])


def test_a_stranger_s_statement_and_a_changed_one_do_not_count() -> None:
    house, stranger = first_key(NOON), rotated(first_key(NOON), NOON)
    with pytest.raises(InputError, match="not signed by a known key"):
        house.ring().after(stranger.statements)
    ring = first_key(NOON).ring()
    for statement in ("", "a.b.c", "x" * 100, stranger.statements[0][:-1]):
        with pytest.raises(InputError):
            ring.after([statement])


def test_a_statement_for_another_purpose_does_not_count() -> None:
    own = rotated(first_key(NOON), NOON)
    statement = KeyStatement(type="revocation", time=0, kid=kid(own, 0), reason="x")
    with pytest.raises(InputError, match="not signed"):
        own.ring().after([own.keys[1].sign(statement_bytes(statement), "match-set+jws")])


GOOD = first_key(NOON)
JWK = GOOD.keys[0].public.published()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b'{"keys":[]}',
        b"[" * 10_000,
        canonical({"keys": [{**JWK, "kid": "x"}]}),
        canonical({"keys": [{**JWK, "x": "AAAA"}]}),
        canonical({"keys": [{**JWK, "crv": "X25519"}]}),
        canonical({"keys": [{**JWK, "kty": "oct"}]}),
        canonical({"keys": [{**JWK, "exp": 0}]}),
        canonical({"keys": [{**JWK, "d": GOOD.keys[0].d}]}),
        canonical({"keys": [JWK], "statements": ["x"]}),
        canonical({"keys": [{name: JWK[name] for name in JWK if name != "nbf"}]}),
    ],
)
def test_what_is_no_published_set_is_refused(raw: bytes, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_jwk_set(raw)
    assert GOOD.keys[0].d not in str(caught.value)
    (tmp_path / "keys").write_bytes(raw)
    with pytest.raises(InputError, match="keys"):
        read_jwk_file(tmp_path / "keys")


def test_the_private_file_comes_back(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="share key new"):
        read_own_keys(tmp_path)
    own = rotated(Publisher().own, NOON)
    (tmp_path / KEYS_FILE).write_bytes(own_keys_bytes(own))
    assert read_own_keys(tmp_path) == own
    (tmp_path / KEYS_FILE).write_bytes(own_keys_bytes(msgspec.structs.replace(own, schema_version=2)))
    with pytest.raises(InputError, match="schema_version 2"):
        read_own_keys(tmp_path)
    (tmp_path / KEYS_FILE).write_bytes(own_keys_bytes(own)[:-20])
    with pytest.raises(InputError) as caught:
        read_own_keys(tmp_path)
    assert own.keys[0].d not in str(caught.value)
