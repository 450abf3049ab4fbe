"""A house's matching service in a process of its own: `python match_service.py HOUSE TOKEN PARTNER PORT`."""

import sys
from pathlib import Path
from typing import Any

import uvicorn

from revenuer.share.house import open_house
from revenuer.share.matching import house_match_app


def main(folder: str, token: str, partner: str, port: str) -> None:
    expected = f"Bearer {token}".encode()

    def authenticate(scope: Any) -> str | None:
        return partner if dict(scope["headers"]).get(b"authorization") == expected else None

    app = house_match_app(open_house(Path(folder)), authenticate)
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
