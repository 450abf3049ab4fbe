"""What a directory of results holds, and a disk that fails while it is written."""

from pathlib import Path

from revenuer.report.directory import Content, write_durably


def listing(path: Path) -> dict[str, bytes]:
    return {entry.name: entry.read_bytes() for entry in path.iterdir()}


class FailingWriter:
    """Writes some files, then fails as the given error would, leaving a torn file."""

    def __init__(self, error: BaseException, after: int) -> None:
        self.error, self.left = error, after

    def __call__(self, path: Path, content: Content) -> None:
        if self.left == 0:
            path.write_bytes(b"torn")
            raise self.error
        self.left -= 1
        write_durably(path, content)
