"""What was not sent, and by which rule."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """`campaign`: our own campaign_id, or empty for what is of none. `what`: kind of thing, `count` of them, never the value; `rule`: the key of the
    policy, or `denylist`, which no policy can change."""

    campaign: str
    what: str
    rule: str
    why: str
    count: int = 1
