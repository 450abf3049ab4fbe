"""Rows that already have the Exchange table's names."""

from collections.abc import Iterable, Sequence

from revenuer.ingest.mapper import Row, Seen
from revenuer.ingest.paths import Record, first_of
from revenuer.records import EXCHANGE_SCHEMA, REQUIRED_COLUMNS


class NativeMapper:
    """Takes each record as one exchange; types are `conform`'s business."""

    name = "native"

    def __init__(self, account: Sequence[str] = ("account_id",)) -> None:
        self._account = tuple(account)
        self._seen = Seen(EXCHANGE_SCHEMA.names)

    def recognises(self, record: Record) -> str | None:
        """Recognise by the required columns."""
        if all(name in record for name in REQUIRED_COLUMNS):
            return f"has the columns {', '.join(REQUIRED_COLUMNS)}"
        return None

    def rows(self, record: Record) -> Iterable[Row]:
        """Yield the record itself."""
        self._seen.note(record)
        if self._account == ("account_id",):
            return (record,) if isinstance(record, dict) else (dict(record),)
        return ({**record, "account_id": first_of(record, self._account)},)

    def ignored(self) -> Iterable[str]:
        """Return the columns that are not the Exchange table's."""
        return self._seen.others()

    def notes(self) -> Iterable[str]:
        """Return nothing: every record is an exchange."""
        return ()
