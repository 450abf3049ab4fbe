"""What happens inside a collection: pages, posts, deletions, and the record of what was served."""

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

import msgspec

from revenuer.share.taxii.answer import (
    Answer,
    answer,
    collection_body,
    envelope,
    manifest,
    status_body,
    versions_body,
)
from revenuer.share.taxii.fault import Headers, TaxiiFault, not_found
from revenuer.share.taxii.filters import (
    COLLECTION_FILTERS,
    DELETE_FILTERS,
    NO_FILTER,
    OBJECT_FILTERS,
    VERSIONS_FILTERS,
    read_query,
)
from revenuer.share.taxii.gate import Caller
from revenuer.share.taxii.intake import IntakeLimits, read_envelope
from revenuer.share.taxii.next_token import Cursor, NextTokens
from revenuer.share.taxii.reconstruct import DEFAULT_VERSIONS, digest_of
from revenuer.share.taxii.recorder import Recorder
from revenuer.share.taxii.route import Place, Resource
from revenuer.share.taxii.settings import Collection, Limits, Right, Settings
from revenuer.share.taxii.stored import FOREVER, Page, Post, Query, Row, Served, Store
from revenuer.share.taxii.timestamps import added_text

T = TypeVar("T")
READERS = 4
_FILTERS = {
    Resource.OBJECTS: COLLECTION_FILTERS,
    Resource.MANIFEST: COLLECTION_FILTERS,
    Resource.OBJECT: OBJECT_FILTERS,
    Resource.VERSIONS: VERSIONS_FILTERS,
}
_BODIES: Mapping[Resource, Callable[[Sequence[Row], bool, str | None], bytes]] = {
    Resource.OBJECTS: envelope,
    Resource.MANIFEST: manifest,
    Resource.OBJECT: envelope,
    Resource.VERSIONS: versions_body,
}


class Asking(Protocol):
    """A request that was let in (see `app.Request`)."""

    @property
    def caller(self) -> Caller: ...
    @property
    def place(self) -> Place: ...
    @property
    def method(self) -> str: ...
    @property
    def query(self) -> bytes: ...
    @property
    def headers(self) -> Mapping[bytes, bytes]: ...
    @property
    def receive(self) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """A request to one collection. `scope`: what a `next` token of it is bound to."""

    caller: Caller
    place: Place
    collection: Collection
    limits: Limits

    @property
    def scope(self) -> str:
        place = self.place
        return "\x1f".join((self.caller.partner, self.collection.id, place.resource, place.object_id))


