-- What stands in this file of memories. Times are milliseconds since 1970.

-- `format`: the version of these tables.
CREATE TABLE memory_meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

-- Whose the memories are. That of nobody is NULL.
CREATE TABLE memory_users (number INTEGER PRIMARY KEY, user TEXT UNIQUE);

CREATE TABLE memory_facts (
    number  INTEGER PRIMARY KEY,
    owner   INTEGER NOT NULL,   -- the number of the user
    key     TEXT NOT NULL,
    text    TEXT NOT NULL,
    words   TEXT NOT NULL,      -- what it is found by
    session TEXT,               -- in which it was written
    by      TEXT,               -- who wrote it
    at      INTEGER NOT NULL,
    UNIQUE (owner, key)
);

CREATE TABLE memory_episodes (
    number   INTEGER PRIMARY KEY,
    owner    INTEGER NOT NULL,  -- the number of the user
    session  TEXT,
    key      TEXT NOT NULL,
    messages TEXT NOT NULL,     -- JSON
    words    TEXT NOT NULL,     -- what it is found by
    by       TEXT,              -- who wrote it
    at       INTEGER NOT NULL
);
CREATE INDEX memory_episodes_key ON memory_episodes (owner, key);
CREATE INDEX memory_episodes_session ON memory_episodes (owner, session);

-- Which rows have which words, by their numbers. `owner` is `u` and the number of the user.
CREATE VIRTUAL TABLE memory_facts_words
    USING fts5(owner, words, content='', contentless_delete=1, detail=column, tokenize='ascii');
CREATE VIRTUAL TABLE memory_episodes_words
    USING fts5(owner, words, content='', contentless_delete=1, detail=column, tokenize='ascii');
