CREATE TABLE musicbrainz_isrcs (
  isrc TEXT PRIMARY KEY,
  recording_ids TEXT[],
  asked_at TIMESTAMPTZ(3)
);

CREATE INDEX musicbrainz_isrcs_unasked ON musicbrainz_isrcs (isrc) WHERE asked_at IS NULL;

CREATE TABLE musicbrainz_turn (
  id INTEGER PRIMARY KEY DEFAULT 1,
  next_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  worker UUID,
  lease_until TIMESTAMPTZ(3),
  seen_backups TEXT[]
);

INSERT INTO musicbrainz_turn DEFAULT VALUES;
