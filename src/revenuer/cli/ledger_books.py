"""The ledger of a house, or one that was exported, as lines."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from revenuer.records import InputError
from revenuer.share.books import open_books
from revenuer.share.house import open_house
from revenuer.share.ledger import LEDGER_TABLES, Ledger


@contextmanager
def ledger_lines(place: Path) -> Iterator[Iterator[str]]:
    """Give the lines of the ledger of the house in the folder `place`, or of the exported file `place`. Raises InputError where there is none."""
    if place.is_dir():
        with open_books(open_house(place).books, LEDGER_TABLES) as books:
            yield Ledger(books).lines()
        return
    try:
        with open(place, encoding="utf-8", newline="\n") as stream:
            yield (line.removesuffix("\n") for line in stream)
    except OSError as error:
        raise InputError(
            f"cannot read {place}: {error.strerror}; name a house's folder or an exported ledger"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{place} is no exported ledger: it is not UTF-8 ({error.reason})") from error
