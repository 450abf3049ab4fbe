"""Reads the zip of an evidence pack as a stranger's file: bounded, by plain names, each once."""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from revenuer.records import InputError

MOST_FILES = 1000
MOST_BYTES = 4 << 30
"""Of all files together. Nothing but the manifest is ever held in memory whole."""
BLOCK = 1 << 20
PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
"""Names that Windows takes for devices."""


class Archive:
    """The files of a pack, by name. Make it with `open_archive`."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self.archive = archive
        self.path = path
        self.files = {info.filename: info for info in archive.infolist()}

    def faults(self) -> list[str]:
        """Return what makes the archive unfit to be unpacked, in words."""
        infos = self.archive.infolist()
        names = [info.filename for info in infos]
        found = [f"{name!r} is no plain file name" for name in sorted(set(names)) if not is_plain(name)]
        folded = [name.casefold() for name in names]
        found += [
            f"{name!r} is there more than once" for name in sorted(set(folded)) if folded.count(name) > 1
        ]
        if len(infos) > MOST_FILES:
            found.append(f"it holds {len(infos):,} files, a pack holds at most {MOST_FILES:,}")
        if sum(info.file_size for info in infos) > MOST_BYTES:
            found.append("it unpacks to more than 4 GiB")
        return found

    def read(self, name: str, most: int) -> bytes:
        """Return a file's content. Raises InputError where it is longer than `most` bytes, damaged, or not there."""
        content = b""
        for block in self.blocks(name):
            content += block
            if len(content) > most:
                raise InputError(f"{self.path}: {name} is longer than {most:,} bytes: no pack of ours")
        return content

    def sha256(self, name: str) -> str:
        """Return the SHA-256 of a file's content. Raises InputError where it is damaged."""
        digest = hashlib.sha256()
        for block in self.blocks(name):
            digest.update(block)
        return digest.hexdigest()

    def unpack(self, folder: Path) -> None:
        """Write every file into `folder`. Call it only where `faults` found nothing."""
        for name in self.files:
            with open(folder / name, "xb") as target:
                for block in self.blocks(name):
                    target.write(block)

    def blocks(self, name: str) -> Iterator[bytes]:
        """Yield a file's content. Raises InputError where it is damaged, encrypted, or packed in an unknown way."""
        try:
            with self.archive.open(self.files[name]) as stream:
                while block := stream.read(BLOCK):
                    yield block
        except KeyError as error:
            raise InputError(f"{self.path} is no evidence pack: it has no {name}") from error
        except (
            zipfile.BadZipFile,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,
            zlib.error,
            OSError,
        ) as error:
            raise InputError(f"{self.path}: {name!r} is damaged: {error}; get the pack again") from error


def is_plain(name: str) -> bool:
    """Return whether a name is a file in the folder itself on every system: letters, digits, dot, dash, underscore."""
    return bool(PLAIN.fullmatch(name)) and not RESERVED.fullmatch(name) and not name.endswith(".")


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open a zip. Raises InputError where the file is none or cannot be read."""
    try:
        archive = zipfile.ZipFile(path)
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror or error}; name a pack that you can read"
        ) from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} is no evidence pack: {error}; expected evidence.zip as a test wrote it"
        ) from error
    with archive:
        yield Archive(archive, path)
