"""The schema of the embedded store, and its statements. One schema, one state machine: PostgreSQL will use the same tables.

What differs there: `claim` takes its rows with FOR UPDATE SKIP LOCKED; `pools` is locked by row; request ids are a
table partitioned by day instead of numbered generations; BLOB is bytea. Nothing else is meant to.
"""

# ruff: noqa: S608 - every statement is put together from the words of this room alone

from __future__ import annotations

from tieline.queue.rows import COLUMNS, OWN, SHARED

APPLICATION_ID = 0x7469656C
"""`tiel`: tells a Tieline database from any other (PRAGMA application_id)."""

VERSION = 1
"""Schema version (PRAGMA user_version)."""

SCHEMA = """
CREATE TABLE launches (
    seq           INTEGER PRIMARY KEY,   -- order of put
    id            TEXT NOT NULL,
    request_id    TEXT NOT NULL,
    fingerprint   BLOB NOT NULL,
    environment   TEXT NOT NULL,
    state         TEXT NOT NULL,
    route         TEXT NOT NULL,
    flow          TEXT NOT NULL,
    flow_id       TEXT NOT NULL,
    ordering_key  TEXT NOT NULL,
    priority      INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 9),
    create_time   INTEGER NOT NULL,
    update_time   INTEGER NOT NULL,
    schedule_time INTEGER,               -- when the next step is due; null: none is
    expire_time   INTEGER,
    lease_until   INTEGER,               -- null: nobody holds it
    fence         INTEGER NOT NULL DEFAULT 0,
    blocked       INTEGER NOT NULL DEFAULT 0,  -- an earlier launch with the same ordering key is unsettled
    content       BLOB NOT NULL          -- the rest of the launch, MessagePack (JSON where it has numbers of more than 64 bits)
) STRICT;
-- Ids sort by time, so this index grows at its end.
CREATE UNIQUE INDEX launches_by_id ON launches (id);
CREATE INDEX launches_due ON launches (environment, priority, schedule_time, seq)
    WHERE lease_until IS NULL AND blocked = 0 AND schedule_time IS NOT NULL;
CREATE INDEX launches_held ON launches (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX launches_expiring ON launches (expire_time)
    WHERE expire_time IS NOT NULL AND state IN ('QUEUED', 'SCHEDULED');
CREATE INDEX launches_by_key ON launches (environment, ordering_key, blocked, seq)
    WHERE ordering_key <> '' AND state IN ('QUEUED', 'SENDING', 'SCHEDULED');
CREATE INDEX launches_settled ON launches (update_time)
    WHERE schedule_time IS NULL AND lease_until IS NULL;
-- For lists of the few; the many are found by id.
CREATE INDEX launches_by_state ON launches (state, id) WHERE state <> 'QUEUED';

CREATE TABLE counts (
    environment TEXT NOT NULL,
    state       TEXT NOT NULL,
    n           INTEGER NOT NULL,
    PRIMARY KEY (environment, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE pools (name TEXT PRIMARY KEY, state BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- Request ids stand in numbered generations, tables request_ids_1, request_ids_2, ...: each small enough that random keys
-- touch few pages, filled in sorted runs, and dropped as a whole. `newest` is the last create_time in it, `last` the last seq.
CREATE TABLE generations (
    number INTEGER PRIMARY KEY, newest INTEGER NOT NULL, rows INTEGER NOT NULL, last INTEGER NOT NULL
) STRICT;
-- `drained`: request ids up to this seq stand in a generation; `dropped`: up to this seq their generation may be gone.
CREATE TABLE marks (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO marks VALUES ('drained', 0), ('dropped', 0);
"""

GENERATION = "CREATE TABLE request_ids_{} (hash INTEGER, seq INTEGER, PRIMARY KEY (hash, seq)) STRICT, WITHOUT ROWID"

INSERT_MANY = 100
"""Rows one statement inserts where there are so many: a third less time than a statement for each."""

_COLUMNS = f"(seq, blocked, {', '.join(SHARED)}, {', '.join(OWN)})"
_OWN_MARKS = ", ".join("?" * len(OWN))  # a bare mark is the one after the largest so far
_SHARED_MARKS = ", ".join(f"?{number}" for number in range(2, 2 + len(SHARED)))
_ROW_MARKS = f"(?, ?, {', '.join('?' * len(SHARED))}, {_OWN_MARKS})"

