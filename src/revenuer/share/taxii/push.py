"""Puts objects into a peer's collection, and says of each what became of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from revenuer.share.taxii.client import PartnerClient
from revenuer.share.taxii.link import Pace, PeerFault, Reply

POLL_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What became of one post. `failures`, `pendings`: id and what the server says about it."""

    total: int
    successes: int
    failures: tuple[tuple[str, str], ...]
    pendings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PushLimits:
    """`objects`: in one post. `settle_s`: how long a status is asked for until it is complete."""

    objects: int = 500
    settle_s: float = 60.0


def push(
    client: PartnerClient, objects: Sequence[bytes], pace: Pace, limits: PushLimits | None = None
) -> Sequence[Pushed]:
    """Post `objects` (canonical bytes), in posts no larger than the server takes, and return what became of each post.

    Doing so again is harmless: an object version that is there stays. A post that the server finds too large is halved. Raises PeerFault.
    """
    limits = limits or PushLimits()
    results: list[Pushed] = []
    waiting = _posts(objects, limits.objects, client.found.max_content_length)
    while waiting:
        part = waiting.pop(0)
        reply = client.post(_body(part))
        if reply.status == 413 and len(part) > 1:
            half = len(part) // 2
            waiting[:0] = [part[:half], part[half:]]
            continue
        results.append(_settled(client, reply, len(part), pace, limits))
    return results


def _posts(objects: Sequence[bytes], most: int, most_bytes: int) -> list[Sequence[bytes]]:
    posts: list[Sequence[bytes]] = []
    part: list[bytes] = []
    size = 0
    for one in objects:
        if part and (len(part) >= most or size + len(one) + 64 > most_bytes):
            posts.append(part)
            part, size = [], 0
        part.append(one)
        size += len(one) + 1
    return [*posts, part] if part else posts


def _body(part: Sequence[bytes]) -> bytes:
    return b'{"objects":[' + b",".join(part) + b"]}"


def _settled(client: PartnerClient, reply: Reply, count: int, pace: Pace, limits: PushLimits) -> Pushed:
    """Ask for the status until it is complete, or patience ends."""
    status = _status(reply, (200, 201, 202))
    until = pace.monotonic() + limits.settle_s
    while status.get("status") != "complete" and pace.monotonic() < until:
        name = status.get("id")
        if not isinstance(name, str) or not name.replace("-", "").isalnum():
            break
        pace.sleep(POLL_S)
        status = _status(client.status(name), (200,))
    return Pushed(
        total=count,
        successes=_count(status, "success_count", "successes"),
        failures=tuple((_name(one), _message(one)) for one in _list(status, "failures")),
        pendings=tuple(_name(one) for one in _list(status, "pendings")),
    )


def _status(reply: Reply, expected: tuple[int, ...]) -> Mapping[str, Any]:
    if reply.status not in expected:
        raise PeerFault(
            f"{reply.url} answered {reply.status}{_said(reply)}; nothing of this post is known to be there",
            reply.status,
        )
    document = reply.json()
    if not isinstance(document, dict):
        raise PeerFault(f"{reply.url} answered with something that is no status", reply.status)
    return document


def _said(reply: Reply) -> str:
    """Return what a TAXII error message says, shortened."""
    try:
        document = json.loads(reply.body)
    except (ValueError, RecursionError):
        return ""
    told = document.get("description") or document.get("title") if isinstance(document, dict) else None
    return f" ({str(told)[:200]})" if told else ""


def _count(status: Mapping[str, Any], number: str, names: str) -> int:
    found = status.get(number)
    return found if isinstance(found, int) else len(_list(status, names))


def _list(status: Mapping[str, Any], name: str) -> list[Any]:
    found = status.get(name)
    return found if isinstance(found, list) else []


def _name(one: Any) -> str:
    return str(one.get("id", "") if isinstance(one, dict) else one)[:300]


def _message(one: Any) -> str:
    return str(one.get("message", "no reason given") if isinstance(one, dict) else "no reason given")[:500]
