-- Invitations are looked up by their codes; accounts that were closed, and what is erased of them (domain 3.1, S3-ROLE-4).

CREATE INDEX teams_invite_code ON teams (invite_code_hash);

ALTER TABLE users ADD COLUMN deactivated_at BIGINT;
ALTER TABLE users ADD COLUMN deactivated_by BINARY(16);
ALTER TABLE users ADD COLUMN deactivated_reason VARCHAR(2000);
-- When nothing personal was left.
ALTER TABLE users ADD COLUMN erased_at BIGINT;
CREATE INDEX users_to_erase ON users (erased_at, deactivated_at);
CREATE INDEX reserved_handles_end ON reserved_handles (reserved_until);
