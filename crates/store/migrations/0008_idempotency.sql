CREATE TABLE answers (
    who TEXT NOT NULL,
    request_key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    status BIGINT,
    headers TEXT,
    body TEXT,
    PRIMARY KEY (who, request_key)
);
CREATE INDEX answers_by_time ON answers (made_at);
CREATE INDEX runs_by_time ON runs (started_at, id)
