CREATE TABLE restores (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  -- No reference: what was restored stays known when the backup is no longer kept.
  backup_id UUID NOT NULL,
  backup_name TEXT NOT NULL,
  provider TEXT NOT NULL,
  account JSONB NOT NULL,
  wanted JSONB NOT NULL,
  state "BackupState" NOT NULL DEFAULT 'queued',
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  started_at TIMESTAMPTZ(3),
  finished_at TIMESTAMPTZ(3),
  resume_at TIMESTAMPTZ(3),
  setbacks INTEGER NOT NULL DEFAULT 0,
  trouble JSONB,
  progress JSONB,
  worker UUID,
  lease_until TIMESTAMPTZ(3),
  fence INTEGER NOT NULL DEFAULT 0
);

-- One at a time per provider: two would put the same things in side by side.
CREATE UNIQUE INDEX restores_under_way ON restores (provider) WHERE state IN ('queued', 'running', 'paused');
CREATE INDEX restores_created_at ON restores (created_at);

CREATE TABLE restore_parts (
  restore_id UUID NOT NULL REFERENCES restores (id) ON UPDATE CASCADE ON DELETE CASCADE,
  part TEXT NOT NULL,
  report JSONB NOT NULL,
  settled BOOLEAN NOT NULL DEFAULT false,
  PRIMARY KEY (restore_id, part)
);

CREATE TABLE restored_playlists (
  provider TEXT NOT NULL,
  account_id TEXT NOT NULL,
  source_id TEXT NOT NULL,
  target_id TEXT,
  known_before TEXT[],
  asked_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (provider, account_id, source_id)
);
