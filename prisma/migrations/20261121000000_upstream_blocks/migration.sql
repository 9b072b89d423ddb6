-- CreateTable
CREATE TABLE "upstream_blocks" (
    "upstream" TEXT NOT NULL,
    "blocked_until" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT NOT NULL,
    "strikes" INTEGER NOT NULL DEFAULT 0,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "upstream_blocks_pkey" PRIMARY KEY ("upstream")
);
