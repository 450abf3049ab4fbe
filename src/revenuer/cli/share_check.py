"""`revenuer share check BUNDLE`: which objects of a peer's bundle are sound."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import click

from revenuer.records import InputError
from revenuer.report.visible import plain
from revenuer.share.stix import Limits, Received, read_objects, reading_of, tlp_of


@click.command(name="check")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def command(bundle: Path, as_json: bool) -> int:
    """Tell which objects of the STIX 2.1 file BUNDLE would be taken in, which would stay in quarantine and why, and what of the indicators we understand.

    Nothing is taken in. Exit code 0: all objects are sound; 1: some are not; 2: it is no bundle.
    """
    received = read_objects(_content(bundle))
    report = _report(received)
    click.echo(json.dumps(report, indent=2) if as_json else _text(report, bundle))
    return 1 if received.quarantined else 0


def _content(path: Path) -> bytes:
    limit = Limits().max_bytes
    try:
        with open(path, "rb") as source:
            return source.read(limit + 1)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}; name a file of JSON") from error


def _report(received: Received) -> dict[str, Any]:
    indicators = [one for one in received.accepted if one["type"] == "indicator"]
    readings = [(str(one["id"]), reading_of(one)) for one in indicators]
    markings = Counter(_marking(one) for one in received.accepted)
    return {
        "accepted": len(received.accepted),
        "types": dict(sorted(Counter(str(one["type"]) for one in received.accepted).items())),
        "markings": dict(sorted(markings.items())),
        "repeated": received.repeated,
        "quarantined": [
            {"index": one.index, "id": one.id, "reason": one.reason} for one in received.quarantined
        ],
        "observables": dict(
            sorted(Counter(str(kind) for _, reading in readings for kind, _ in reading.values).items())
        ),
        "not_understood": [
            {"id": identifier, "part": part}
            for identifier, reading in readings
            for part in reading.not_understood
        ],
    }


def _marking(one: dict[str, object]) -> str:
    refs = one.get("object_marking_refs")
    tlp = tlp_of(refs if isinstance(refs, list) else [])
    return "unmarked" if tlp is None else f"TLP:{tlp.value.upper()}"


def _text(report: dict[str, Any], bundle: Path) -> str:
    bad, unread = report["quarantined"], report["not_understood"]
    lines = [
        f"{bundle}: {report['accepted']} objects are sound, {len(bad)} stay in quarantine, {report['repeated']} are repetitions",
        f"  types: {_counts(report['types'])}",
        f"  markings: {_counts(report['markings'])}",
        f"  observables that we understand: {_counts(report['observables'])}",
    ]
    lines += [
        f"  quarantined: object {one['index']} ({one['id'] or 'no id'}): {one['reason']}" for one in bad
    ]
    lines += [f"  kept, and not understood: {one['id']}: {one['part'][:200]}" for one in unread]
    return "\n".join(plain(line) for line in lines)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"
