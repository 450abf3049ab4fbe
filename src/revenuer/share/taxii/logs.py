"""Logs as lines of JSON. Nothing that a client wrote is logged, and of an error only its kind and where it happened."""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import TextIO


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        if hasattr(record, "error_id"):
            line["error_id"] = record.error_id
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["at"] = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[-8:]]
        return json.dumps(line)


def log_json(stream: TextIO) -> None:
    """Send every log of this process to `stream` as JSON lines."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
