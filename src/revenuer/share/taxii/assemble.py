"""Puts the server of a house together: its settings, credentials, store, and what else it mounts."""

import logging
import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from revenuer.share.house import House
from revenuer.share.taxii.app import TaxiiApp
from revenuer.share.taxii.credentials import CREDENTIALS_FILE, KeyRing, read_credentials
from revenuer.share.taxii.desk import Desk
from revenuer.share.taxii.fault import TaxiiFault
from revenuer.share.taxii.gate import Gate
from revenuer.share.taxii.open_store import open_store
from revenuer.share.taxii.rate import RateLimits
from revenuer.share.taxii.read_settings import read_settings
from revenuer.share.taxii.recorder import Recorder
from revenuer.share.taxii.settings import SERVER_FILE
from revenuer.share.taxii.stored import StoreFault
from revenuer.share.taxii.watched import Watched

DAY_US = 86_400_000_000
Mounted = tuple[str, Callable[[Callable[[Any], str | None]], Any]]
"""The first part of a path, and what makes the application under it, given who asks by an ASGI scope (None: nobody we know)."""


def now_us() -> int:
    """Return the time in microseconds since 1970 UTC."""
    return time.time_ns() // 1000


class HouseServer:
    """The server's application in one process. `mounts`: other applications beside TAXII's."""

    def __init__(self, house: House, rates: RateLimits, mounts: Sequence[Mounted] = ()) -> None:
        self.settings = Watched(house.folder / SERVER_FILE, partial(read_settings, house, os.environ))
        credentials = house.folder / CREDENTIALS_FILE
        keys = Watched(credentials, lambda: KeyRing(read_credentials(credentials)))
        self.store = open_store(self.settings().store, house.folder)
        self._recorder = Recorder(self.store)
        self._desk = Desk(self.store, self._recorder, now_us)
        self.gate = Gate(self.settings, keys)
        self._taxii = TaxiiApp(self.settings, self.gate, rates, self._desk, now_us)
        self._mounts = tuple((f"/{name}/", f"/{name}", make(self._partner_of)) for name, make in mounts)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._mounts and scope["type"] == "http":
            path: str = scope["path"]
            for start, whole, app in self._mounts:
                if path == whole or path.startswith(start):
                    await app({**scope, "root_path": scope.get("root_path", "") + whole}, receive, send)
                    return
        await self._taxii(scope, receive, send)

    def _partner_of(self, scope: Any) -> str | None:
        header = next((value for name, value in scope["headers"] if name == b"authorization"), None)
        try:
            return self.gate.caller(
                scope, None if header is None else header.decode("latin-1"), now_us()
            ).partner
        except TaxiiFault:
            return None

    def tidy(self) -> None:
        """Forget statuses that are older than server.toml keeps them."""
        try:
            self.store.forget_statuses(now_us() - self.settings().limits.status_days * DAY_US)
        except StoreFault as error:
            logging.getLogger("revenuer.share.taxii").error("old statuses could not be dropped: %s", error)

    def close(self) -> None:
        self._desk.close()
        self._recorder.close()
        self.store.close()
