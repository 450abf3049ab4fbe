"""Reads server.toml, and names every fault in it at once."""

import re
import tomllib
import uuid
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from revenuer.records import InputError
from revenuer.share.house import House
from revenuer.share.taxii.intake import IntakeLimits
from revenuer.share.taxii.open_store import POSTGRES, SQLITE
from revenuer.share.taxii.settings import (
    DEFAULT_ROOT,
    RIGHTS,
    SERVER_FILE,
    Collection,
    Guest,
    Limits,
    Right,
    Root,
    Settings,
)
from revenuer.share.taxii.toml_table import Table, shown

SCHEMA_VERSION = 1
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_RESERVED = frozenset({"taxii2", "match"})
_SHA256 = re.compile(r"[0-9a-f]{64}")


def read_settings(house: House, environ: Mapping[str, str]) -> Settings:
    """Return what the house's server.toml says. Raises InputError with every fault."""
    path = house.folder / SERVER_FILE
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror}; write one, docs/sharing/taxii.md has an example"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is no TOML: {error}") from error
    faults: list[str] = []
    settings = _settings(Table(document, "", faults), house, environ)
    if faults:
        told = "\n".join(f"  {fault}" for fault in faults)
        count = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
        raise InputError(
            f"{path} has {count} and was not taken:\n{told}\nMend them; docs/sharing/taxii.md explains each key."
        )
    return settings


def _settings(document: Table, house: House, environ: Mapping[str, str]) -> Settings:
    version = document.whole("schema_version", 0, 0)
    if version != SCHEMA_VERSION:
        document.fault("schema_version", f"got {version}, expected {SCHEMA_VERSION}")
    limits = _limits(document.table("limits"))
    roots = {name: _root(name, table) for name, table in document.tables("roots").items()}
    roots = roots or {DEFAULT_ROOT: Root(name=DEFAULT_ROOT, title=house.name)}
    collections = {
        name: _collection(name, table, house, roots) for name, table in document.tables("collections").items()
    }
    if not collections:
        document.fault("collections", "there is none; add a table [collections.NAME]")
    _distinct(document, collections)
    settings = Settings(
        title=document.text("title") or house.name,
        description=document.text("description"),
        contact=document.text("contact"),
        public_url=_public_url(document),
        store=_store(document, environ),
        limits=limits,
        roots=roots,
        collections=collections,
        guests={
            name: _guest(name, table, house, limits) for name, table in document.tables("partners").items()
        },
    )
    document.finish()
    return settings


def _limits(table: Table) -> Limits:
    default, intake = Limits(), IntakeLimits()
    limits = Limits(
        max_content_length=table.whole("max_content_length", default.max_content_length, 1024),
        page=table.whole("page", default.page, 1, 100_000),
        most_page=table.whole("most_page", default.most_page, 1, 100_000),
        page_bytes=table.whole("page_bytes", default.page_bytes, 1024),
        headers=table.whole("headers", default.headers, 8, 10_000),
        in_flight=table.whole("in_flight", default.in_flight),
        status_days=table.whole("status_days", default.status_days, 1, 3650),
        requests_per_min=table.number("requests_per_min", default.requests_per_min),
        burst=table.whole("burst", default.burst),
        intake=IntakeLimits(
            objects=table.whole("objects_per_post", intake.objects, 1, 100_000),
            object_bytes=table.whole("object_bytes", intake.object_bytes, 256),
            depth=table.whole("depth", intake.depth, 3, 200),
        ),
    )
    if limits.page > limits.most_page:
        table.fault("page", f"got {limits.page}, expected at most most_page, {limits.most_page}")
    table.finish()
    return limits


def _root(name: str, table: Table) -> Root:
    if not _NAME.fullmatch(name) or name in _RESERVED:
        table.fault(
            "",
            f"{name!r} cannot be a root's name: lower-case letters, digits and dashes, and not {', '.join(sorted(_RESERVED))}",
        )
    root = Root(name=name, title=table.text("title") or name, description=table.text("description"))
    table.finish()
    return root


