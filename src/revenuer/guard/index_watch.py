"""The campaign index in use, and the newer one that took its name: swapped while requests go on."""

import os
from pathlib import Path

from revenuer.detect.campaign_index import INDEX_FILE, CampaignIndex
from revenuer.detect.keyed_hash import Key
from revenuer.records import InputError

Seen = tuple[int, int, int, int, int]
"""What tells one file of a name from another: device, inode, size, and times of content and of the inode in nanoseconds."""


class IndexWatch:
    """Follows the index at `path` (a file, or a scan's folder), hashed under `key`.

    `index`: the last good one, None before there was one. `error`: why the file that has the name now is not in use, None if it is. A
    bad file never takes the place of a good one, and is looked at again only when it changes.
    """

    def __init__(self, path: Path, key: Key) -> None:
        self.path = path
        self.key = key
        self.index: CampaignIndex | None = None
        self.error: str | None = None
        self._seen: Seen | None = None

    def poll(self) -> CampaignIndex | None:
        """Return a newer index if a good one has taken the name since the last call, else None.

        Reads the whole of a new file (a second for each GB), and otherwise asks the filesystem for its state alone. Looks at no clock and
        starts no thread: call it every few seconds, not on the path of a request.
        """
        try:
            seen = self._state()
        except OSError as error:
            self._seen = None
            self.error = (
                f"cannot find the campaign index {self.path} ({error.strerror}): write it with `revenuer scan` or "
                "`revenuer guard index build`"
            )
            return None
        if seen == self._seen:
            return None
        self._seen = seen
        try:
            index = CampaignIndex.open(self.path, self.key)
        except InputError as error:
            self.error = str(error)
            return None
        self.index, self.error = index, None
        return index

    def _state(self) -> Seen:
        place = self.path / INDEX_FILE if os.path.isdir(self.path) else self.path
        found = os.stat(place)
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
