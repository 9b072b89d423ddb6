CREATE TYPE "BackupState" AS ENUM ('queued', 'running', 'paused', 'complete', 'complete_with_omissions', 'failed');

CREATE TABLE backups (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  name TEXT NOT NULL,
  provider TEXT NOT NULL,
  "trigger" TEXT NOT NULL,
  state "BackupState" NOT NULL DEFAULT 'queued',
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  started_at TIMESTAMPTZ(3),
  finished_at TIMESTAMPTZ(3),
  resume_at TIMESTAMPTZ(3),
  setbacks INTEGER NOT NULL DEFAULT 0,
  trouble JSONB,
  account JSONB,
  progress JSONB,
  summary JSONB,
  worker UUID,
  lease_until TIMESTAMPTZ(3),
  fence INTEGER NOT NULL DEFAULT 0
);

-- One at a time per provider: two would spend its budget twice on the same pages.
CREATE UNIQUE INDEX backups_under_way ON backups (provider) WHERE state IN ('queued', 'running', 'paused');
CREATE UNIQUE INDEX backups_name_key ON backups (name);
CREATE INDEX backups_created_at ON backups (created_at);

CREATE TABLE backup_lists (
  backup_id UUID NOT NULL REFERENCES backups (id) ON UPDATE CASCADE ON DELETE CASCADE,
  list TEXT NOT NULL,
  place INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  total INTEGER,
  read_at TIMESTAMPTZ(3) NOT NULL,
  detail JSONB,
  PRIMARY KEY (backup_id, list)
);

CREATE TABLE backup_pages (
  backup_id UUID NOT NULL REFERENCES backups (id) ON UPDATE CASCADE ON DELETE CASCADE,
  list TEXT NOT NULL,
  number INTEGER NOT NULL,
  entries JSONB NOT NULL,
  total INTEGER,
  next TEXT,
  version TEXT,
  read_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (backup_id, list, number)
);

CREATE TABLE schedule_slots (
  job TEXT NOT NULL,
  slot TIMESTAMPTZ(3) NOT NULL,
  claimed_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (job, slot)
);