class Desk:
    """Asks the store. A store that answers at once is asked in place, others in threads; whoever writes waits in one line a process."""

    def __init__(self, store: Store, recorder: Recorder, clock: Callable[[], int]) -> None:
        self._store, self._recorder, self._clock = store, recorder, clock
        self._tokens = NextTokens(store.secret())
        self._readers = ThreadPoolExecutor(READERS, "taxii-read")
        self._writer = ThreadPoolExecutor(1, "taxii-write")

    async def status(self, caller: Caller, status_id: str) -> Answer:
        """Return the status of a post of this partner; another's is not to be seen."""
        found = await self._read(partial(self._store.status, _printable(status_id)))
        if found is None or found.partner != caller.partner:
            raise not_found("status")
        return answer(found.body)

    async def in_collection(self, request: Asking, settings: Settings) -> Answer:
        place, partner = request.place, request.caller.partner
        found = settings.collection_of(partner, place.root, place.name)
        if found is None:
            raise not_found("collection")
        collection, right = found
        visit = _Visit(caller=request.caller, place=place, collection=collection, limits=settings.limits)
        if request.method == "DELETE":
            _check_deletion(collection, right)
            return await self._delete(visit, request.query)
        if request.method == "POST":
            _check(right, Right.WRITE, "write to")
            return await self._post(visit, request)
        if place.resource is Resource.COLLECTION:
            return answer(msgspec.json.encode(collection_body(collection, right)))
        _check(right, Right.READ, "read")
        return await self._page(visit, request.query)

    async def _page(self, visit: _Visit, query: bytes) -> Answer:
        place, limits = visit.place, visit.limits
        asked = read_query(query, _FILTERS[place.resource])
        cursor = None if asked.next is None else self._tokens.read(visit.scope, asked.next, asked.filter)
        filter = (asked.filter or NO_FILTER) if cursor is None else cursor.filter
        of_object = bool(place.object_id)
        page = await self._read(
            partial(
                self._store.page,
                Query(
                    collection=visit.collection.id,
                    filter=msgspec.structs.replace(filter, ids=(place.object_id,)) if of_object else filter,
                    default_versions=DEFAULT_VERSIONS[place.resource],
                    after=-FOREVER if cursor is None else cursor.after,
                    snapshot=None if cursor is None else cursor.snapshot,
                    limit=min(asked.limit or limits.page, limits.most_page),
                    most_bytes=limits.page_bytes,
                    with_bodies=place.resource in (Resource.OBJECTS, Resource.OBJECT),
                ),
            ),
            quick=not filter.versions,
        )
        rows = page.rows
        if not rows and of_object:
            await self._check_there(visit)
        if not rows:
            return answer(b"{}")
        await self._recorder.record(_served(visit, filter.text(), page, self._clock()))
        following = (
            self._tokens.issue(visit.scope, Cursor(filter, page.snapshot, rows[-1].added))
            if page.more
            else None
        )
        return answer(_BODIES[place.resource](rows, page.more, following), headers=_date_headers(rows))

    async def _post(self, visit: _Visit, request: Asking) -> Answer:
        raw = await _body(request, visit.limits.max_content_length)
        loop = asyncio.get_running_loop()
        body = await loop.run_in_executor(self._writer, self._posted, visit, raw, visit.limits.intake)
        return answer(body, 202)

    def _posted(self, visit: _Visit, raw: bytes, limits: IntakeLimits) -> bytes:
        offered = read_envelope(raw, limits)
        now, status_id = self._clock(), str(uuid.uuid4())
        return self._store.post(
            Post(
                collection=visit.collection.id,
                objects=offered,
                partner=visit.caller.partner,
                now=now,
                status_id=status_id,
                tell=partial(status_body, status_id, now),
            )
        )

    async def _delete(self, visit: _Visit, query: bytes) -> Answer:
        asked = read_query(query, DELETE_FILTERS, paged=False)
        removed = await asyncio.get_running_loop().run_in_executor(
            self._writer,
            self._store.delete,
            visit.collection.id,
            visit.place.object_id,
            asked.filter or NO_FILTER,
            visit.caller.partner,
            self._clock(),
        )
        if removed < 0:
            raise not_found("object")
        return answer(b"{}")

    async def _check_there(self, visit: _Visit) -> None:
        if not await self._read(partial(self._store.holds, visit.collection.id, visit.place.object_id)):
            raise not_found("object")

    async def _read(self, question: Callable[[], T], *, quick: bool = True) -> T:
        if quick and self._store.inline:
            return question()
        return await asyncio.get_running_loop().run_in_executor(self._readers, question)

    def close(self) -> None:
        """Let what is being asked end."""
        self._readers.shutdown()
        self._writer.shutdown()


def _served(visit: _Visit, filter: str, page: Page, now: int) -> Served:
    rows = page.rows
    return Served(
        at=now,
        partner=visit.caller.partner,
        credential=visit.caller.credential,
        collection=visit.collection.id,
        resource=visit.place.resource,
        object_id=visit.place.object_id,
        filter=filter,
        snapshot=page.snapshot,
        tick=page.tick,
        first_added=rows[0].added,
        last_added=rows[-1].added,
        count=len(rows),
        digest=digest_of([row[3] for row in rows]),
    )


def _date_headers(rows: Sequence[Row]) -> Headers:
    return (
        (b"x-taxii-date-added-first", added_text(rows[0].added).encode()),
        (b"x-taxii-date-added-last", added_text(rows[-1].added).encode()),
    )


def _check(right: Right, needed: Right, what: str) -> None:
    if needed not in right:
        raise TaxiiFault(403, "Forbidden", f"this credential may not {what} this collection")


def _check_deletion(collection: Collection, right: Right) -> None:
    """TAXII 2.1, 5.7: 404 for those who may neither read nor write, 403 for those who may do one of both."""
    if right is Right.LISTED:
        raise not_found("object")
    if right is not Right.READ_WRITE or not collection.deletable:
        raise TaxiiFault(403, "Forbidden", "this credential may not delete from this collection")


async def _body(request: Asking, most: int) -> bytes:
    """Return the body. Raises TaxiiFault (413) as soon as it is known to be too long, 400 if the sender went away."""
    announced = request.headers.get(b"content-length", b"0")
    if not announced.isdigit() or int(announced[:18]) > most:
        raise _too_long(most)
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise TaxiiFault(400, "Bad request", "the body did not arrive whole")
        piece: bytes = message.get("body", b"")
        size += len(piece)
        if size > most:
            raise _too_long(most)
        pieces.append(piece)
        if not message.get("more_body"):
            return b"".join(pieces)


def _too_long(most: int) -> TaxiiFault:
    return TaxiiFault(
        413,
        "Content too large",
        f"expected at most {most} bytes (max_content_length of the API root); post fewer objects at once",
        headers=((b"connection", b"close"),),
    )


def _printable(text: str) -> str:
    return text if text.isprintable() and text.isascii() and len(text) <= 64 else ""
