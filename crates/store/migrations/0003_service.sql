ALTER TABLE datasets ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE datasets ADD COLUMN next_due BIGINT;
CREATE TABLE jobs (
    dataset_id TEXT NOT NULL PRIMARY KEY REFERENCES datasets (id) ON DELETE CASCADE,
    due_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    run_id TEXT,
    full_run BIGINT NOT NULL,
    holder TEXT,
    lease_until BIGINT
);
CREATE INDEX jobs_by_time ON jobs (due_at);
CREATE TABLE workers (
    id TEXT NOT NULL PRIMARY KEY,
    machine TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL
);
CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    lease_until BIGINT NOT NULL
);
CREATE TABLE channels (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE notices (
    id TEXT NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE UNIQUE INDEX one_standing_notice ON notices (subject, kind) WHERE ended_at IS NULL;
CREATE TABLE deliveries (
    notice_id TEXT NOT NULL REFERENCES notices (id) ON DELETE CASCADE,
    channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    due_at BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    state TEXT NOT NULL,
    message TEXT,
    PRIMARY KEY (notice_id, channel_id)
);
CREATE INDEX deliveries_by_time ON deliveries (due_at)
