CREATE TABLE drafts (
    id TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL,
    fields TEXT NOT NULL,
    saved_at BIGINT NOT NULL
);
CREATE INDEX drafts_of_person ON drafts (person, saved_at);
ALTER TABLE datasets ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
ALTER TABLE datasets ADD COLUMN edited_at BIGINT;
ALTER TABLE datasets ADD COLUMN edited_by TEXT;
ALTER TABLE datasets ADD COLUMN notify TEXT;
ALTER TABLE accounts ADD COLUMN last_success BIGINT;
ALTER TABLE accounts ADD COLUMN secret_ends_on TEXT;
ALTER TABLE accounts ADD COLUMN last_check TEXT;
ALTER TABLE accounts ADD COLUMN last_check_at BIGINT
