"""A house that attests its releases, and what a partner holds of its keys."""

from datetime import UTC, datetime, timedelta

from revenuer.share.signing import Head, KeyRing, OwnKeys, Signer, attest, first_key, head_of, read_jwk_set

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUSE = "identity--0b0a6e0e-6f9b-4b8e-9d33-55d5a5a0f7a1"


def thing(number: int, version: str = "2026-05-01T10:00:00.000Z", name: str = "a note") -> dict[str, object]:
    """A small STIX object."""
    return {
        "type": "note",
        "spec_version": "2.1",
        "id": f"note--00000000-0000-4000-8000-{number:012d}",
        "created": "2026-05-01T10:00:00.000Z",
        "modified": version,
        "content": name,
        "object_refs": [HOUSE],
    }


class Publisher:
    """Releases along one chain, a day apart; `ring` is what partners pinned at the start."""

    def __init__(self) -> None:
        self.own: OwnKeys = first_key(NOON - DAY)
        self.ring: KeyRing = read_jwk_set(self.own.jwk_set())
        self.head: Head | None = None
        self.now = NOON

    @property
    def signer(self) -> Signer:
        return Signer(
            key=self.own.current(self.now),
            house_id=HOUSE,
            chain="chain--1",
            markings=("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",),
            statements=self.own.statements,
        )

    def release(self, *objects: dict[str, object]) -> dict[str, object]:
        attestation = attest(objects, self.signer, self.head, self.now)
        self.head = head_of(attestation, self.now)
        self.now += DAY
        return attestation
