"""How much of anything one client, or all together, may ask of the service."""

from dataclasses import dataclass, fields

from revenuer.records import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """`body_bytes`: of one request. `headers`, `head_bytes`: of one request. `batch`: events in one request. `read_s`: seconds in which a
    request must have arrived whole. `idle_s`: after which a quiet connection is closed. `connections`: open at once; further
    ones are closed unread. `in_flight`: requests in work at once; further ones are shed. `drain_s`: seconds that requests
    in work get when the service stops. JSON may nest as deep as `salvage.MAX_DEPTH`."""

    body_bytes: int = 2**20
    headers: int = 100
    head_bytes: int = 2**15
    batch: int = 1000
    read_s: float = 10.0
    idle_s: int = 75
    connections: int = 16_000
    in_flight: int = 512
    drain_s: int = 10

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                raise UsageError(f"{field.name} is {getattr(self, field.name)}; give more than 0")
