-- What stands in this file. Times are milliseconds since 1970; a text that is empty is NULL. Each row has a checksum of what
-- else is in it, so that damage is told: change nothing by hand.

-- `format`: the version of these tables. `run`: the highest number that was deleted, `message`: the highest there was, so that
-- none is used again.
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

-- Graphs that runs were begun with, as JSON.
CREATE TABLE graphs (
    fingerprint TEXT PRIMARY KEY,
    description TEXT NOT NULL,
    crc         INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE runs (
    run         INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    workflow    TEXT NOT NULL,
    version     INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,    -- of its graph
    status      TEXT NOT NULL,    -- running, waiting, done, failed, cancelled
    user        TEXT,
    session     TEXT,
    metadata    TEXT,             -- JSON
    budget      TEXT,             -- JSON: how much it may spend on models
    usage       TEXT,             -- JSON: what it has spent on them, in all
    created_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    wake_at     INTEGER,          -- when it is to go on
    cancel_at   INTEGER,          -- when it was asked to be cancelled
    owner       TEXT,             -- who has it, or had it last
    token       INTEGER NOT NULL, -- grows with every claim
    records     INTEGER NOT NULL, -- how many it had when this row was last changed: there are no fewer
    heads       INTEGER NOT NULL, -- how many there are of these while nobody has it
    questions   INTEGER NOT NULL,
    messages    INTEGER NOT NULL,
    signal      INTEGER NOT NULL, -- whether something was put since its owner was told
    crc         INTEGER NOT NULL
);
CREATE INDEX runs_open ON runs (status, wake_at, signal) WHERE ended_at IS NULL;

-- What happened. Record 0 of a run is its input. What `live` says is told at `loomflow::journal`. The key has the run last, so
-- that what many runs write at once comes to lie together.
CREATE TABLE records (
    key     INTEGER PRIMARY KEY, -- seq * 2^32 + run
    kind    TEXT NOT NULL,
    scope   TEXT,
    turn    INTEGER,
    node    TEXT,
    label   TEXT,    -- of the way that led to the node
    attempt INTEGER,
    at      INTEGER, -- when it began
    took    INTEGER, -- how long it took
    back    INTEGER, -- how many records back the one before it in its scope is
    live    TEXT,    -- JSON
    value   TEXT,    -- JSON
    usage   TEXT,    -- JSON: what it spent on models
    crc     INTEGER NOT NULL,
    giver   TEXT,    -- of an answer: who gave it
    link    BLOB     -- what chains it to the record before it: see `loomflow::journal::Link`
);

-- The last record of each scope of a run that is in more than one.
CREATE TABLE heads (
    run   INTEGER NOT NULL,
    scope TEXT NOT NULL,
    seq   INTEGER NOT NULL,
    crc   INTEGER NOT NULL,
    PRIMARY KEY (run, scope)
) WITHOUT ROWID;

CREATE TABLE questions (
    key      INTEGER PRIMARY KEY, -- run * 2^32 + seq
    run      INTEGER AS (key >> 32),
    seq      INTEGER AS (key & 4294967295),
    scope    TEXT,
    node     TEXT,
    ask      TEXT,
    question TEXT,          -- JSON, while it is open
    asked_at INTEGER NOT NULL,
    state    TEXT NOT NULL, -- open, answered, closed
    answerer TEXT,
    took     INTEGER,       -- how long it took until it was answered
    crc      INTEGER NOT NULL
);

-- Answers and messages that their run has not taken yet.
CREATE TABLE messages (
    run      INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    ask      TEXT NOT NULL,
    question INTEGER,       -- the seq of the question it answers
    value    TEXT NOT NULL, -- JSON
    giver    TEXT,
    at       INTEGER NOT NULL,
    crc      INTEGER NOT NULL,
    PRIMARY KEY (run, number)
) WITHOUT ROWID;

-- Who writes, and until when: no longer when its file in the folder `<journal>-owners` is there and not locked.
CREATE TABLE owners (owner TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;

-- What steps gave, found by a hash of the step and its input.
CREATE TABLE cache (
    hash   INTEGER NOT NULL,
    step   TEXT NOT NULL,
    input  TEXT NOT NULL,
    output TEXT NOT NULL,
    until  INTEGER NOT NULL,
    crc    INTEGER NOT NULL,
    PRIMARY KEY (hash, step, input)
) WITHOUT ROWID;

-- The records with the ids of their runs, for reading.
CREATE VIEW journal AS
SELECT runs.id, records.key >> 32 AS seq, records.kind, records.scope, records.turn, records.node, records.label, records.attempt,
       strftime('%Y-%m-%d %H:%M:%f', records.at / 1000.0, 'unixepoch') AS began, records.took, records.live, records.value, records.giver,
       records.usage, nullif(lower(hex(records.link)), '') AS link
FROM runs JOIN records ON records.key & 4294967295 = runs.run
ORDER BY runs.run, seq;
