"""Reads all that a peer's collection has for us since the last time, from servers that are right and from those that are not."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from revenuer.share.taxii.checkpoint import Checkpoint, Seen
from revenuer.share.taxii.client import PartnerClient
from revenuer.share.taxii.link import PeerFault, Reply
from revenuer.share.taxii.timestamps import added_text, read_loosely, version_text

OVERLAP_US = 60_000_000
"""How far a pull goes back behind the last one: servers date an object when it arrives and show it when it is stored, so one may appear behind our back."""
SECOND_US = 1_000_000
_CAP = 10
"""No server gives fewer objects than this at once, unless there are no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullLimits:
    """`page`: objects asked for at once. `objects`: of one pull; a server that never ends is left there, and the next pull goes on."""

    page: int = 500
    most_page: int = 50_000
    objects: int = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PulledPage:
    """Objects that are new to us, as they came, and where to go on once they are taken in."""

    objects: tuple[dict[str, Any], ...]
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class _Envelope:
    objects: tuple[dict[str, Any], ...]
    more: bool
    next: str | None
    first: int | None
    last: int | None


def pull(
    client: PartnerClient, checkpoint: Checkpoint, limits: PullLimits | None = None
) -> Iterator[PulledPage]:
    """Yield pages of new objects until the server has no more.

    Follows `next` where it leads on. Where it does not (there is none, or it gives the same page again) goes on by `added_after`, one second
    behind the last date; a page without anything new is asked for again closer to that date, then larger. After the last page it asks once more, since
    `more` may be wrong. The same object version (id, modified, content) is yielded once. Raises PeerFault where the server cannot be read without loss.
    """
    yield from _Run(client, checkpoint, limits or PullLimits()).pages()


