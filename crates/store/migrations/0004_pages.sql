ALTER TABLE requests ADD COLUMN put_off BIGINT NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN trace TEXT;
ALTER TABLE runs ADD COLUMN reason TEXT NOT NULL DEFAULT 'person';
ALTER TABLE runs ADD COLUMN person TEXT;
ALTER TABLE runs ADD COLUMN opened BIGINT NOT NULL DEFAULT 1;
ALTER TABLE runs ADD COLUMN journal TEXT;
ALTER TABLE jobs ADD COLUMN person TEXT;
ALTER TABLE datasets ADD COLUMN table_rows BIGINT;
CREATE INDEX runs_by_time ON runs (started_at, id);
CREATE INDEX coverage_by_state ON coverage (state, day)