INSERT = f"INSERT INTO launches {_COLUMNS} VALUES {_ROW_MARKS}"
"""Takes `rows.insert_row`."""

INSERT_HUNDRED = INSERT + f", {_ROW_MARKS}" * (INSERT_MANY - 1)
"""Takes the values of so many of them, one after the other."""

INSERT_ALIKE = f"INSERT INTO launches {_COLUMNS} VALUES " + ", ".join(
    f"(?1 + {row}, 0, {_SHARED_MARKS}, {_OWN_MARKS})" for row in range(INSERT_MANY)
)
"""Takes the first row's number, `rows.shared_values` for all of them, and `rows.own_values` of one after the other: fewer than half the values."""

UPDATE = """
UPDATE launches SET state = ?, request_id = ?, fingerprint = ?, environment = ?, ordering_key = ?, priority = ?, update_time = ?, schedule_time = ?, expire_time = ?, lease_until = ?, fence = ?,
                    flow = ?, flow_id = ?, route = ?, content = ?
WHERE seq = ?
"""

DUE = f"""
SELECT seq, fence, {COLUMNS} FROM launches
WHERE environment = ? AND priority = ? AND lease_until IS NULL AND blocked = 0 AND schedule_time IS NOT NULL AND schedule_time <= ?
ORDER BY schedule_time, seq LIMIT ?
"""

HOLD = "UPDATE launches SET lease_until = ?, fence = ? WHERE seq = ?"

LAPSED = f"SELECT seq, fence, {COLUMNS} FROM launches WHERE lease_until IS NOT NULL AND lease_until <= ? LIMIT ?"

OVER = f"""
SELECT seq, fence, {COLUMNS} FROM launches
WHERE expire_time IS NOT NULL AND expire_time <= ? AND state IN ('QUEUED', 'SCHEDULED') LIMIT ?
"""

OLD = """
SELECT seq, environment, state FROM launches
WHERE schedule_time IS NULL AND lease_until IS NULL AND update_time < ? LIMIT ?
"""

ROW = f"SELECT seq, fence, lease_until, {COLUMNS} FROM launches WHERE id = ?"

ROW_BY_SEQ = f"SELECT {COLUMNS} FROM launches WHERE seq = ?"

KEY_FIRST = """
SELECT min(seq) FROM launches
WHERE environment = ? AND ordering_key = ? AND blocked = ? AND ordering_key <> '' AND state IN ('QUEUED', 'SENDING', 'SCHEDULED')
"""

KEY_HELD = """
SELECT 1 FROM launches
WHERE environment = ? AND ordering_key = ? AND blocked = 0 AND ordering_key <> '' AND state IN ('QUEUED', 'SENDING', 'SCHEDULED')
  AND lease_until IS NOT NULL LIMIT 1
"""

KEY_BLOCK = """
UPDATE launches SET blocked = 1
WHERE environment = ? AND ordering_key = ? AND blocked = 0 AND ordering_key <> '' AND state IN ('QUEUED', 'SENDING', 'SCHEDULED')
  AND lease_until IS NULL AND seq <> ?
"""

NEXT_DUE = """
SELECT min(first) FROM (
    SELECT (SELECT schedule_time FROM launches
            WHERE environment = ? AND priority = p.column1 AND lease_until IS NULL AND blocked = 0 AND schedule_time IS NOT NULL
            ORDER BY schedule_time LIMIT 1) AS first
    FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS p)
"""

FIND_REQUESTS = "SELECT r.hash, r.seq FROM carray(?) AS asked CROSS JOIN request_ids_{} AS r ON r.hash = asked.value"

HASHES = "SELECT hash FROM request_ids_{}"

INSERT_RUN = (
    "INSERT OR IGNORE INTO request_ids_{} SELECT value, ? + rowid FROM carray(?) WHERE value BETWEEN ? AND ? ORDER BY value"
)
"""Writes the hashes of one range; a value's `rowid` is its place, counted from 1."""

UNDRAINED = "SELECT seq, request_id, create_time FROM launches WHERE seq > ? AND request_id <> id ORDER BY seq"
