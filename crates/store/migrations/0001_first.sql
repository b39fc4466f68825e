CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL UNIQUE,
    tenant TEXT NOT NULL,
    tenant_id TEXT,
    client_id TEXT NOT NULL,
    sign_in TEXT NOT NULL,
    cloud TEXT NOT NULL,
    login_url TEXT NOT NULL,
    graph_url TEXT NOT NULL,
    sealed_secret TEXT,
    state TEXT NOT NULL,
    message TEXT,
    next_step TEXT,
    names_concealed BIGINT,
    checked_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE TABLE datasets (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    report TEXT NOT NULL,
    details TEXT NOT NULL,
    update_method TEXT NOT NULL,
    key_columns TEXT NOT NULL,
    schedule TEXT,
    retry_every_seconds BIGINT,
    retry_times BIGINT,
    description TEXT NOT NULL,
    location TEXT NOT NULL,
    last_landing BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE dataset_accounts (
    dataset_id TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (dataset_id, account_id)
);
CREATE TABLE runs (
    id TEXT NOT NULL PRIMARY KEY,
    dataset_id TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
    landing BIGINT NOT NULL,
    state TEXT NOT NULL,
    full_run BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    rows_landed BIGINT,
    version BIGINT,
    message TEXT,
    next_step TEXT,
    machine TEXT NOT NULL,
    lease_until BIGINT NOT NULL
);
CREATE UNIQUE INDEX one_running_run ON runs (dataset_id) WHERE state = 'running';
CREATE INDEX runs_of_dataset ON runs (dataset_id, started_at);
CREATE TABLE run_accounts (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    message TEXT,
    next_step TEXT,
    too_early TEXT NOT NULL,
    expired TEXT NOT NULL,
    settled TEXT NOT NULL,
    PRIMARY KEY (run_id, account_id)
);
CREATE TABLE requests (
    id TEXT NOT NULL PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    account_id TEXT NOT NULL,
    ask TEXT NOT NULL,
    keep_days TEXT,
    state TEXT NOT NULL,
    landed BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    answered_at BIGINT,
    archive TEXT,
    bytes BIGINT,
    content_hash TEXT,
    rows_read BIGINT,
    drift TEXT,
    rejects BIGINT,
    concealed BIGINT,
    code TEXT,
    settle TEXT,
    message TEXT,
    next_step TEXT
);
CREATE INDEX requests_of_run ON requests (run_id, position);
CREATE TABLE quota (
    id BIGINT NOT NULL PRIMARY KEY,
    quota_key TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX quota_by_key ON quota (quota_key, at);
CREATE TABLE quota_blocks (
    quota_key TEXT NOT NULL PRIMARY KEY,
    until_at BIGINT NOT NULL
);
CREATE TABLE coverage (
    dataset_id TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL,
    day TEXT NOT NULL,
    state TEXT NOT NULL,
    rows_seen BIGINT,
    content_hash TEXT,
    refresh_date TEXT,
    code TEXT,
    first_seen BIGINT NOT NULL,
    last_checked BIGINT NOT NULL,
    answered_on TEXT,
    equal_checks BIGINT NOT NULL,
    restated BIGINT NOT NULL,
    PRIMARY KEY (dataset_id, account_id, day)
);
