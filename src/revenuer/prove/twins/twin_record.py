"""What one seal holds: a prompt, the texts in the order in which they were drawn, and which of them was released."""

from dataclasses import dataclass

import msgspec

from revenuer.prove.twins.commitment_log import canonical
from revenuer.records import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinRecord:
    """`texts[released]` was given to the client, the others never left the house. `index`: the reservation's line in the log, from 0.

    `finish_reasons`: one for each text, None where unknown; empty = not recorded. `parameters`: what was asked of the model, as text.
    """

    index: int
    campaign: str
    prompt: str
    texts: tuple[str, ...]
    released: int
    finish_reasons: tuple[str | None, ...] = ()
    parameters: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError for fewer than two texts or a released one that is not among them."""
        if len(self.texts) < 2 or not 0 <= self.released < len(self.texts):
            raise ValueError(
                f"expected two or more texts and one of them released, got {len(self.texts)}, {self.released}"
            )
        if self.finish_reasons and len(self.finish_reasons) != len(self.texts):
            raise ValueError(
                f"expected {len(self.texts)} finish reasons or none, got {len(self.finish_reasons)}"
            )


def content_of(record: TwinRecord) -> bytes:
    """Return the bytes that are committed to. Raises InputError for text that is no Unicode."""
    return canonical(
        {
            "campaign": record.campaign,
            "finish_reasons": list(record.finish_reasons),
            "index": record.index,
            "parameters": record.parameters,
            "prompt": record.prompt,
            "released": record.released,
            "texts": list(record.texts),
        }
    )


def record_of(content: bytes) -> TwinRecord:
    """Return the record of such bytes. Raises InputError for others."""
    try:
        return msgspec.json.decode(content, type=TwinRecord)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise InputError(
            f"the sealed content is no twin record: {error}; take the store that belongs to this log"
        ) from error
