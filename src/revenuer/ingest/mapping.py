"""The mapping file: which field of a log is which column, and which field is the account."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from revenuer.records import EXCHANGE_SCHEMA, REQUIRED_COLUMNS, InputError

Paths = tuple[str, ...]
_ACCOUNT_FORMATS = (
    "native",
    "otel-genai",
    "openinference",
    "litellm-spend",
    "litellm-payload",
    "langfuse",
    "bedrock",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogMapping:
    """`columns`: canonical column (or `messages`) -> field paths, first value found. `accounts`: format -> paths.

    Without `columns` the known formats are read as they are, with the account taken from `accounts`.
    """

    columns: Mapping[str, Paths] = field(default_factory=dict)
    accounts: Mapping[str, Paths] = field(default_factory=dict)


NO_MAPPING = LogMapping()


def load_mapping(path: Path) -> LogMapping:
    """Read a mapping from a TOML file with the tables [columns] and [account].

    Raises InputError where the file is not TOML, names an unknown column or format, or leaves out a required
    column.
    """
    try:
        document = tomllib.loads(Path(path).read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"cannot read the mapping file {path} ({error}): expected TOML") from error
    unknown = sorted(document.keys() - {"columns", "account"})
    if unknown:
        raise InputError(f"{path}: unknown table {unknown[0]!r}; a mapping file has [columns] and [account]")
    columns = _table(path, document, "columns", (*EXCHANGE_SCHEMA.names, "messages"))
    missing = [name for name in REQUIRED_COLUMNS if columns and name not in columns]
    if missing:
        raise InputError(f"{path}: [columns] does not say where {', '.join(missing)} stands; add it")
    return LogMapping(columns=columns, accounts=_table(path, document, "account", _ACCOUNT_FORMATS))


def _table(
    path: Path, document: Mapping[str, object], table: str, allowed: tuple[str, ...]
) -> dict[str, Paths]:
    given = document.get(table, {})
    if not isinstance(given, dict):
        raise InputError(f"{path}: [{table}] must be a table")
    found: dict[str, Paths] = {}
    for name, value in given.items():
        if name not in allowed:
            raise InputError(f"{path}: [{table}] names {name!r}; expected one of {', '.join(allowed)}")
        paths = tuple(value) if isinstance(value, list) else (value,)
        if not paths or not all(isinstance(one, str) and one for one in paths):
            raise InputError(f"{path}: {table}.{name} must be a field path, or a list of field paths to try")
        found[name] = paths
    return found
