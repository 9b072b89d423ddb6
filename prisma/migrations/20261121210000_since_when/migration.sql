ALTER TABLE "upstream_blocks" ADD COLUMN "blocked_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
-- Nobody knows better of one that was there before.
UPDATE "upstream_blocks" SET "blocked_since" = LEAST("updated_at", "blocked_until");

ALTER TABLE "provider_outages" ADD COLUMN "asked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
