"""Our side of the exchange: a folder with who we are, which partners there are, policy, keys, and the books."""

import re
import uuid
from pathlib import Path

import msgspec

from revenuer.records import InputError, UsageError

HOUSE_FILE, POLICY_FILE, BOOKS_FILE, KEYS_FOLDER = "house.toml", "policy.toml", "share.sqlite", "keys"
SCHEMA_VERSION = 1
PARTNER_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class Partner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A peer as house.toml has it. Paths are relative to the house's folder.

    `taxii`: discovery URL of their server, `collection`: id or alias there that holds what is for us. `match`: URL of their matching service.
    `token_file`: the credential that they gave us. `keys`: their public signing keys (a JWK set). `ca_file`: who vouches for their
    certificate, where the system's list does not. `client_certificate`, `client_key`: ours, where they ask for one.
    """

    name: str
    taxii: str | None = None
    collection: str | None = None
    match: str | None = None
    token_file: Path | None = None
    keys: Path | None = None
    ca_file: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None


class HouseFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """house.toml. `namespace`: a random UUID that all our deterministic ids are derived from."""

    schema_version: int
    name: str
    namespace: uuid.UUID
    partners: dict[str, Partner] = msgspec.field(default_factory=dict)


class House:
    """A house's folder, read and checked."""

    def __init__(self, folder: Path, file: HouseFile) -> None:
        self.folder, self.file = folder, file

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def partners(self) -> dict[str, Partner]:
        return self.file.partners

    @property
    def identity_id(self) -> str:
        """The STIX id of the identity that vouches for all that we say."""
        return self.stix_id("identity", self.file.name)

    @property
    def books(self) -> Path:
        """The SQLite file with all that came and all that left."""
        return self.folder / BOOKS_FILE

    @property
    def policy(self) -> Path:
        return self.folder / POLICY_FILE

    @property
    def keys(self) -> Path:
        return self.folder / KEYS_FOLDER

    def stix_id(self, kind: str, *parts: str) -> str:
        """Return the id of our object of type `kind` that `parts` tell from all others: the same parts give the same id, on every machine.

        Only this house can derive it: the namespace is not public, so an id of a secret value does not let the value be guessed.
        """
        return f"{kind}--{uuid.uuid5(self.file.namespace, chr(31).join((kind, *parts)))}"

    def partner(self, name: str) -> Partner:
        """Return the partner called `name`. Raises UsageError for one that house.toml does not have."""
        if name not in self.partners:
            known = ", ".join(sorted(self.partners)) or "none"
            raise UsageError(
                f"{self.folder / HOUSE_FILE} has no partner {name!r} (it has {known}); add a section [partners.{name}]"
            )
        return self.partners[name]

    def file_of(self, path: Path) -> Path:
        """Return where a path of house.toml lies."""
        return path if path.is_absolute() else self.folder / path


def _read(kind: type, value: object) -> Path:
    """Return what TOML has no type for."""
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise ValueError(f"expected a path as text, got {type(value).__name__}")


def new_house(name: str) -> str:
    """Return the house.toml of a new house called `name`."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'schema_version = {SCHEMA_VERSION}\nname = "{escaped}"\nnamespace = "{uuid.uuid4()}"\n'


def open_house(folder: Path) -> House:
    """Return the house in `folder`. Raises InputError for a house.toml that cannot be read, naming what is wrong in it."""
    path = folder / HOUSE_FILE
    try:
        file = msgspec.toml.decode(path.read_bytes(), type=HouseFile, dec_hook=_read)
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror}; make a house with `revenuer share init {folder}`"
        ) from error
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise InputError(
            f"{path} is no house's file: {error}; mend it, docs/sharing.md has an example"
        ) from error
    if file.schema_version != SCHEMA_VERSION:
        raise InputError(
            f"{path} has schema_version {file.schema_version}, this program reads {SCHEMA_VERSION}: upgrade whichever is older"
        )
    for name in file.partners:
        if not PARTNER_NAME.fullmatch(name):
            raise InputError(
                f"{path} has a partner {name!r}; a partner's short name has lower-case letters, digits and dashes only"
            )
    return House(folder, file)