class _Run:
    def __init__(self, client: PartnerClient, checkpoint: Checkpoint, limits: PullLimits) -> None:
        self._client, self._limits = client, limits
        self._seen = Seen(checkpoint.seen)
        self._kept = checkpoint.added_after
        self._reached = checkpoint.added_after
        self._sorted = True
        self._all_versions = True
        self._coarse = False
        self._came = self._largest = 0

    def pages(self) -> Iterator[PulledPage]:
        after = None if self._kept is None else self._kept - OVERLAP_US
        size, gap = self._limits.page, SECOND_US
        stuck: _Envelope | None = None
        while True:
            came = self._came
            last: _Envelope | None = None
            for last in self._walk(after, size):
                new = self._new(last)
                if new:
                    yield PulledPage(objects=new, checkpoint=self._checkpoint())
                if self._came >= self._limits.objects:
                    return
            if self._came > came:
                size, gap, stuck = self._limits.page, SECOND_US, None
            elif last is None or not self._may_hide(last, size):
                break
            elif gap > 1:
                gap = 1
            elif stuck is None or last.objects != stuck.objects:
                stuck, size = last, min(size * 4, self._limits.most_page)
            else:
                self._check_end(last)
                break
            if self._reached is None:
                self._check_end(last)
                break
            after = self._reached - gap
        self._sorted = True
        if self._reached != self._kept:
            yield PulledPage(objects=(), checkpoint=self._checkpoint())

    def _may_hide(self, envelope: _Envelope, size: int) -> bool:
        """Return whether there may be more behind a page without anything new: because it says so, or is as full as pages get here."""
        return envelope.more or len(envelope.objects) >= size or self._is_full(envelope)

    def _is_full(self, envelope: _Envelope) -> bool:
        """Return whether a page is as full as pages get here. A shorter one is the last, whatever the server says of more."""
        return len(envelope.objects) >= max(_CAP, self._largest)

    def _check_end(self, last: _Envelope | None) -> None:
        """Raise PeerFault where there is more and no way leads there: better to stop than to lose objects in silence."""
        if last is None:
            return
        beyond = last.more and self._is_full(last)
        if not beyond and self._reached is not None:
            past = self._ask(self._reached, self._limits.page, None)
            beyond = any(self._seen.add(_print(one)) for one in past.objects)
        if beyond:
            raise PeerFault(
                f"the peer's server has more, but gives the same {len(last.objects)} objects again: it puts more under one date than it gives at once, and its"
                " `next` leads no further; ask the partner to mend that"
            )

    def _walk(self, after: int | None, size: int) -> Iterator[_Envelope]:
        """Yield pages by `next` for as long as it leads on."""
        token: str | None = None
        last: tuple[bytes, ...] | None = None
        while True:
            envelope = self._ask(after, size, token)
            prints = tuple(_print(one) for one in envelope.objects)
            if token is not None and prints == last:
                return
            last = prints
            yield envelope
            if not envelope.more or envelope.next is None or not envelope.objects or envelope.next == token:
                return
            token = envelope.next

    def _ask(self, after: int | None, size: int, token: str | None) -> _Envelope:
        reply = self._client.objects(self._parameters(after, size, token))
        if reply.status == 400 and token is None and self._all_versions:
            # Servers that know no match[version]=all, and servers that read no more than milliseconds.
            self._all_versions = False
            return self._ask(after, size, token)
        if reply.status == 400 and token is None and not self._coarse:
            self._coarse = True
            return self._ask(after, size, token)
        if reply.status in (404, 416):
            return _Envelope(objects=(), more=False, next=None, first=None, last=None)
        return self._read(reply)

    def _parameters(self, after: int | None, size: int, token: str | None) -> Mapping[str, str]:
        parameters = {"limit": str(size)}
        if self._all_versions:
            parameters["match[version]"] = "all"
        if after is not None:
            parameters["added_after"] = (
                version_text(after // 1000 * 1000) if self._coarse else added_text(after)
            )
        if token is not None:
            parameters["next"] = token
        return parameters

    def _read(self, reply: Reply) -> _Envelope:
        if reply.status not in (200, 206):
            raise PeerFault(f"{reply.url} answered {reply.status}, expected 200", reply.status)
        document = reply.json() if reply.body.strip() else {}
        objects = document.get("objects", []) if isinstance(document, dict) else None
        if not isinstance(objects, list) or not isinstance(document, dict):
            raise PeerFault(f"{reply.url} answered with something that is no TAXII envelope", reply.status)
        given = tuple(one for one in objects if isinstance(one, dict))
        following = document.get("next")
        first, last = (
            read_loosely(reply.headers.get(f"x-taxii-date-added-{which}", "")) for which in ("first", "last")
        )
        if last is None and given:
            first = last = self._date_of(given[-1])
        return _Envelope(
            objects=given,
            more=document.get("more") is True,
            next=str(following) if isinstance(following, str | int) and following != "" else None,
            first=first,
            last=last,
        )

    def _date_of(self, one: Mapping[str, Any]) -> int | None:
        """Return when the server added an object, from its manifest; None if it does not tell that either."""
        reply = self._client.manifest({"match[id]": str(one.get("id", ""))})
        if reply.status != 200:
            return None
        document = reply.json()
        entries = document.get("objects", []) if isinstance(document, dict) else []
        dates = [
            read_loosely(str(entry.get("date_added", ""))) for entry in entries if isinstance(entry, dict)
        ]
        return min((date for date in dates if date is not None), default=None)

    def _new(self, envelope: _Envelope) -> tuple[dict[str, Any], ...]:
        """Return the objects that had not come yet, and move on."""
        new = tuple(one for one in envelope.objects if self._seen.add(_print(one)))
        self._came += len(new)
        self._largest = max(self._largest, len(envelope.objects))
        if (
            envelope.first is not None
            and self._reached is not None
            and envelope.first < self._reached - OVERLAP_US
        ):
            # Not in the order of dates: what we have seen last says nothing about the rest, until the run is through.
            self._sorted = False
        if envelope.last is not None:
            self._reached = max(envelope.last, self._reached if self._reached is not None else envelope.last)
        return new

    def _checkpoint(self) -> Checkpoint:
        if self._sorted:
            self._kept = self._reached
        return Checkpoint(added_after=self._kept, seen=self._seen.latest())


def _print(one: Mapping[str, Any]) -> bytes:
    """Return what tells an object version from all others: id, modified and content, whatever the order of members."""
    try:
        text = json.dumps(one, sort_keys=True, separators=(",", ":"))
    except RecursionError as error:
        raise PeerFault("the peer's server gives an object that is nested too deep to be read") from error
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
