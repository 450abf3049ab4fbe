"""How a front that sits in the path is set up: one TOML file, or the same names as environment variables."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from revenuer.records import InputError, UsageError

CONFIG_VARIABLE = "REVENUER_GUARD_CONFIG"
"""Environment variable that names the settings file."""

PATHS = ("/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages")


class FrontSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting of a front.

    `remote`: address of a `revenuer guard serve`; without it the guard runs in this process, by the file `policy`, and keeps its books
    in the file `journal`; `seed_key_file` holds the secret that its shared seeds are made from (random without). `key_file` holds the key for `remote`. `deadline_ms`: after which the remote guard counts as unreachable; then `on_failure` says whether requests go on
    unchecked (`allow`) or are answered 503 (`deny`). `account_header`: header that names the account; believed
    only from `trusted_proxies`. `account`: in LiteLLM, what counts as the account. `max_body_bytes`: longer bodies pass unread, decided
    by their account alone. `marking`: hand on the marks that the policy names, and take out those that clients name themselves; a body that
    is too long to be rewritten is then refused.
    """

    remote: str | None = None
    key_file: str | None = None
    policy: str | None = None
    journal: str | None = None
    seed_key_file: str | None = None
    deadline_ms: int = 50
    on_failure: Literal["allow", "deny"] = "allow"
    account_header: str | None = None
    account: Literal["key", "user", "team", "end_user"] = "key"
    trusted_proxies: tuple[str, ...] = ()
    paths: tuple[str, ...] = PATHS
    max_body_bytes: int = 8 * 2**20
    marking: bool = False

    def __post_init__(self) -> None:
        own = (self.policy, self.journal, self.seed_key_file)
        if self.remote is not None and any(name is not None for name in own):
            raise ValueError(
                "`remote` excludes `policy`, `journal` and `seed_key_file`: the remote guard has its own"
            )
        if self.deadline_ms < 1 or self.max_body_bytes < 1:
            raise ValueError("`deadline_ms` and `max_body_bytes` must be 1 or more")

    def goes_on(self, allows: bool | None) -> bool:
        """Return whether a request without a decision goes on; `allows`: what the guard itself says of that, if it could."""
        return self.on_failure == "allow" if allows is None else allows


def read_settings(path: Path) -> FrontSettings:
    """Return the settings in a TOML file; relative paths in it are relative to it. Raises InputError naming what is wrong."""
    try:
        named = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path} cannot be read as the settings of a front: {error}") from error
    for name in ("key_file", "policy", "journal", "seed_key_file"):
        if isinstance(named.get(name), str):
            named[name] = str(path.parent / named[name])
    return settings_from(named, str(path))


def settings_from(named: Mapping[str, Any], source: str) -> FrontSettings:
    """Return the settings that `named` holds; `source` is where they come from, for the message of the InputError."""
    try:
        return msgspec.convert(dict(named), FrontSettings)
    except (msgspec.ValidationError, ValueError) as error:
        raise InputError(f"{source}: {error}; docs/guard.md lists the settings") from error


def settings_from_environment(environ: Mapping[str, str]) -> FrontSettings:
    """Return the settings of the file that REVENUER_GUARD_CONFIG names.

    Raises UsageError where it names none: a front that silently watches nothing would be worse than one that does not start.
    """
    named = environ.get(CONFIG_VARIABLE)
    if not named:
        raise UsageError(
            f"{CONFIG_VARIABLE} is not set; let it name a settings file (docs/guard.md shows one)"
        )
    return read_settings(Path(named))
