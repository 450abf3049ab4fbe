"""The store's tables, in SQL that both databases read but for the names of types."""

SCHEMA_VERSION = 1

OBJECT_TABLES = (
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS clock (one INTEGER PRIMARY KEY CHECK (one = 1), last INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS collection (n INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE)",
    "CREATE TABLE IF NOT EXISTS object (added INTEGER PRIMARY KEY, collection INTEGER NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL,"
    " version INTEGER NOT NULL, stamped INTEGER NOT NULL, last_until INTEGER NOT NULL, first_until INTEGER NOT NULL,"
    " source TEXT NOT NULL, sha256 BLOB NOT NULL, body BLOB NOT NULL)",
    "CREATE UNIQUE INDEX IF NOT EXISTS object_version ON object (collection, id, version)",
    "CREATE INDEX IF NOT EXISTS object_page ON object (collection, added)",
    "CREATE INDEX IF NOT EXISTS object_type ON object (collection, type, added)",
    "CREATE TABLE IF NOT EXISTS removed (added INTEGER PRIMARY KEY, collection INTEGER NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL,"
    " version INTEGER NOT NULL, sha256 BLOB NOT NULL, gone INTEGER NOT NULL, remover TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS status (id TEXT PRIMARY KEY, partner TEXT NOT NULL, made INTEGER NOT NULL, body BLOB NOT NULL)",
    "CREATE INDEX IF NOT EXISTS status_made ON status (made)",
)
"""`object`: what is there; `added` is date_added in microseconds, `stamped` 0 for an object without timestamps of its own.
`removed`: what was deleted, without its content. `clock`: the last date_added or deletion; whoever moves it holds the store's one lock."""

SERVED_TABLES = (
    "CREATE TABLE IF NOT EXISTS served (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, partner TEXT NOT NULL, credential TEXT NOT NULL,"
    " collection TEXT NOT NULL, resource TEXT NOT NULL, object_id TEXT NOT NULL, filter TEXT NOT NULL, snapshot INTEGER NOT NULL,"
    " tick INTEGER NOT NULL, first_added INTEGER NOT NULL, last_added INTEGER NOT NULL, count INTEGER NOT NULL, digest BLOB NOT NULL)",
)
"""One row a response, never one an object."""

SERVED_COLUMNS = "at, partner, credential, collection, resource, object_id, filter, snapshot, tick, first_added, last_added, count, digest"
