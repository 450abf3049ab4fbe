"""Which resource a path names."""

from dataclasses import dataclass
from enum import StrEnum

from revenuer.share.taxii.intake import STIX_ID


class Resource(StrEnum):
    DISCOVERY = "discovery"
    ROOT = "root"
    STATUS = "status"
    COLLECTIONS = "collections"
    COLLECTION = "collection"
    MANIFEST = "manifest"
    OBJECTS = "objects"
    OBJECT = "object"
    VERSIONS = "versions"


METHODS = {
    Resource.OBJECTS: ("GET", "HEAD", "POST"),
    Resource.OBJECT: ("GET", "HEAD", "DELETE"),
}
_READING = ("GET", "HEAD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`name`: a status id, or a collection's id or alias."""

    resource: Resource
    root: str = ""
    name: str = ""
    object_id: str = ""

    @property
    def methods(self) -> tuple[str, ...]:
        return METHODS.get(self.resource, _READING)


def place_of(path: str) -> Place | None:
    """Return what a decoded path names, with or without a slash at its end; None for nothing of ours."""
    match path.removeprefix("/").removesuffix("/").split("/"):
        case ["taxii2"]:
            return Place(resource=Resource.DISCOVERY)
        case [root] if root:
            return Place(resource=Resource.ROOT, root=root)
        case [root, "status", name] if name:
            return Place(resource=Resource.STATUS, root=root, name=name)
        case [root, "collections"]:
            return Place(resource=Resource.COLLECTIONS, root=root)
        case [root, "collections", name, *rest]:
            return _in_collection(root, name, rest)
    return None


def _in_collection(root: str, name: str, rest: list[str]) -> Place | None:
    match rest:
        case []:
            return Place(resource=Resource.COLLECTION, root=root, name=name) if name else None
        case ["manifest"]:
            return Place(resource=Resource.MANIFEST, root=root, name=name)
        case ["objects"]:
            return Place(resource=Resource.OBJECTS, root=root, name=name)
        case ["objects", object_id] if STIX_ID.fullmatch(object_id):
            return Place(resource=Resource.OBJECT, root=root, name=name, object_id=object_id)
        case ["objects", object_id, "versions"] if STIX_ID.fullmatch(object_id):
            return Place(resource=Resource.VERSIONS, root=root, name=name, object_id=object_id)
    return None
