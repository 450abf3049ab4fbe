"""What is wrong with a sharing policy: one fault for each thing, with the key that it stands at, all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from revenuer.records import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong. `key`: dotted, as in the file; empty where the fault is the file's."""

    file: str
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.message}" if self.key else f"{self.file}: {self.message}"


class PolicyError(InputError):
    """A sharing policy that cannot be used, with every fault in it. Nothing leaves under it."""

    def __init__(self, file: str, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        told = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(
            f"{file} cannot be used, so nothing leaves under it:\n{told}\nMend it; docs/sharing/policy.md explains every key."
        )
