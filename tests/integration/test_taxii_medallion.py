"""Our client at medallion, OASIS's own server. It needs a Flask of its own time, so it runs in a virtual environment of its own:

    python -m venv .venv-peers-share
    .venv-peers-share/bin/pip install -r requirements/peers-share.txt

Without it this is skipped.
"""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import rfc8785

from builders.programs import ROOT, free_port, started
from builders.taxii import indicator
from revenuer.share.taxii.checkpoint import START
from revenuer.share.taxii.client import PartnerClient, find_collection, system_jitter
from revenuer.share.taxii.link import Access, Link, Pace
from revenuer.share.taxii.pull import PullLimits, pull
from revenuer.share.taxii.push import push

MEDALLION = ROOT / ".venv-peers-share" / "bin" / "medallion"
COLLECTION = str(uuid.UUID(int=7))
PACE = Pace(jitter=system_jitter)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[PartnerClient]:
    if not MEDALLION.exists():
        pytest.skip("no medallion; this file's head says how to get it")
    data = {
        "/discovery": {"title": "medallion", "default": "http://127.0.0.1/x/", "api_roots": ["/x/"]},
        "x": {
            "information": {"title": "x", "versions": ["application/taxii+json;version=2.1"], "max_content_length": 20_000},
            "status": [],
            "collections": [
                {"id": COLLECTION, "title": "c", "alias": "c", "can_read": True, "can_write": True,
                 "media_types": ["application/stix+json;version=2.1"], "objects": [], "manifest": []}
            ],
        },
    }  # fmt: skip
    (tmp_path / "data.json").write_text(json.dumps(data))
    config = {
        "backend": {
            "module": "medallion.backends.memory_backend",
            "module_class": "MemoryBackend",
            "filename": str(tmp_path / "data.json"),
        },
        "users": {"us": "secret"},
        "taxii": {"max_page_size": 4},
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [str(MEDALLION), "--port", str(port), str(tmp_path / "config.json")]
    with started(command, f"{url}/taxii2/", tmp_path / "log"):
        link = Link(url, Access(credential="us:secret"), PACE)
        yield PartnerClient(link, find_collection(link, f"{url}/taxii2/", "c"))
        link.close()


def test_what_we_push_to_medallion_we_pull_whole(client: PartnerClient) -> None:
    objects = [indicator(n) for n in range(23)]
    bodies = [rfc8785.dumps(one) for one in objects]  # type: ignore[arg-type]
    told = push(client, bodies, PACE)
    assert sum(one.successes for one in told) == 23
    assert not any(one.failures for one in told)
    push(client, bodies, PACE)
    found: list[str] = []
    checkpoint = START
    for page in pull(client, checkpoint, PullLimits(page=4)):
        found += [str(one["id"]) for one in page.objects]
        checkpoint = page.checkpoint
    assert sorted(found) == sorted(str(one["id"]) for one in objects)
    push(client, [rfc8785.dumps(indicator(3, modified="2026-05-01T00:00:00.000Z"))], PACE)  # type: ignore[arg-type]
    later = [
        str(one["modified"]) for page in pull(client, checkpoint, PullLimits(page=4)) for one in page.objects
    ]
    assert later == ["2026-05-01T00:00:00.000Z"]
