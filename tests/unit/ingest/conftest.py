"""The fixture that every test of ingest reads with."""

from ingest_fixture import read

__all__ = ["read"]
