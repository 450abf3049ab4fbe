"""Puts a campaign index where guard nodes look for it: whole, in one step."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from revenuer.detect.campaign_index import CampaignIndex, IndexContent, index_bytes
from revenuer.ingest.diskwrite import resource_errors
from revenuer.records import UsageError


def check_index_out(out: Path) -> None:
    """Raise UsageError where `out` cannot be the name of an index file. Call it before a long scan."""
    if os.path.isdir(out):
        raise UsageError(
            f"{out} is a folder; --out names the file to write, for instance {out / 'campaigns.index'}"
        )
    if not os.path.isdir(out.parent):
        raise UsageError(f"the folder {out.parent} does not exist; make it, or choose another --out")


def write_index(content: IndexContent, out: Path) -> CampaignIndex:
    """Write `content` to `out` and return it as it was read back; a guard that watches `out` sees the old file or the new one.

    Raises UsageError where it cannot be written, ResourceError on a full disk.
    """
    partial = out.with_name(f".{out.name}.{secrets.token_hex(4)}.partial")
    try:
        with resource_errors(out):
            with open(partial, "xb") as target:
                target.write(index_bytes(content))
                target.flush()
                os.fsync(target.fileno())
            partial.replace(out)
            _flush_directory(out.parent)
    except OSError as error:
        raise UsageError(f"cannot write {out} ({error.strerror or error}); choose another --out") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return CampaignIndex.open(out)


def _flush_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