def _collection(name: str, table: Table, house: House, roots: Mapping[str, Root]) -> Collection:
    if not _NAME.fullmatch(name):
        table.fault("", f"{name!r} cannot be a collection's name: lower-case letters, digits and dashes")
    root = table.text("root") or next(iter(roots))
    if root not in roots:
        table.fault("root", f"got {root!r}, expected one of {', '.join(sorted(roots))}")
    collection = Collection(
        name=name,
        id=_collection_id(name, table, house),
        root=root,
        title=table.text("title") or name,
        description=table.text("description"),
        deletable=table.flag("deletable"),
        rights=_rights(table.table("rights"), house),
    )
    table.finish()
    return collection


def _collection_id(name: str, table: Table, house: House) -> str:
    given = table.text("id")
    if given is None:
        return house.stix_id("collection", name).partition("--")[2]
    try:
        return str(uuid.UUID(given))
    except ValueError:
        table.fault("id", f"got {given!r}, expected a UUID; leave it out to have one derived")
        return given


def _rights(table: Table, house: House) -> dict[str, Right]:
    rights = {}
    for partner, word in table.rest().items():
        _known(table, partner, partner, house)
        if isinstance(word, str) and word in RIGHTS:
            rights[partner] = RIGHTS[word]
        else:
            table.fault(partner, f"got {shown(word)}, expected one of {', '.join(RIGHTS)}")
    return rights


def _guest(name: str, table: Table, house: House, limits: Limits) -> Guest:
    _known(table, "", name, house)
    certificates = [one.replace(":", "").lower() for one in table.texts("certificates")]
    for one in certificates:
        if not _SHA256.fullmatch(one):
            table.fault(
                "certificates", f"got {one[:80]!r}, expected the SHA-256 of a certificate (DER) in hex"
            )
    names = table.texts("certificate_names")
    guest = Guest(
        requests_per_min=table.number("requests_per_min", limits.requests_per_min),
        burst=table.whole("burst", limits.burst),
        certificates=frozenset(certificates),
        names=frozenset(names),
        needs_certificate=table.flag("needs_certificate"),
    )
    if guest.needs_certificate and not (certificates or names):
        table.fault("needs_certificate", "no certificate could do: name certificates or certificate_names")
    table.finish()
    return guest


def _known(table: Table, key: str, partner: str, house: House) -> None:
    if partner not in house.partners:
        table.fault(
            key,
            f"house.toml has no partner {partner!r} (it has {', '.join(sorted(house.partners)) or 'none'})",
        )


def _distinct(document: Table, collections: Mapping[str, Collection]) -> None:
    seen: dict[str, str] = {}
    for name, one in collections.items():
        if one.id in seen:
            document.fault(f"collections.{name}.id", f"is that of collections.{seen[one.id]} too")
        seen[one.id] = name


def _public_url(document: Table) -> str | None:
    given = document.text("public_url")
    if given is None:
        return None
    parts = urlsplit(given)
    if (
        parts.scheme not in ("http", "https")
        or not parts.netloc
        or parts.path not in ("", "/")
        or parts.query
    ):
        document.fault(
            "public_url", f"got {given!r}, expected one such as https://share.example:8443, without a path"
        )
    return given.rstrip("/")


def _store(document: Table, environ: Mapping[str, str]) -> str:
    """Return the store's address. `env:NAME` reads it from the environment: a password does not belong into a file that is copied about."""
    given = document.text("store") or f"{SQLITE}taxii.sqlite"
    if given.startswith("env:"):
        name = given.removeprefix("env:")
        given = environ.get(name, "")
        if not given:
            document.fault("store", f"the environment variable {name} is not set")
            return given
    if not given.startswith((SQLITE, *POSTGRES)):
        document.fault("store", "expected sqlite:FILE, postgresql://..., or env:NAME with one of them in it")
    return given


def faults_of(error: InputError) -> Sequence[str]:
    """Return the faults that an error of `read_settings` names."""
    return [line.strip() for line in str(error).splitlines() if line.startswith("  ")]
