"""Answers of the server, and the bodies that tell of collections and pages."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from revenuer.share.taxii.fault import MEDIA_TYPE, STIX_MEDIA_TYPE, Headers, TaxiiFault
from revenuer.share.taxii.settings import Collection, Right, Root, Settings
from revenuer.share.taxii.stored import Row, Taken
from revenuer.share.taxii.timestamps import added_text, version_text

_TYPE = (b"content-type", MEDIA_TYPE.encode())


class Answer(NamedTuple):
    status: int
    headers: Headers
    body: bytes


def answer(body: bytes, status: int = 200, headers: Headers = ()) -> Answer:
    """Return an answer of TAXII's type."""
    return Answer(status, (_TYPE, (b"content-length", b"%d" % len(body)), *headers), body)


def fault_answer(fault: TaxiiFault) -> Answer:
    return answer(fault.body(), fault.status, fault.headers)


def discovery(settings: Settings, roots: Sequence[Root], base: str) -> bytes:
    """Return the discovery resource (4.1.1) with the roots that the partner may know of."""
    urls = [f"{base}/{root.name}/" for root in roots]
    body: dict[str, object] = {"title": settings.title}
    if settings.description is not None:
        body["description"] = settings.description
    if settings.contact is not None:
        body["contact"] = settings.contact
    if urls:
        body |= {"default": urls[0], "api_roots": urls}
    return msgspec.json.encode(body)


def api_root(root: Root, max_content_length: int) -> bytes:
    """Return the API root resource (4.2.1)."""
    body: dict[str, object] = {"title": root.title}
    if root.description is not None:
        body["description"] = root.description
    return msgspec.json.encode(body | {"versions": [MEDIA_TYPE], "max_content_length": max_content_length})


def collection_body(collection: Collection, right: Right) -> dict[str, object]:
    """Return the collection resource (5.2.1) as this partner sees it."""
    body: dict[str, object] = {"id": collection.id, "title": collection.title}
    if collection.description is not None:
        body["description"] = collection.description
    return body | {
        "alias": collection.name,
        "can_read": Right.READ in right,
        "can_write": Right.WRITE in right,
        "media_types": [STIX_MEDIA_TYPE],
    }


def collections_body(collections: Sequence[tuple[Collection, Right]]) -> bytes:
    """Return the collections resource (5.1.1)."""
    bodies = [collection_body(*one) for one in collections]
    return msgspec.json.encode({"collections": bodies} if bodies else {})


def envelope(rows: Sequence[Row], more: bool, following: str | None) -> bytes:
    """Return an envelope (3.7.1) around the objects' bytes as they are stored; `{}` without objects."""
    if not rows:
        return b"{}"
    return b"".join((_start(more, following), b'"objects":[', b",".join([row[4] for row in rows]), b"]}"))


def manifest(rows: Sequence[Row], more: bool, following: str | None) -> bytes:
    """Return a manifest (5.3.1)."""
    if not rows:
        return b"{}"
    records = [
        {
            "id": row.id,
            "date_added": added_text(row.added),
            "version": version_text(row.version),
            "media_type": STIX_MEDIA_TYPE,
        }
        for row in rows
    ]
    return b"".join((_start(more, following), b'"objects":', msgspec.json.encode(records), b"}"))


def versions_body(rows: Sequence[Row], more: bool, following: str | None) -> bytes:
    """Return a versions resource (5.8.1)."""
    if not rows:
        return b"{}"
    texts = msgspec.json.encode([version_text(row.version) for row in rows])
    return b"".join((_start(more, following), b'"versions":', texts, b"}"))


def _start(more: bool, following: str | None) -> bytes:
    if not more or following is None:
        return b'{"more":false,'
    return b'{"more":true,"next":"%s",' % following.encode()


def status_body(status_id: str, at: int, taken: Sequence[Taken]) -> bytes:
    """Return a status resource (4.3.1): all is settled when the post is answered, so nothing is ever pending."""
    done = [_detail(one, one.note) for one in taken if one.fault is None]
    failed = [_detail(one, one.fault) for one in taken if one.fault is not None]
    body: dict[str, object] = {
        "id": status_id,
        "status": "complete",
        "request_timestamp": added_text(at),
        "total_count": len(taken),
        "success_count": len(done),
    }
    body |= {"successes": done} if done else {}
    body |= {"failure_count": len(failed)}
    body |= {"failures": failed} if failed else {}
    return msgspec.json.encode(body | {"pending_count": 0})


def _detail(one: Taken, message: str | None) -> dict[str, str]:
    detail = {"id": one.id, "version": version_text(one.version)}
    return detail if message is None else detail | {"message": message}
