"""What client and server send each other to evaluate a batch: JSON of a fixed shape, bounded before it is read."""

import msgspec

from revenuer.share.matching.dleq import PROOF_BYTES
from revenuer.share.matching.fault import MatchFault
from revenuer.share.matching.ristretto import ELEMENT_BYTES

MOST_BATCH = 1024
"""Elements of one question; a server is busy for a fifth of a second with so many."""

MOST_BODY = MOST_BATCH * ELEMENT_BYTES * 4 // 3 + 1024


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`blinded`: the elements one after the other, in base64. `key_id`, `revision`: of the set that the client has."""

    key_id: str
    revision: int
    blinded: bytes


class Reply(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`evaluated`: as many elements, in the same order; `proof`: that the key of the statement made them. `left`: of the day's budget."""

    key_id: str
    revision: int
    evaluated: bytes
    proof: bytes
    left: int


class BudgetReply(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A partner's day as the server has it."""

    day: str
    budget: int
    spent: int
    left: int


def split(elements: bytes) -> list[bytes]:
    """Return the elements of a batch. Raises MatchFault where they are none, cut short, or more than MOST_BATCH."""
    count, rest = divmod(len(elements), ELEMENT_BYTES)
    if rest or not 0 < count <= MOST_BATCH:
        raise MatchFault(
            f"a batch of elements has {len(elements)} bytes; expected a multiple of {ELEMENT_BYTES}, of 1 to {MOST_BATCH} elements"
        )
    return [elements[i : i + ELEMENT_BYTES] for i in range(0, len(elements), ELEMENT_BYTES)]


def read_question(raw: bytes) -> Question:
    """Return a client's question. Raises MatchFault for bytes that are none."""
    try:
        return msgspec.json.decode(raw, type=Question)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MatchFault(
            f"this is no question: {error}; see docs/sharing/matching.md for its form"
        ) from error


def read_reply(raw: bytes, elements: int) -> Reply:
    """Return a server's reply to a question of so many elements. Raises MatchFault where it is empty, cut short, or has another number."""
    try:
        reply = msgspec.json.decode(raw, type=Reply)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MatchFault(f"the answer cannot be read ({error}); conclude nothing from it") from error
    if len(reply.evaluated) != elements * ELEMENT_BYTES:
        raise MatchFault(
            f"asked about {elements} elements, the answer has {len(reply.evaluated)} bytes, expected {elements * ELEMENT_BYTES}; conclude nothing from it"
        )
    if len(reply.proof) != PROOF_BYTES:
        raise MatchFault(
            f"the answer's proof has {len(reply.proof)} bytes, expected {PROOF_BYTES}; conclude nothing from it"
        )
    return reply


def read_budget(raw: bytes) -> BudgetReply:
    """Return what the server says of the budget. Raises MatchFault for bytes that are none."""
    try:
        return msgspec.json.decode(raw, type=BudgetReply)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MatchFault(f"the partner's word on the budget cannot be read: {error}") from error
