"""The parts of the state that must outlive a crash, as the core hands them out: opaque to whoever stores them."""

from typing import NamedTuple


class Saved(NamedTuple):
    """One durable fact: `kind` and `key` name it (a later one replaces an earlier one), `value` is its bytes, None = forget it."""

    kind: str
    key: str
    value: bytes | None
