CREATE TABLE "provider_choice" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "active" TEXT NOT NULL,
    "fallback" TEXT,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "provider_choice_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "provider_outages" (
    "provider" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "remedy" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "probe_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "provider_outages_pkey" PRIMARY KEY ("provider")
);

ALTER TABLE "account_grants" ADD COLUMN "consent_warned" INTEGER;
