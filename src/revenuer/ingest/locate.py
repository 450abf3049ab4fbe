"""Names that a user gives (files, folders, globs, URIs, `-`) -> the files to read, in a fixed order."""

import fnmatch
import glob
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.fs as pafs

from revenuer.ingest.diskwrite import aside, resource_errors
from revenuer.records import InputError

LOG_SUFFIXES = frozenset({".parquet", ".pq", ".jsonl", ".ndjson", ".json", ".csv", ".log", ".gz", ".zst", ""})
"""What a folder is searched for; files named one by one may be called anything."""

OpenFilesystem = Callable[[str], tuple[pafs.FileSystem, str]]
_WILD = frozenset("*?[")
_COPY_BYTES = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file to read: `path` when it lies on this machine, otherwise `filesystem` and `key`.

    `searched` says that it was found in a folder rather than named.
    """

    name: str
    path: Path | None = None
    filesystem: pafs.FileSystem | None = None
    key: str = ""
    searched: bool = False

    def open(self) -> BinaryIO:
        """Open the file for reading from its start; InputError where it cannot be."""
        try:
            if self.path is not None or self.filesystem is None:
                return Path(self.path or self.name).open("rb", buffering=0)
            stream: BinaryIO = self.filesystem.open_input_stream(self.key, compression=None)
            return stream
        except (OSError, pa.ArrowException) as error:
            raise InputError(
                f"cannot open {self.name} ({_why(error)}): check the name and its permissions"
            ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """The files to read, and those of searched folders that were left alone."""

    sources: tuple[Source, ...]
    skipped: tuple[str, ...]
    repeated: tuple[str, ...]


def locate(
    names: Sequence[str],
    workdir: Path,
    *,
    open_filesystem: OpenFilesystem | None = None,
    stdin: BinaryIO | None = None,
) -> Located:
    """Find the files behind `names`; what lies under `workdir` is never an input.

    A file reached twice is read once. Raises InputError where a name leads to nothing.
    """
    found: dict[str, Source] = {}
    skipped: list[str] = []
    repeated: list[str] = []
    opener = open_filesystem or pafs.FileSystem.from_uri
    for name in names:
        for source in _sources_of(name, workdir, opener, stdin, skipped):
            key = str(source.path.resolve()) if source.path is not None else source.name
            if key in found:
                repeated.append(source.name)
            found.setdefault(key, source)
    if not found:
        raise InputError("no log was named: give a file, a folder, a glob, a URI, or - for standard input")
    return Located(sources=tuple(found.values()), skipped=tuple(skipped), repeated=tuple(repeated))


def _sources_of(
    name: str, workdir: Path, opener: OpenFilesystem, stdin: BinaryIO | None, skipped: list[str]
) -> list[Source]:
    if name == "-":
        return [_spooled(stdin or sys.stdin.buffer, workdir)]
    sources = list(_remote(name, opener, skipped) if "://" in name else _local(name, workdir, skipped))
    if not sources:
        raise InputError(
            f"{name}: nothing to read there; expected files ending in "
            f"{', '.join(sorted(filter(None, LOG_SUFFIXES)))} (name a file directly to read it whatever it is called)"
        )
    return sources


def _spooled(stream: BinaryIO, workdir: Path) -> Source:
    """Copy standard input to a file, because recognising and Parquet both need to read it again."""
    target = workdir / "stdin.spool"
    with resource_errors(target):
        with aside(target).open("wb") as spool:
            shutil.copyfileobj(stream, spool, _COPY_BYTES)
        aside(target).replace(target)
    return Source(name="standard input", path=target)


def _local(name: str, workdir: Path, skipped: list[str]) -> Iterator[Source]:
    path = Path(name).expanduser()
    if _safe(path.is_dir):
        yield from _in_folder(path, workdir, skipped)
    elif _safe(path.exists):
        if not path.is_file() and not path.is_fifo():
            raise InputError(f"{name} is neither a file nor a folder: name a regular file")
        yield Source(name=name, path=_regular(path, workdir))
    elif _WILD & set(name):
        for match in sorted(_glob(str(path))):
            yield from (
                _local(match, workdir, skipped)
                if not _WILD & set(match)
                else [Source(name=match, path=Path(match))]
            )
    else:
        raise InputError(f"{name} does not exist: check the name")


def _regular(path: Path, workdir: Path) -> Path:
    if not path.is_fifo():
        return path
    with path.open("rb") as stream:
        return _spooled(stream, workdir).path or path


def _safe(test: Callable[[], bool]) -> bool:
    try:
        return test()
    except (OSError, ValueError):
        return False


def _glob(pattern: str) -> list[str]:
    try:
        return [match for match in glob.glob(pattern, recursive=True) if os.path.isfile(match)]
    except (OSError, ValueError):
        return []


def _in_folder(folder: Path, workdir: Path, skipped: list[str]) -> Iterator[Source]:
    own = workdir.resolve()
    for here, folders, files in os.walk(folder):
        inside = Path(here)
        folders[:] = sorted(f for f in folders if not _hidden(f) and (inside / f).resolve() != own)
        for file in sorted(files):
            path = inside / file
            if not _wanted(file) or not path.is_file():
                skipped.append(str(path))
            elif path.parent.resolve() != own:
                yield Source(name=str(path), path=path, searched=True)


def _hidden(name: str) -> bool:
    return name.startswith((".", "_"))


def _wanted(name: str) -> bool:
    return not _hidden(name) and os.path.splitext(name)[1].lower() in LOG_SUFFIXES


def _remote(uri: str, opener: OpenFilesystem, skipped: list[str]) -> Iterator[Source]:
    fixed, pattern = _split_glob(uri)
    try:
        filesystem, key = opener(fixed)
        info = filesystem.get_file_info(key)
        if pattern is None and info.type == pafs.FileType.File:
            yield _remote_source(uri, filesystem, key, searched=False)
            return
        if info.type != pafs.FileType.Directory:
            return
        listed = filesystem.get_file_info(pafs.FileSelector(key, recursive=True))
    except (OSError, pa.ArrowException, ValueError) as error:
        raise InputError(
            f"cannot reach {uri} ({_why(error)}): check the address, the credentials and the region"
        ) from error
    for entry in sorted(listed, key=lambda one: one.path):
        relative = entry.path.removeprefix(key).lstrip("/")
        if entry.type != pafs.FileType.File or (pattern and not fnmatch.fnmatchcase(relative, pattern)):
            continue
        if pattern is None and not _wanted_key(relative):
            skipped.append(f"{fixed.rstrip('/')}/{relative}")
            continue
        yield _remote_source(
            f"{fixed.rstrip('/')}/{relative}", filesystem, entry.path, searched=pattern is None
        )


def _wanted_key(relative: str) -> bool:
    *folders, file = relative.split("/")
    return _wanted(file) and not any(map(_hidden, folders))


def _remote_source(name: str, filesystem: pafs.FileSystem, key: str, *, searched: bool) -> Source:
    if isinstance(filesystem, pafs.LocalFileSystem):
        return Source(name=name, path=Path(key), searched=searched)
    return Source(name=name, filesystem=filesystem, key=key, searched=searched)


def _split_glob(uri: str) -> tuple[str, str | None]:
    """Split `s3://bucket/logs/2026-*/x.jsonl` at the last folder before the first wildcard."""
    scheme, _, rest = uri.partition("://")
    parts = rest.split("/")
    for index, part in enumerate(parts):
        if _WILD & set(part) and index > 0:
            return f"{scheme}://{'/'.join(parts[:index])}", "/".join(parts[index:]).replace("**/", "*")
    return uri, None


def fetched(source: Source, workdir: Path, index: int) -> Path:
    """Return a local path of the source's bytes, copying a remote file into `workdir` first."""
    if source.path is not None:
        return source.path
    target = workdir / f"fetched-{index:05d}"
    with resource_errors(target), source.open() as stream:
        with aside(target).open("wb") as copy:
            shutil.copyfileobj(stream, copy, _COPY_BYTES)
        aside(target).replace(target)
    return target


def _why(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text.splitlines()[0][:200] if text else type(error).__name__
