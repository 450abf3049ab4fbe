"""The body of a post: JSON in, canonical objects out, each with what is wrong with it."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from revenuer.records import MissingDependencyError
from revenuer.share.taxii.fault import TaxiiFault
from revenuer.share.taxii.timestamps import read_timestamp

try:
    import rfc8785
except ImportError as missing:
    raise MissingDependencyError("sharing needs rfc8785; pip install 'revenuer[share]'") from missing

SPEC_VERSION = "2.1"
STIX_ID = re.compile(
    r"[a-z0-9][a-z0-9-]{1,248}[a-z0-9]--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)
_NOT_OBJECTS = frozenset({"bundle"})


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeLimits:
    """`objects`: in one post. `object_bytes`: of one object in canonical form. `depth`: of lists and objects within one another."""

    objects: int = 1000
    object_bytes: int = 1_000_000
    depth: int = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One object of a post. `version`: its `modified`, or else `created`, in microseconds; None where it has neither.

    `body`: canonical bytes (RFC 8785). `fault`: why it cannot be taken; then `body` is empty.
    """

    id: str
    type: str
    version: int | None = None
    body: bytes = b""
    sha256: bytes = b""
    fault: str | None = None


def read_envelope(raw: bytes, limits: IntakeLimits) -> tuple[Offered, ...]:
    """Return the objects of an envelope, in its order.

    Raises TaxiiFault: 400 for what is no JSON, 413 for too many objects, 422 where an element cannot even be named in a status (no object, no STIX
    id): then nothing is taken. The sender's moves: duplicate names, depth, numbers that no double holds, half a surrogate pair.
    """
    objects = read_objects(raw, limits.objects, bare=False)
    return tuple(offer(one, limits) for one in objects)


def read_objects(raw: bytes, most: int, *, bare: bool) -> list[dict[str, object]]:
    """Return the elements of `objects`, or of a list (if `bare` ones will do), each with a STIX id. Raises TaxiiFault, as `read_envelope` does."""
    document = _parsed(raw)
    objects = document if bare else None
    if isinstance(document, dict):
        objects = document.get("objects")
    if not isinstance(objects, list) or not objects:
        raise _unprocessable(
            "the body is no envelope: expected an object with `objects`, a list of at least one STIX object"
        )
    if len(objects) > most:
        raise TaxiiFault(
            413, "Too many objects", f"got {len(objects)} objects, expected at most {most} in one post"
        )
    nameless = {f"objects[{place}]": why for place, one in enumerate(objects) if (why := _unnamed(one))}
    if nameless:
        raise _unprocessable("these elements have no STIX id; nothing of the post was taken", nameless)
    return objects


def offer(given: Mapping[str, object], limits: IntakeLimits) -> Offered:
    """Return an object that has a STIX id as it would be stored, or with the reason why it cannot be."""
    name, kind = str(given["id"]), str(given.get("type"))
    try:
        _check(given, name)
        version = _version(given)
        if _depth_over(given, limits.depth):
            raise ValueError(f"is nested deeper than {limits.depth} levels")
        body = rfc8785.dumps(dict(given))  # type: ignore[arg-type]
        if len(body) > limits.object_bytes:
            raise ValueError(
                f"has {len(body)} bytes in canonical form, expected at most {limits.object_bytes}"
            )
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        return Offered(id=name, type=kind, fault=f"has no canonical form (RFC 8785): {str(error)[:200]}")
    except ValueError as error:
        return Offered(id=name, type=kind, fault=str(error))
    return Offered(id=name, type=kind, version=version, body=body, sha256=hashlib.sha256(body).digest())


def _check(given: Mapping[str, object], name: str) -> None:
    kind = given.get("type")
    if not isinstance(kind, str) or name.partition("--")[0] != kind:
        raise ValueError(f"has the type {str(kind)[:64]!r}, expected the one before `--` in its id")
    if kind in _NOT_OBJECTS:
        raise ValueError("is a bundle; post the objects in it")
    spec = given.get("spec_version")
    if spec is None and ("created" in given or "modified" in given):
        raise ValueError("has no spec_version, so it is STIX 2.0; this server takes STIX 2.1")
    if spec is not None and spec != SPEC_VERSION:
        raise ValueError(f"has spec_version {str(spec)[:16]!r}; this server takes STIX {SPEC_VERSION}")


def _version(given: Mapping[str, object]) -> int | None:
    times: dict[str, int] = {}
    for name in ("created", "modified"):
        if name not in given:
            continue
        value = given[name]
        if not isinstance(value, str):
            raise ValueError(f"has a {name} that is no timestamp")
        try:
            times[name], exact = read_timestamp(value)
        except ValueError as error:
            raise ValueError(f"has a wrong {name}: {error}") from error
        if not exact:
            raise ValueError(f"has a {name} finer than a microsecond; STIX has milliseconds")
    if "modified" in times and "created" not in times:
        raise ValueError("has modified but no created")
    if "modified" in times and times["modified"] < times["created"]:
        raise ValueError("has modified before created")
    return times.get("modified", times.get("created"))


def _unnamed(one: object) -> str | None:
    if not isinstance(one, dict):
        return "is no object"
    name = one.get("id")
    if not isinstance(name, str) or not STIX_ID.fullmatch(name):
        return "has no id of the form type--UUID"
    return None


def _depth_over(given: object, most: int) -> bool:
    layer: list[object] = [given]
    for _ in range(most):
        layer = [inner for one in layer for inner in _inside(one)]
        if not layer:
            return False
    return any(isinstance(one, dict | list) for one in layer)


def _inside(one: object) -> list[object]:
    if isinstance(one, dict):
        return [value for value in one.values() if isinstance(value, dict | list)]
    return [value for value in one if isinstance(value, dict | list)] if isinstance(one, list) else []


def _parsed(raw: bytes) -> object:
    try:
        return json.loads(
            raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite
        )
    except RecursionError as error:
        raise _unprocessable("the body is nested too deep to be read") from error
    except (ValueError, UnicodeDecodeError) as error:
        raise TaxiiFault(
            400, "Bad request", f"the body is no JSON in UTF-8 with each name once: {str(error)[:200]}"
        ) from error


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:32]} is beyond what a double holds")
    return number


def _unprocessable(why: str, details: Mapping[str, str] | None = None) -> TaxiiFault:
    return TaxiiFault(422, "Unprocessable content", why, details=details)
