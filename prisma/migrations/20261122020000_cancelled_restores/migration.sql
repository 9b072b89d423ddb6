-- A restore can be cancelled, which a backup cannot: it has states of its own. The index names them, so it is made anew.
CREATE TYPE "RestoreState" AS ENUM (
  'queued', 'running', 'paused', 'complete', 'complete_with_omissions', 'failed', 'cancelled'
);

DROP INDEX restores_under_way;
ALTER TABLE restores
  ALTER COLUMN state DROP DEFAULT,
  ALTER COLUMN state TYPE "RestoreState" USING state::text::"RestoreState",
  ALTER COLUMN state SET DEFAULT 'queued';
CREATE UNIQUE INDEX restores_under_way ON restores (provider) WHERE state IN ('queued', 'running', 'paused');
