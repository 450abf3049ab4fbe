"""Runs in a virtual environment of its own: OpenCTI's import library takes a bundle in, with a stand-in for the server that writes down what it is asked.

python opencti_peer.py BUNDLE -> JSON on stdout: `calls`, each [name of the mutation, input], `imported` and `failed` counts.
"""

import json
import logging
import re
import sys
from typing import Any

from pycti import OpenCTIApiClient


class Recorder:
    """Answers every query as an empty server would, and every mutation as if it had worked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []

    def __call__(self, query: str, variables: Any = None, *_: Any, **__: Any) -> dict[str, Any]:
        kind = re.search(r"mutation|query", query)
        names = re.findall(r"\{\s*(\w+)\s*[({]", query)
        name = names[0] if names else "unknown"
        if kind is None or kind[0] == "query":
            nothing = {"edges": [], "pageInfo": {"hasNextPage": False, "endCursor": None, "globalCount": 0}}
            return {"data": {name: None if name.endswith("y") else nothing}}
        self.calls.append((name, variables))
        made = {
            "id": f"made-{len(self.calls)}",
            "standard_id": f"made-{len(self.calls)}",
            "entity_type": name,
            "parent_types": [],
        }
        return {"data": {name: made}}


def plain(value: Any) -> Any:
    """Return the input without what JSON cannot hold (the library's mark for values not given)."""
    if isinstance(value, dict):
        return {
            name: plain(inner)
            for name, inner in value.items()
            if inner is not None and type(inner) is not object
        }
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def main() -> None:
    logging.disable(logging.CRITICAL)
    client = OpenCTIApiClient(
        "http://127.0.0.1:1", "00000000-0000-4000-8000-000000000000", perform_health_check=False
    )
    recorder = Recorder()
    client.query = recorder
    with open(sys.argv[1], encoding="utf-8") as file:
        imported, failed = client.stix2.import_bundle(json.load(file), update=True)
    json.dump({"calls": plain(recorder.calls), "imported": len(imported), "failed": len(failed)}, sys.stdout)


main()
