CREATE TABLE questions (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    question TEXT NOT NULL,
    person TEXT NOT NULL,
    saved_at BIGINT NOT NULL
);
