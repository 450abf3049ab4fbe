"""The oblivious function: RFC 9497's own numbers, and every way in which an answer can be wrong."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revenuer.share.matching import MatchFault, voprf
from revenuer.share.matching.ristretto import (
    IDENTITY,
    ORDER,
    checked_element,
    checked_scalar,
    expand_message,
    hash_to_scalar,
    inverse,
    random_scalar,
    times,
    times_base,
)

SEED = bytes([0xA3]) * 32
INFO = b"test key"
SECRET = "e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909"
PUBLIC = "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e"
R = "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e"
VECTORS = [
    {
        "input": ["00"],
        "blind": ["64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706"],
        "blinded": ["863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945"],
        "evaluated": ["aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e"],
        "proof": "ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd066d4346421d17bf5117a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d",
        "r": R,
        "output": [
            "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7da4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c"
        ],
    },
    {
        "input": ["00", "5a" * 17],
        "blind": ["64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706", R],
        "blinded": [
            "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945",
            "90a0145ea9da29254c3a56be4fe185465ebb3bf2a1801f7124bbbadac751e654",
        ],
        "evaluated": [
            "aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e",
            "cc5ac221950a49ceaa73c8db41b82c20372a4c8d63e5dded2db920b7eee36a2a",
        ],
        "proof": "cc203910175d786927eeb44ea847328047892ddf8590e723c37205cb74600b0a5ab5337c8eb4ceae0494c2cf89529dcf94572ed267473d567aeed6ab873dee08",
        "r": "419c4f4f5052c53c45f3da494d2b67b220d02118e0857cdbcf037f9ea84bbe0c",
        "output": [
            "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7da4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c",
            "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60356f4610bf816f27afdd84f47719e480906d27ecd994985890e5f539e7ea74b6",
        ],
    },
]
"""RFC 9497, appendix A.1.2: ristretto255-SHA512, VOPRF mode."""

SHARED = Path(os.environ.get("REVENUER_SHARED", Path(__file__).resolve().parents[5] / "shared"))
PUBLISHED = SHARED / "data" / "standards" / "rfc9497_vectors.json"


def raw(values: list[str]) -> list[bytes]:
    return [bytes.fromhex(value) for value in values]


def test_the_rfc_s_key() -> None:
    key = voprf.derive_key(SEED, INFO)
    assert (key.secret.hex(), key.public.hex()) == (SECRET, PUBLIC)
    assert SECRET not in repr(key)


@pytest.mark.parametrize("vector", VECTORS)
def test_the_rfc_s_numbers(vector: dict[str, list[str]]) -> None:
    check_vector(voprf.key_of(bytes.fromhex(SECRET)), vector)


def check_vector(key: voprf.OprfKey, vector: dict[str, list[str]]) -> None:
    blinded = [voprf.blind(m, b) for m, b in zip(raw(vector["input"]), raw(vector["blind"]), strict=True)]
    assert [one.element for one in blinded] == raw(vector["blinded"])
    evaluated, proof = voprf.blind_evaluate(
        key, [one.element for one in blinded], bytes.fromhex(str(vector["r"]))
    )
    assert evaluated == raw(vector["evaluated"])
    assert proof.hex() == vector["proof"]
    assert voprf.finalize(blinded, evaluated, proof, key.public) == raw(vector["output"])
    assert [voprf.evaluate(key, message) for message in raw(vector["input"])] == raw(vector["output"])


@pytest.mark.shared
def test_all_published_vectors_of_our_suite_and_mode() -> None:
    if not PUBLISHED.exists():
        pytest.skip(f"the RFC's vectors are not at {PUBLISHED}")
    suites = json.loads(PUBLISHED.read_text())
    ours = next(one for one in suites if one["identifier"] == "ristretto255-SHA512" and one["mode"] == 1)
    key = voprf.derive_key(bytes.fromhex(ours["seed"]), bytes.fromhex(ours["keyInfo"]))
    assert (key.secret.hex(), key.public.hex()) == (ours["skSm"], ours["pkSm"])
    for vector in ours["vectors"]:
        listed = {
            name: vector[name].split(",")
            for name in ("Input", "Blind", "BlindedElement", "EvaluationElement", "Output")
        }
        check_vector(
            key,
            {
                "input": listed["Input"],
                "blind": listed["Blind"],
                "blinded": listed["BlindedElement"],
                "evaluated": listed["EvaluationElement"],
                "output": listed["Output"],
                **vector["Proof"],
            },
        )


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4))
def test_what_a_client_learns_is_what_the_server_computes(messages: list[bytes]) -> None:
    key = voprf.new_key()
    blinded = [voprf.blind(message) for message in messages]
    evaluated, proof = voprf.blind_evaluate(key, [one.element for one in blinded])
    assert voprf.finalize(blinded, evaluated, proof, key.public) == [
        voprf.evaluate(key, one) for one in messages
    ]


def test_a_question_hides_its_item() -> None:
    assert voprf.blind(b"ip").element != voprf.blind(b"ip").element
    assert "ip" not in repr(voprf.blind(b"ip"))


@pytest.fixture
def answered() -> tuple[voprf.OprfKey, list[voprf.Blinded], list[bytes], bytes]:
    key = voprf.new_key()
    blinded = [voprf.blind(b"one"), voprf.blind(b"two"), voprf.blind(b"three")]
    return key, blinded, *voprf.blind_evaluate(key, [one.element for one in blinded])


Answered = tuple[voprf.OprfKey, list[voprf.Blinded], list[bytes], bytes]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda e, p: ([], p), "asked about 3"),
        (lambda e, p: (e[:2], p), "asked about 3"),
        (lambda e, p: ([*e, e[0]], p), "asked about 3"),
        (lambda e, p: ([e[1], e[0], e[2]], p), "proof does not hold"),
        (lambda e, p: ([e[0], e[0], e[2]], p), "proof does not hold"),
        (lambda e, p: ([IDENTITY, *e[1:]], p), "neutral element"),
        (lambda e, p: ([e[0][:31], *e[1:]], p), "31 bytes"),
        (lambda e, p: ([b"\xff" * 32, *e[1:]], p), "no canonical encoding"),
        (lambda e, p: ([times(random_scalar(), e[0]), *e[1:]], p), "proof does not hold"),
        (lambda e, p: (e, p[:-1]), "no canonical scalar"),
        (lambda e, p: (e, p + b"\0"), "no canonical scalar"),
        (lambda e, p: (e, b"\xff" * 64), "no canonical scalar"),
        (lambda e, p: (e, bytes(64)), "proof does not hold"),
        (lambda e, p: (e, p[32:] + p[:32]), "proof does not hold"),
        (lambda e, p: (e, _plus_order(p)), "no canonical scalar"),
    ],
)
def test_a_wrong_answer_is_an_error(answered: Answered, spoil: object, words: str) -> None:
    key, blinded, evaluated, proof = answered
    assert callable(spoil)
    spoilt, changed = spoil(evaluated, proof)
    with pytest.raises(MatchFault, match=words):
        voprf.finalize(blinded, spoilt, changed, key.public)


def _plus_order(proof: bytes) -> bytes:
    """The same challenge, written as a number that is not the smallest."""
    return (int.from_bytes(proof[:32], "little") + ORDER).to_bytes(32, "little") + proof[32:]


def test_an_answer_under_another_key_is_an_error(answered: Answered) -> None:
    _, blinded, evaluated, proof = answered
    with pytest.raises(MatchFault, match="proof does not hold"):
        voprf.finalize(blinded, evaluated, proof, voprf.new_key().public)
    other, other_proof = voprf.blind_evaluate(voprf.new_key(), [one.element for one in blinded])
    with pytest.raises(MatchFault, match="proof does not hold"):
        voprf.finalize(blinded, other, other_proof, answered[0].public)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 511), st.binary(min_size=1, max_size=1).filter(lambda b: b != b"\0"))
def test_no_bit_of_a_proof_can_be_changed(place: int, change: bytes) -> None:
    key = voprf.key_of(bytes.fromhex(SECRET))
    blinded = [voprf.blind(b"one")]
    evaluated, proof = voprf.blind_evaluate(key, [blinded[0].element])
    spoilt = bytearray(proof)
    spoilt[place % 64] ^= change[0]
    with pytest.raises(MatchFault):
        voprf.finalize(blinded, evaluated, bytes(spoilt), key.public)


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=32, max_size=32))
def test_bytes_are_an_element_only_where_libsodium_writes_them_so(encoding: bytes) -> None:
    try:
        checked_element(encoding, "it")
    except MatchFault:
        return
    # Multiplied out and back by a scalar, an element is written as it came.
    one = random_scalar()
    assert times(inverse(one), times(one, encoding)) == encoding


def test_the_bit_that_libsodium_leaves_unread_is_read() -> None:
    encoding = bytearray(times_base((7).to_bytes(32, "little")))
    assert checked_element(bytes(encoding), "it") == encoding
    encoding[31] |= 0x80
    with pytest.raises(MatchFault, match="no canonical encoding"):
        checked_element(bytes(encoding), "it")


@pytest.mark.parametrize("encoding", [ORDER, ORDER + 1, 2**256 - 1])
def test_scalars_have_one_spelling(encoding: int) -> None:
    with pytest.raises(MatchFault):
        checked_scalar(encoding.to_bytes(32, "little"), "it")
    assert checked_scalar((ORDER - 1).to_bytes(32, "little"), "it")


@pytest.mark.parametrize("elements", [[], [IDENTITY], [b"short"], [b"\xff" * 32]])
def test_a_server_refuses_what_is_no_question(elements: list[bytes]) -> None:
    with pytest.raises(MatchFault):
        voprf.blind_evaluate(voprf.new_key(), elements)


@pytest.mark.parametrize("secret", [bytes(32), b"\xff" * 32, b"short"])
def test_what_is_no_key_is_refused_and_not_shown(secret: bytes) -> None:
    with pytest.raises(MatchFault) as caught:
        voprf.key_of(secret)
    assert secret.hex() not in str(caught.value)


def test_an_input_that_the_length_field_cannot_count_is_refused() -> None:
    with pytest.raises(MatchFault, match="65536 bytes"):
        voprf.evaluate(voprf.new_key(), bytes(65536))


def test_expand_message_by_the_rfc_s_numbers() -> None:
    """RFC 9380 has no vector of 64 bytes with our tag; its expander is checked through the scalars and elements above, and here by its limits."""
    for dst in (b"", bytes(256)):
        with pytest.raises(ValueError, match="1 to 255"):
            expand_message(b"", dst)
    assert int.from_bytes(hash_to_scalar(b"", b"x"), "little") < ORDER
    assert times_base((1).to_bytes(32, "little")) != IDENTITY
